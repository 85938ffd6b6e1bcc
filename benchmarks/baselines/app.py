"""The baselines' Celery app: python -m celery -A benchmarks.baselines.app worker -Q usual|tuned."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")

from celery import Celery

from portal import embedded

app = Celery("baselines", broker=f"redis+socket://{embedded.VALKEY_SOCKET}?virtual_host=11")
app.conf.imports = ["benchmarks.baselines.usual", "benchmarks.baselines.tuned"]
app.conf.worker_hijack_root_logger = False
