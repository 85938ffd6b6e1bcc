"""Where the lender's own systems are told what a borrower decided, and what is still to be told."""

import uuid

from django.contrib.postgres.indexes import BrinIndex
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.model_fields import by_the_clock


class Event(models.TextChoices):
    """What can be told."""

    PREFERENCE = "preference.changed", _("reminder preferences changed")
    STOP = "reminders.stopped", _("the borrower said stop")
    START = "reminders.started", _("the borrower took the stop back")
    HOLD = "hold.placed", _("a hold was placed")
    LIFT = "hold.lifted", _("a hold was lifted")
    PROMISE = "promise.made", _("a promise to pay was made")
    PROMISE_KEPT = "promise.kept", _("a promise to pay was kept")
    PROMISE_BROKEN = "promise.broken", _("a promise to pay was not kept")
    PROMISE_REOPENED = "promise.reopened", _("a kept promise to pay is open again")
    REQUEST = "request.opened", _("the borrower asked for something")
    COMPLAINT = "complaint.opened", _("the borrower complained")


class WebhookEndpoint(models.Model):
    """One address of the lender's systems."""

    name = models.CharField(_("name"), max_length=100)
    url = models.CharField(_("address"), max_length=500, validators=[URLValidator(schemes=["https", "http"])])
    secret = models.CharField(
        _("secret"), max_length=80, editable=False
    )  # signs what is sent: shown to staff
    events = models.JSONField(_("events"), default=list)  # of Event
    is_active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One event for one endpoint: written in the transaction of what happened, sent afterwards until it is taken."""

    id = models.UUIDField(
        primary_key=True, default=uuid.uuid4, editable=False
    )  # the receiver knows doubles by it
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("webhook")
    )
    event = models.CharField(_("event"), max_length=30, choices=Event)
    body = models.TextField(_("body"), editable=False)  # exactly as it is signed and sent
    created_at = models.DateTimeField(_("happened"), default=timezone.now)  # UTC
    next_attempt_at = models.DateTimeField(_("next try"), null=True, blank=True)  # UTC; null: no more
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    delivered_at = models.DateTimeField(_("taken"), null=True, blank=True)  # UTC
    detail = models.CharField(_("last answer"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        indexes = [
            # Read by the sender: what is due.
            models.Index(
                fields=["next_attempt_at"], condition=Q(next_attempt_at__isnull=False), name="webhook_due"
            ),
            # Read by accounts.retention.
            BrinIndex(fields=["created_at"], name="webhook_delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {by_the_clock(self.created_at)}"
