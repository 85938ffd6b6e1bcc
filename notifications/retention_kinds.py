"""What of this app is deleted by age."""

from accounts import retention
from accounts.retention import Kind
from notifications.models import ProviderEvent, WebhookDelivery

retention.add(
    # What followed from it, a receipt's state or a stop, is kept with the message and in the record of choices.
    Kind(
        "provider_events",
        180,
        lambda before: ProviderEvent.objects.filter(received_at__lt=before, handled_at__isnull=False),
    ),
    Kind(
        "webhook_deliveries",
        90,
        lambda before: WebhookDelivery.objects.filter(created_at__lt=before, next_attempt_at=None),
    ),
)
