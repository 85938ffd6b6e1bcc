"""What the portal gives up soon, given time: in tests a busy machine is slow to answer, and not away."""

from django.conf import settings

from loans.pay import sandbox as pay_sandbox
from notifications import webhooks
from notifications.sandbox import mail, views
from notifications.traffic import shared
from tests.notifications.limits import LIMITS

SECONDS = int(LIMITS.timeout.total_seconds())


def take_time() -> None:
    settings.PROVIDER_TIMEOUT = webhooks.TIMEOUT = LIMITS.timeout
    settings.DATABASES["default"]["OPTIONS"]["pool"]["timeout"] = SECONDS
    shared.PATIENCE = SECONDS
    mail.TIMEOUT = views.TIMEOUT = pay_sandbox.TIMEOUT = SECONDS
