"""What the benchmarks share: a database of their own, and the figures of a process."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


@contextmanager
def database() -> Iterator[None]:
    """Django, with a migrated database that is dropped at the end, and the standard cadence and words in it."""
    from portal import embedded

    embedded.start_if_local()
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test.utils import get_runner

    settings.DEBUG = False
    settings.WHITENOISE_AUTOREFRESH = True  # nothing is collected for a benchmark
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"benchmark_{os.getpid()}"
    runner = get_runner(settings)(verbosity=0, interactive=False)
    made = runner.setup_databases()
    try:
        call_command("load_defaults")
        yield
    finally:
        runner.teardown_databases(made)


def own_cpu() -> float:
    """Seconds of this process since it began."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_memory() -> int:
    """The most that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
