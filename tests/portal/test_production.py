"""PORTAL_ENV=production: nothing of the demo is there, and what is missing is said at once."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from notifications import workers
from notifications.models import Tick
from portal import embedded, health, required
from tests.waiting import PATIENCE

pytestmark = pytest.mark.processes

SOUND = dict(
    line.split("=", 1)
    for line in (embedded.ROOT / "docs" / "production.env").read_text().splitlines()
    if line and not line.startswith("#")
) | {"SECRET_KEY": "a-key-for-this-test-alone-" * 3}
NO_DATABASE = {
    "DATABASE_URL": "postgres://portal@127.0.0.1:1/portal",  # nobody listens on port 1
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "STATIC_ROOT": "/nonexistent",
}


def production(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "DJANGO_SETTINGS_MODULE": "portal.settings", **SOUND, **changes}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=embedded.ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip


# ---------- what it must be told ----------


def test_what_docs_show_is_enough() -> None:
    assert required.problems({name: SOUND.get(name, "") for name in required.LOOKED_AT}) == []
    checked = production("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr


def test_everything_that_is_missing_is_named_at_once() -> None:
    refused = production("-c", "import django; django.setup()", **dict.fromkeys(required.MUST_HAVE, ""))
    assert refused.returncode == 1
    for name, what in required.MUST_HAVE.items():
        assert f"- {name} is not set: {what}." in refused.stderr


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY has 5 characters"),
        ("DATABASE_URL", "sqlite:///db", "DATABASE_URL is not PostgreSQL's"),
        ("PORTAL_URL", "http://portal.example", "PORTAL_URL is not https"),
        ("ALLOWED_HOSTS", "portal.example, *", "ALLOWED_HOSTS has *"),
        ("DEBUG", "True", "DEBUG is on"),
        ("METRICS_TOKEN", "short", "METRICS_TOKEN has 5 characters"),
        ("EMAIL_URL", "", "EMAIL_URL is not set"),
        (
            "EMAIL_BACKEND",
            "anymail.backends.postmark.EmailBackend",
            "ANYMAIL_WEBHOOK_SECRET is not user:password",
        ),
        ("EMAIL_BACKEND", "notifications.sandbox.mail.SandboxEmailBackend", "EMAIL_BACKEND is the sandbox"),
    ],
)
def test_what_cannot_work_is_named(name: str, value: str, words: str) -> None:
    values = {known: SOUND.get(known, "") for known in required.LOOKED_AT}
    [problem] = required.problems({**values, name: value})
    assert words in problem


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (file := tmp_path / "key").write_text("k3y-" * 20)
    told = production(
        "-c", "from django.conf import settings; print(settings.SECRET_KEY)", SECRET_KEY_FILE=str(file)
    )
    assert told.stdout.strip() == "k3y-" * 20


def test_another_name_of_the_environment_is_refused() -> None:
    refused = production("-c", "import django; django.setup()", PORTAL_ENV="staging")
    assert "PORTAL_ENV is 'staging'. Set it to 'local' or 'production'." in refused.stderr


def test_the_broker_and_the_cache_must_prove_who_they_are() -> None:
    script = """
import ssl
from django.core.cache import cache
from portal.celery import app
assert app.connection().ssl == {"ssl_cert_reqs": ssl.CERT_REQUIRED}
made = cache._cache.get_client().connection_pool.make_connection()
assert made.cert_reqs == ssl.CERT_REQUIRED
"""
    answer = production("-c", script)
    assert answer.returncode == 0, answer.stderr


# ---------- what is not there ----------


def test_nothing_of_the_demo_is_routed_importable_or_started() -> None:
    script = """
import django, json
django.setup()
from tests.portal import routes
from django.conf import settings
from portal import embedded
from django.core.management import CommandError, call_command
embedded.start_if_local()
try:
    call_command("load_demo")
    demo = "loaded"
except CommandError as error:
    demo = str(error)
try:
    import notifications.sandbox.mail
    sandbox = "imported"
except ImportError as error:
    sandbox = str(error)
print(json.dumps({
    "routes": [route.name for route in routes.everything()],
    "providers": list(settings.PROVIDERS.values()) + [settings.EMAIL_BACKEND, settings.TWILIO_BASE_URL],
    "in use": list(embedded._in_use), "demo": demo, "sandbox": sandbox,
}))
"""
    answer = production("-c", script)
    told: dict[str, Any] = json.loads(answer.stdout or answer.stderr)
    assert "admin:index" in told["routes"]
    assert [name for name in told["routes"] if name.startswith(("sandbox", "styleguide"))] == []
    assert [path for path in told["providers"] if "sandbox" in path or "127.0.0.1" in path] == []
    assert told["in use"] == []
    assert told["demo"] == "The demo is for PORTAL_ENV=local only."
    assert "PORTAL_ENV=local only" in told["sandbox"]


def test_the_sandbox_server_does_not_start() -> None:
    refused = production("-m", "notifications.sandbox.server", "--port", "1")
    assert refused.returncode == 1
    assert "PORTAL_ENV=local only" in refused.stderr


# ---------- the two pages for machines ----------


def test_without_database_and_cache_it_is_alive_and_not_ready_and_says_so_in_time() -> None:
    script = """
import django, json, logging, time
django.setup()
logging.disable()
from django.test import Client
client = Client(HTTP_HOST="portal.example")
started = time.monotonic()
answers = [client.get(path) for path in ("/healthz", "/readyz", "/overview/")]
seconds = time.monotonic() - started
told = [(answer.status_code, answer.content.decode(), answer.headers.get("Location")) for answer in answers]
print(json.dumps([seconds, *told]))
"""
    answer = production("-c", script, **NO_DATABASE)
    seconds, alive, ready, elsewhere = json.loads(answer.stdout or answer.stderr)
    assert seconds < 30  # psycopg's pool alone would wait so long
    assert alive[:2] == [200, "ok"]
    assert ready[0] == 503
    unknown = {"engine_seconds": None, "workers": None, "late_workers": None}
    assert json.loads(ready[1]) == {"ready": False, "database": False, "cache": False, **unknown}
    assert elsewhere[2] == "https://portal.example/overview/"  # people are led to https, machines are not


@pytest.mark.django_db
def test_it_is_ready_while_the_engines_clock_goes(client: Client) -> None:
    now = timezone.now()
    assert client.get("/readyz").status_code == 503
    tick = Tick.objects.create(name="plan", slot=now, finished_at=now)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["ready"] is True
    late = now + workers.late_after() + timedelta(seconds=1)
    assert health.state(now=late)["ready"] is False
    tick.delete()
    assert health.state(now=now)["engine_seconds"] is None


def test_being_alive_asks_neither_session_nor_database(rf: RequestFactory, client: Client) -> None:
    assert client.get("/healthz").content == b"ok"  # pytest-django refuses a query here
    assert client.post("/healthz").status_code == 405
    assert "no-store" in client.get("/healthz")["Cache-Control"]


def test_only_the_providers_in_use_must_be_set_up() -> None:
    values = {name: SOUND.get(name, "") for name in required.LOOKED_AT}
    without_twilio = {name: "" if name.startswith("TWILIO") else value for name, value in values.items()}
    told = required.problems({**without_twilio, "SMS_PROVIDERS": "alibaba=1"})
    assert [line.split()[0] for line in told] == list(required.BY_PROVIDER["alibaba"])
    told = required.problems({**values, "WHATSAPP_ACCESS_TOKEN": "token"})
    assert [line.split()[0] for line in told] == list(required.BY_PROVIDER["whatsapp"])
