"""The Celery app. Messages on the broker are hints; the rows in PostgreSQL say what is due."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

if (
    settings.LOCAL
):  # the demo runs as whoever started it, root too; in production Celery's warning must be seen
    warnings.filterwarnings("ignore", category=SecurityWarning)
