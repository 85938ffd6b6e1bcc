"""One run of the engine at an instant, in a process that a test may kill.

python -m tests.notifications.worker INSTANT DATABASE TWILIO_BASE_URL
"""

import os
import subprocess
import sys
from datetime import datetime

import django


def start(now: datetime) -> "subprocess.Popen[bytes]":
    """A worker on the test's own database and sandbox."""
    from django.conf import settings

    place = (settings.DATABASES["default"]["NAME"], settings.TWILIO_BASE_URL)
    return subprocess.Popen([sys.executable, "-m", "tests.notifications.worker", now.isoformat(), *place])


def main(now: datetime, database: str, provider: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    settings.TWILIO_BASE_URL = provider
    django.setup()
    from notifications import engine
    from tests.notifications.limits import LIMITS

    settings.PROVIDER_TIMEOUT = LIMITS.timeout
    engine.run(clock=lambda: now, until=lambda: False)


if __name__ == "__main__":
    main(datetime.fromisoformat(sys.argv[1]), *sys.argv[2:])
