"""What a borrower asked of the lender: written down with a reference and a day by which something must happen."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.model_fields import by_whom
from accounts.models import Borrower
from loans.models import CreditAccount


class HelpKind(models.TextChoices):
    PROMISE = "promise", _("promise to pay")
    DUE_DAY = "due_day", _("another due day")
    HARDSHIP = "hardship", _("hardship")
    DISPUTE = "dispute", _("dispute")
    COMPLAINT = "complaint", _("complaint")


class HelpState(models.TextChoices):
    OPEN = "open", _("open")
    ACCEPTED = "accepted", _("agreed")
    DECLINED = "declined", _("not agreed")
    WITHDRAWN = "withdrawn", _("withdrawn")
    KEPT = "kept", _("kept")
    BROKEN = "broken", _("not kept")


class HelpRequest(models.Model):
    """One thing a borrower asked for, or promised. Moved by notifications.help.journeys alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=12, unique=True)  # to say on the telephone
    borrower = models.ForeignKey(
        Borrower, on_delete=models.PROTECT, related_name="help_requests", verbose_name=_("borrower")
    )
    account = models.ForeignKey(
        CreditAccount,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="help_requests",
        verbose_name=_("credit account"),
        help_text=_("Empty: every account of this borrower."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=HelpKind)
    state = models.CharField(_("state"), max_length=10, choices=HelpState, default=HelpState.OPEN)
    text = models.TextField(_("text"), blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)  # notifications.help.rules
    conversation = models.ForeignKey(
        "notifications.Conversation",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("conversation"),
    )
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)  # UTC
    due_at = models.DateTimeField(_("answer due"))  # UTC; of a promise: when it is judged
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)  # UTC
    ended_by = by_whom(_("ended by"))
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        constraints = [
            # Asked twice, by a double click or by two devices, it is still one matter.
            models.UniqueConstraint(
                fields=["borrower", "kind", "account"],
                condition=Q(state="open"),
                nulls_distinct=False,
                name="help_request_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None) | (~Q(state="open") & Q(ended_at__isnull=False)),
                name="help_request_ended_has_its_day",
            ),
        ]
        indexes = [
            # Read by staff and by the engine: what is due.
            models.Index(fields=["due_at"], condition=Q(state="open"), name="help_request_due"),
            models.Index(fields=["borrower", "-opened_at"], name="help_request_of_borrower"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.get_kind_display()}"
