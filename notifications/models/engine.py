"""The engine's rows: lanes, what is planned, what was tried, and what providers told of it."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.model_fields import by_the_clock
from accounts.models import LANGUAGES, Borrower, ContactPoint
from loans.models import Bill
from notifications.models.cadence import MessageTemplate, Step
from notifications.words import (
    AttemptState,
    Category,
    Channel,
    Delivery,
    ReminderState,
)


def _words() -> "models.ForeignKey[MessageTemplate | None, MessageTemplate | None]":
    """The version of the words that a row was spoken in. Read from here to there only, so without an index."""
    return models.ForeignKey(
        MessageTemplate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("words"),
    )


class Lane(models.Model):
    """One row per borrower who has reminders: the queue the workers share, and the borrower's mutex.

    A worker takes due lanes with FOR UPDATE SKIP LOCKED and a lease. `claim` counts the claims and is the
    fencing token: what a worker learns later counts only while its number is still the lane's.
    """

    borrower = models.OneToOneField(Borrower, on_delete=models.CASCADE, primary_key=True, related_name="lane")
    next_at = models.DateTimeField(_("next look"), null=True)  # UTC; the earliest planned reminder, if any
    leased_until = models.DateTimeField(null=True)  # UTC
    claim = models.BigIntegerField(default=0)
    # claims in a row without an outcome
    fruitless = models.PositiveSmallIntegerField(_("tries without an outcome"), default=0, db_default=0)
    # UTC; after too many: no worker takes it
    set_aside_at = models.DateTimeField(_("set aside"), null=True, blank=True)

    class Meta:
        # What staff see of lanes: those that are set aside.
        verbose_name = _("borrower set aside")
        verbose_name_plural = _("borrowers set aside")
        indexes = [
            # Read by the claim: due lanes, oldest first.
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="lane_due"),
            # Read by the engine's status and its alarm: almost always empty.
            models.Index(
                fields=["set_aside_at"], condition=Q(set_aside_at__isnull=False), name="lane_set_aside"
            ),
            # Read by the reaper: leases that lapsed.
            models.Index(
                fields=["leased_until"], condition=Q(leased_until__isnull=False), name="lane_leased"
            ),
        ]

    def __str__(self) -> str:
        return f"lane {self.pk}"


class Reminder(models.Model):
    """One planned communication for (bill, step): unique by that natural key, for ever."""

    borrower = models.ForeignKey(
        Borrower, on_delete=models.PROTECT, related_name="reminders", verbose_name=_("borrower")
    )
    # No index of their own: the natural key finds a bill's reminders, and with one on the step the planner, when
    # statistics are old, looks for one bill's reminder among all of its step (5 s for 9,000 in place of 0.1).
    bill = models.ForeignKey(
        Bill, on_delete=models.PROTECT, related_name="reminders", db_index=False, verbose_name=_("bill")
    )
    step = models.ForeignKey(
        Step, on_delete=models.PROTECT, related_name="reminders", db_index=False, verbose_name=_("step")
    )
    state = models.CharField(_("state"), max_length=12, choices=ReminderState, default=ReminderState.PLANNED)
    step_day = models.DateField(_("meant for"))  # the bill's due day plus the step's offset
    next_attempt_at = models.DateTimeField(_("next look"))  # UTC
    expires_at = models.DateTimeField(_("useful until"))  # UTC
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    failed_channels = models.JSONField(_("channels that failed for good"), default=list, blank=True)
    # provider → ISO instant until which it is not tried again for this reminder; others are tried meanwhile
    refused_by = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    reasons = models.JSONField(_("reasons"), default=list, blank=True)  # of the last decision
    template = _words()  # the version that spoke for it last
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)  # UTC
    planned_at = models.DateTimeField(_("planned"), default=timezone.now)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [models.UniqueConstraint(fields=["bill", "step"], name="reminder_once_for_ever")]
        indexes = [
            # Read by claim and by payment: what is still open of this borrower.
            models.Index(
                fields=["borrower", "next_attempt_at"], condition=Q(state="planned"), name="reminder_planned"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bill} {self.step.offset_days:+d}"


class Attempt(models.Model):
    """One call to one provider for one or more reminders of one borrower. Committed before the call.

    Also what the inbox shows: the text stands here exactly as it was sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)  # the provider's reference
    borrower = models.ForeignKey(
        Borrower,
        on_delete=models.PROTECT,
        related_name="attempts",
        db_index=False,  # attempt_of_borrower begins with it
        verbose_name=_("borrower"),
    )
    # Of the links' table a migration drops the index on the attempt: that of (attempt, reminder) begins with it.
    reminders = models.ManyToManyField(
        Reminder, related_name="attempts", blank=True, verbose_name=_("reminders")
    )
    category = models.CharField(_("category"), max_length=10, choices=Category)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    provider = models.CharField(_("provider"), max_length=20)
    contact_point = models.ForeignKey(
        ContactPoint,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sent to"),
    )
    claim = models.BigIntegerField(default=0)  # the lane's claim that made it: the fencing token
    state = models.CharField(_("state"), max_length=20, choices=AttemptState, default=AttemptState.CALLING)
    delivery = models.PositiveSmallIntegerField(_("delivery"), choices=Delivery, default=Delivery.NONE)
    provider_reference = models.CharField(_("provider's reference"), max_length=128, blank=True)
    detail = models.CharField(_("detail"), max_length=200, blank=True)  # what the provider said, in our words
    retry_after = models.DateTimeField(null=True, blank=True)  # UTC; where the provider asked for patience
    # What a refusal said of the address (channels.base.About), until the consequence is drawn (closed_addresses)
    said_against = models.CharField(max_length=10, blank=True, default="", db_default="", editable=False)
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"))
    full_text = models.TextField(
        _("in full"),
        blank=True,
        db_default="",
        help_text=_("What a discreet message stood for; shown in the inbox only."),
    )
    template = _words()  # the version that was sent
    segments = models.PositiveSmallIntegerField(_("segments"), default=0)  # of a text message; 0 elsewhere
    reasons = models.JSONField(_("reasons"), default=list)
    started_at = models.DateTimeField(_("started"), default=timezone.now)  # UTC
    settled_at = models.DateTimeField(_("answered"), null=True, blank=True)  # UTC
    read_at = models.DateTimeField(_("read"), null=True, blank=True)  # UTC
    # Of an unknown outcome: when the provider was last asked, and when nothing more is done to learn it
    asked_at = models.DateTimeField(_("provider asked"), null=True, blank=True)  # UTC
    reconciled_at = models.DateTimeField(_("closed as unknown"), null=True, blank=True)  # UTC

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [
            # Read by the inbox and by the gate's history.
            models.Index(fields=["borrower", "-started_at"], name="attempt_of_borrower"),
            # Read by receipts that name the provider's own id.
            models.Index(
                fields=["provider", "provider_reference"],
                condition=~Q(provider_reference=""),
                name="attempt_provider_reference",
            ),
            # Read by the reaper: calls whose outcome nobody wrote.
            models.Index(fields=["started_at"], condition=Q(state="calling"), name="attempt_calling"),
            # Read by the engine's status and its staff page: what was perhaps sent.
            models.Index(fields=["started_at"], condition=Q(state="unknown"), name="attempt_unknown"),
            # Read by each claim and the tick: refusals whose consequence is not drawn. Nearly always none.
            models.Index(fields=["borrower"], condition=~Q(said_against=""), name="attempt_said_against"),
            # Read by the engine's status: the last minutes'. By blocks, because rows come in the order of time: it
            # costs nothing to write.
            BrinIndex(fields=["started_at"], autosummarize=True, name="attempt_started"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {by_the_clock(self.started_at)}"


class Portion(models.Model):
    """Calls that are committed and surely not begun. Whoever deletes the row has them: the worker that then begins
    them, or the reaper, which gives them back to the queue. Changed by SETTLE and REAP_LAPSED alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempts = ArrayField(models.UUIDField())
    made_at = models.DateTimeField()  # UTC

    class Meta:
        verbose_name = _("portion of calls")
        verbose_name_plural = _("portions of calls")

    def __str__(self) -> str:
        return f"portion {self.pk}"


class Tick(models.Model):
    """A slot of the engine's clock. Unique: any number of beats or workers run a slot once."""

    name = models.CharField(max_length=20)
    slot = models.DateTimeField()  # UTC
    finished_at = models.DateTimeField(null=True)
    planned = models.PositiveIntegerField(default=0)  # reminders written by it

    class Meta:
        verbose_name = _("tick")
        verbose_name_plural = _("ticks")
        constraints = [models.UniqueConstraint(fields=["name", "slot"], name="tick_slot_once")]

    def __str__(self) -> str:
        return f"{self.name} {by_the_clock(self.slot)}"


class ProviderEvent(models.Model):
    """A receipt or reply exactly as the provider sent it, stored before it is understood."""

    provider = models.CharField(_("provider"), max_length=20)
    event_key = models.CharField(_("event"), max_length=120)  # says "this event" at this provider
    kind = models.CharField(_("kind"), max_length=10)  # status, inbound
    payload = models.JSONField(_("payload"))
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("provider event")
        verbose_name_plural = _("provider events")
        constraints = [models.UniqueConstraint(fields=["provider", "event_key"], name="provider_event_once")]
        indexes = [
            # Read by the tick: events whose attempt was not there yet.
            models.Index(fields=["received_at"], condition=Q(handled_at=None), name="provider_event_open"),
            # Read by accounts.retention.
            BrinIndex(fields=["received_at"], name="provider_event_age"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_key}"
