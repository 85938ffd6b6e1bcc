"""The Celery app. Messages on the broker are hints; the rows in PostgreSQL say what is due.

What the environment says of it (the broker, the tick) is in the settings; what no environment changes is here.
"""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.schedules import crontab
from django.conf import settings
from kombu import Exchange, Queue
from kombu.common import Broadcast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

# A tick is for whichever node is free, a pulse for each of them: it shows which one hangs.
# Celery declares no exchange of a broadcast where it sends, and kombu takes an undeclared one for a queue's.
PULSE = Exchange("pulse", type="fanout")
POKED = ("tick", "send_webhooks", "pulse")  # tasks of notifications, each tick

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    timezone="UTC",
    enable_utc=True,
    task_ignore_result=True,
    task_acks_late=False,  # a task is a hint; losing one costs a tick, repeating one is wasted work
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    task_queues=(Queue("celery"), Broadcast("pulse", exchange=PULSE, routing_key="pulse")),
    task_routes={
        "notifications.tasks.pulse": {"exchange": PULSE, "routing_key": "pulse", "declare": [PULSE]}
    },
    beat_schedule={
        **{name: {"task": f"notifications.tasks.{name}", "schedule": settings.ENGINE_TICK} for name in POKED},
        "delete_old": {"task": "accounts.tasks.delete_old", "schedule": crontab(hour=3, minute=30)},  # UTC
    },
)
app.autodiscover_tasks()

# The demo runs as whoever started it, root too; in production Celery's warning must be seen.
if settings.LOCAL:
    warnings.filterwarnings("ignore", category=SecurityWarning)
