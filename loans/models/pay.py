"""A borrower's payment by a provider's page, and what the provider said of it."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PayState(models.TextChoices):
    CREATED = "created", _("begun")
    PAID = "paid", _("paid")
    REFUSED = "refused", _("refused")
    EXPIRED = "expired", _("expired")
    NO_PAGE = "no_page", _("no page")  # the provider made none
    CHECKED = "checked", _("to be checked by people")  # what was paid is not what was asked
    SETTLED = "settled", _("settled by people")  # checked, and done with


class PayOrder(models.Model):
    """One page at the provider for one amount. Moved by loans.pay.journeys alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(
        "loans.CreditAccount",
        on_delete=models.PROTECT,
        related_name="pay_orders",
        verbose_name=_("credit account"),
    )
    provider = models.CharField(_("provider"), max_length=40)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=3)  # in the account's currency
    state = models.CharField(_("state"), max_length=10, choices=PayState, default=PayState.CREATED)
    page_url = models.CharField(_("page"), max_length=500, blank=True)
    provider_reference = models.CharField(_("provider's reference"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("begun"), default=timezone.now)  # UTC
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)  # UTC; of the page
    payment = models.OneToOneField(
        "loans.Payment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("payment"),
    )

    class Meta:
        verbose_name = _("online payment")
        verbose_name_plural = _("online payments")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(payment__isnull=False), name="pay_order_paid_has_its_payment"
            )
        ]
        indexes = [
            # Read by the staff's first page: nearly always none.
            models.Index(fields=["created_at"], condition=Q(state="checked"), name="pay_order_checked"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """Of the payment that it becomes: what the lender's books know it by."""
        return f"PAY-{self.id.hex[:16].upper()}"


class PayEvent(models.Model):
    """What a provider told us, once: the key is the provider's own."""

    provider = models.CharField(_("provider"), max_length=40)
    key = models.CharField(_("event"), max_length=100)
    order = models.ForeignKey(
        PayOrder,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("online payment"),
    )
    said = models.JSONField(_("what it said"), default=dict)
    outcome = models.CharField(_("outcome"), max_length=200)
    at = models.DateTimeField(_("when"), default=timezone.now)  # UTC

    class Meta:
        verbose_name = _("event of a payment provider")
        verbose_name_plural = _("events of payment providers")
        constraints = [models.UniqueConstraint(fields=["provider", "key"], name="pay_event_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.key}"
