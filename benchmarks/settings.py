"""The portal's settings on a benchmark's own database and queue, for the processes that it starts."""

import os

from portal.settings import *  # noqa: F403

DATABASES["default"]["NAME"] = os.environ["BENCHMARK_DATABASE"]  # noqa: F405
if os.environ.get("BENCHMARK_CONNECTIONS") == "usual":  # Django's own default: a connection for each task
    DATABASES["default"]["OPTIONS"].pop("pool")  # noqa: F405
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = False  # noqa: F405
elif os.environ.get("BENCHMARK_CONNECTIONS") == "kept":
    DATABASES["default"]["OPTIONS"].pop("pool")  # noqa: F405
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = False  # noqa: F405
    DATABASES["default"]["CONN_MAX_AGE"] = None  # noqa: F405
