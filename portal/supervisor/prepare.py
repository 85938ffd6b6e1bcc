"""The steps before the programs start: `python -m portal.supervisor.prepare`. Each does only what is not done yet."""

import io
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.cache import cache
from django.core.management import CommandError, call_command, get_commands
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.loader import MigrationLoader
from redis.exceptions import RedisError

from portal import embedded
from portal.supervisor import screen

OTHER_VERSION = (
    "The database does not fit this version of the portal: {}\n"
    "Clear the local data with `make reset`, or bring back the version that made it."
)


def main() -> int:
    try:
        _prepare()
    except (InconsistentMigrationHistory, DatabaseError) as error:
        screen.complain(OTHER_VERSION.format(str(error).strip()))
    except CommandError as error:
        screen.complain(str(error))
    else:
        return 0
    return 1


def _prepare() -> None:
    embedded.start_if_local()
    django.setup()
    _refuse_deaf_servers()
    Path(settings.STATIC_ROOT).mkdir(
        exist_ok=True
    )  # served from the sources here; whitenoise wants to see it
    commands = get_commands()
    if "compile_texts" in commands:
        with screen.step("Translations compiled"):
            _quietly("compile_texts")
    with screen.step("Database brought up to date"):
        _refuse_newer_database()
        _quietly("migrate", interactive=False)
    if "load_defaults" in commands:
        with screen.step("Reminder steps and texts in place"):
            _quietly("load_defaults")
    if "load_demo" in commands and not _has_borrowers():
        with screen.step("Demo loaded"):
            _quietly("load_demo")


def _refuse_deaf_servers() -> None:
    """The servers that the environment names are someone else's to start."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise CommandError(f"The database does not answer ({error}). Check DATABASE_URL.") from error
    try:
        cache.get("prepare")
    except (RedisError, OSError) as error:
        raise CommandError(f"Redis does not answer ({error}). Check REDIS_URL.") from error


def _refuse_newer_database() -> None:
    """A migration that the database knows and the code does not: an older checkout, or a rewritten branch."""
    loader = MigrationLoader(connection)
    unknown = sorted(
        f"{app}.{name}"
        for app, name in set(loader.applied_migrations) - set(loader.disk_migrations)
        if app in loader.migrated_apps and (app, name) not in loader.replacements
    )
    if unknown:
        raise CommandError(OTHER_VERSION.format(f"it has had {', '.join(unknown)}."))


def _has_borrowers() -> bool:
    from accounts.models import Borrower

    return Borrower.objects.exists()


def _quietly(command: str, **options: object) -> None:
    """Its output is shown only when it fails."""
    said = io.StringIO()
    try:
        call_command(command, stdout=said, stderr=said, verbosity=1, **options)
    except Exception:
        screen.complain(said.getvalue())
        raise


if __name__ == "__main__":
    sys.exit(main())
