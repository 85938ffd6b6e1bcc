"""One import in a process that a test may kill.

python -m tests.loans.importer FOLDER DATABASE PORTION STOP_AFTER

Once STOP_AFTER portions of accounts are committed it says so and waits to be killed, in the middle of the next one.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import django

from tests.waiting import until


def kill_in_the_middle(folder: Path, *, portion: int, after: int) -> None:
    """Start an import on the test's own database, and kill it without warning between two portions' writes."""
    from django.conf import settings

    arguments = [str(folder), settings.DATABASES["default"]["NAME"], str(portion), str(after)]
    command = [sys.executable, "-m", "tests.loans.importer", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"in the middle\n"
        process.kill()
    _wait_for_its_lock()


def _wait_for_its_lock() -> None:
    """The server sees a moment later than we that its client is gone."""
    from django.db import connection

    held = """
        SELECT 1 FROM pg_locks JOIN pg_database base ON base.oid = pg_locks.database
        WHERE locktype = 'advisory' AND datname = %s
    """
    with connection.cursor() as cursor:
        here = [connection.settings_dict["NAME"]]
        until(lambda: not cursor.execute(held, here).fetchone(), "the killed import's lock is free")


def main(folder: str, database: str, portion: str, after: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from django.db.backends.signals import connection_created
    from django.utils import timezone

    from loans.portfolio.sets import Import

    done = 0

    def hang_in_the_middle(execute, statement, arguments, many, context):
        """The payments come after the bills: of this portion, half is written and nothing committed."""
        nonlocal done
        if "INSERT INTO loans_payment" in str(statement):
            done += 1
            if done > int(after):
                sys.stdout.write("in the middle\n")
                sys.stdout.flush()
                time.sleep(600)
        return execute(statement, arguments, many, context)

    def watch(connection, **_):
        connection.execute_wrappers.append(hang_in_the_middle)

    connection_created.connect(watch, weak=False)
    Import(Path(folder), timezone.now(), lambda name, share: None, portion=int(portion)).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
