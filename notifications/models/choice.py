"""What a borrower chose, why we are silent towards them, and the contacts that the lender's people made."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.model_fields import by_whom
from accounts.models import Borrower
from loans.models import CreditAccount
from notifications.words import HoldReason, HumanChannel


class Preference(models.Model):
    """What one borrower chose, in force now. No row: the defaults of notifications.choice."""

    borrower = models.OneToOneField(
        Borrower,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="preference",
        verbose_name=_("borrower"),
    )
    choice = models.JSONField(_("choice"))  # notifications.choice.Choice.to_json()
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return str(self.borrower)


class Consent(models.Model):
    """Append-only: who chose what, when, by which way, in which words. Never changed, never deleted."""

    class Kind(models.TextChoices):
        PREFERENCE = "preference", _("reminder preferences")
        STOP = "stop", _("stop")
        START = "start", _("start again")
        HOLD = "hold", _("hold placed")
        LIFT = "lift", _("hold lifted")

    borrower = models.ForeignKey(
        Borrower, on_delete=models.PROTECT, related_name="consents", verbose_name=_("borrower")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    before = models.JSONField(_("before"), null=True, blank=True)
    after = models.JSONField(_("after"), null=True, blank=True)
    words = models.TextField(_("words"), help_text=_("What the person read or wrote."))
    way = models.CharField(_("way"), max_length=20, help_text=_("page, sms, staff"))
    given_by = by_whom(_("given by"))
    given_at = models.DateTimeField(_("given"), default=timezone.now)
    digest = models.CharField(
        _("digest"), max_length=64, db_default="", editable=False
    )  # of this and all before: notifications.consents

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_at", "-id"]

    def __str__(self) -> str:
        return f"{self.borrower} {self.kind} {self.given_at:%Y-%m-%d}"


class Hold(models.Model):
    """A reason to be silent towards a borrower, from one instant until another."""

    borrower = models.ForeignKey(
        Borrower, on_delete=models.CASCADE, related_name="holds", verbose_name=_("borrower")
    )
    account = models.ForeignKey(
        CreditAccount,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="holds",
        verbose_name=_("credit account"),
        help_text=_("Empty: every account of this borrower."),
    )
    reason = models.CharField(_("reason"), max_length=20, choices=HoldReason)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    ended_at = models.DateTimeField(
        _("ends"), null=True, blank=True, help_text=_("Empty: until somebody lifts it.")
    )  # UTC
    note = models.CharField(_("note"), max_length=200, blank=True)
    set_by = by_whom(_("set by"))

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            # The same reason twice at once says nothing more; it also makes a doubled STOP one hold.
            models.UniqueConstraint(
                fields=["borrower", "reason", "account"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="hold_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.borrower}: {self.get_reason_display()}"


class RecordedContact(models.Model):
    """A call, visit or letter that the lender's people made: it takes a place in the caps like a message."""

    class Outcome(models.TextChoices):
        SENT = "sent", _("sent")
        UNANSWERED = "unanswered", _("not answered")
        VOICEMAIL = "voicemail", _("left a voice message")
        CONVERSATION = "conversation", _("spoke with the person")
        NOT_CONNECTED = "not_connected", _("did not connect")
        WRONG_NUMBER = "wrong_number", _("somebody else's number")

    borrower = models.ForeignKey(
        Borrower, on_delete=models.PROTECT, related_name="recorded_contacts", verbose_name=_("borrower")
    )
    account = models.ForeignKey(
        CreditAccount,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("credit account"),
        help_text=_("Empty: it was about all of them."),
    )
    channel = models.CharField(_("way"), max_length=10, choices=HumanChannel)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome)
    is_inbound = models.BooleanField(_("the borrower began it"), default=False)
    at = models.DateTimeField(_("when"), default=timezone.now)  # UTC
    note = models.CharField(_("note"), max_length=200, blank=True)
    recorded_by = by_whom(_("recorded by"))

    class Meta:
        verbose_name = _("call, visit or letter")
        verbose_name_plural = _("calls, visits and letters")
        ordering = ["-at", "-id"]
        indexes = [
            # Read by the gate's history.
            models.Index(fields=["borrower", "at"], name="recorded_contact_of_borrower"),
        ]

    def __str__(self) -> str:
        return f"{self.borrower} {self.get_channel_display()} {self.at:%Y-%m-%d}"
