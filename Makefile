# Everything a newcomer needs. `make run` and `make test` do all of it on a machine with Python 3.11 or newer.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup run test unit check audit sbom reset lock texts faults

setup: $(STAMP)

# The stamp is newer than the lock files only after an install that ended well, so a broken one is done again.
$(STAMP): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "This needs Python 3.11 or newer. Name one: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(BIN)/python -c 'import pip, sys; sys.exit(sys.prefix == sys.base_prefix)' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing the pinned requirements into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: $(STAMP)
	@$(BIN)/python -m portal.supervisor

test: $(STAMP)
	$(BIN)/python manage.py compile_texts
	$(BIN)/pytest -n 2

# The tests that need no database, no browser and no program of their own.
unit: $(STAMP)
	$(BIN)/python manage.py compile_texts
	$(BIN)/pytest -n 2 -m unit

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint templates
	set -a && . docs/production.env && SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') && \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run

# Known vulnerabilities of the pinned packages, by osv.dev; a closed network is a warning.
audit: $(STAMP)
	$(BIN)/python -m tests.audit

# What production installs, as CycloneDX.
sbom: $(STAMP)
	$(BIN)/python -m tests.sbom > sbom.json

# Kills, outages, payments and stops while reminders go out; the last line is the verdict. The long form:
# make faults REMINDERS=20000 KILLS=200
REMINDERS ?= 2000
KILLS ?= 20
SEED ?= 1
faults: $(STAMP)
	$(BIN)/python -m tests.faults --reminders $(REMINDERS) --kills $(KILLS) --seed $(SEED)

reset:
	@$(BIN)/python -m portal.supervisor --reset

lock:
	$(BIN)/uv pip compile --quiet --python-version 3.11 --universal --generate-hashes --no-emit-index-url \
		requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --python-version 3.11 --universal --generate-hashes --no-emit-index-url \
		requirements-dev.in -o requirements-dev.txt

# Find new texts: the catalogues keep what is translated, and show what is not.
texts: $(STAMP)
	DJANGO_SETTINGS_MODULE=portal.settings PYTHONPATH=. $(BIN)/pybabel -q extract -F babel.cfg --no-location --sort-output \
		-k gettext_lazy -k ngettext_lazy:1,2 -k pgettext:1c,2 -k npgettext:1c,2,3 -k _ -o locale/django.pot .
	for language in zh_Hans zh_Hant; do $(BIN)/pybabel -q update -D django -i locale/django.pot -d locale -l $$language --init-missing --no-fuzzy-matching; done
