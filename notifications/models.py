"""When and how we speak: what was chosen, what is planned, what was tried, and what came back."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import LANGUAGES, Borrower, ContactPoint
from loans.models import Bill, CreditAccount
from notifications.models_conversation import Attachment as Attachment
from notifications.models_conversation import Conversation as Conversation
from notifications.models_conversation import ConversationMessage as ConversationMessage
from notifications.models_help import HelpRequest as HelpRequest
from notifications.models_law import RulebookText as RulebookText
from notifications.models_push import PushDevice as PushDevice
from notifications.models_templates import ProviderTemplate as ProviderTemplate
from notifications.models_webhooks import WebhookDelivery as WebhookDelivery
from notifications.models_webhooks import WebhookEndpoint as WebhookEndpoint
from notifications.models_worker import Worker as Worker
from notifications.words import (
    AttemptState,
    Category,
    Channel,
    Delivery,
    HoldReason,
    HumanChannel,
    ReminderState,
)

# ---------- what the borrower chose ----------


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
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("given by"),
    )
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
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("set by"),
    )

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
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )

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


# ---------- the cadence and the words, as data ----------


class Cadence(models.Model):
    """A ladder of reminders around a due date."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    product = models.CharField(
        _("product"),
        max_length=20,
        blank=True,
        choices=CreditAccount.Product,
        help_text=_("Empty: every product."),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("cadence")
        verbose_name_plural = _("cadences")

    def __str__(self) -> str:
        return self.name


class Step(models.Model):
    """One rung: so many days from the due date, with the words for it."""

    cadence = models.ForeignKey(
        Cadence, on_delete=models.CASCADE, related_name="steps", verbose_name=_("cadence")
    )
    offset_days = models.SmallIntegerField(_("days from the due date"), help_text=_("-7: a week before."))
    category = models.CharField(_("category"), max_length=10, choices=Category)
    template_code = models.SlugField(_("template"))
    useful_days = models.PositiveSmallIntegerField(
        _("useful for"), help_text=_("Days after its own day on which it may still be sent; then it expires.")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["cadence", "offset_days"]
        constraints = [models.UniqueConstraint(fields=["cadence", "offset_days"], name="step_offset_once")]

    def __str__(self) -> str:
        return f"{self.cadence} {self.offset_days:+d}"


class MessageTemplate(models.Model):
    """One version of what a borrower is sent, in one language. Placeholders only: no tags, no code
    (notifications.texts). Moved from state to state by notifications.templates alone.
    """

    class State(models.TextChoices):
        """Only approved words are sent, and they are never edited: who changes them writes a new version."""

        DRAFT = "draft", _("draft")
        APPROVED = "approved", _("approved")
        RETIRED = "retired", _("retired")

    code = models.SlugField(_("code"))
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES)
    version = models.PositiveSmallIntegerField(_("version"), default=1)  # 1, 2 … of its code and language
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    subject = models.CharField(_("subject"), max_length=150)  # e-mail and inbox
    body = models.TextField(_("body"))  # e-mail and inbox
    short = models.TextField(_("short text"), help_text=_("For text messages."))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("written by"),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )  # empty also for the words that a new installation starts with
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)  # UTC
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)  # UTC
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        constraints = [
            models.UniqueConstraint(fields=["code", "language", "version"], name="template_version_once"),
            # Which words are sent is never a question of luck.
            models.UniqueConstraint(
                fields=["code", "language"], condition=Q(state="approved"), name="template_approved_once"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", approved_at=None, retired_at=None)
                | Q(state="approved", approved_at__isnull=False, retired_at=None)
                | Q(state="retired", retired_at__isnull=False),
                name="template_state_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.language}) {self.version}"


# ---------- the engine's rows ----------


class Lane(models.Model):
    """One row per borrower who has reminders: the queue the workers share, and the borrower's mutex.

    A worker takes due lanes with FOR UPDATE SKIP LOCKED and a lease. `claim` counts the claims and is the
    fencing token: what a worker learns later counts only while its number is still the lane's.
    """

    borrower = models.OneToOneField(Borrower, on_delete=models.CASCADE, primary_key=True, related_name="lane")
    next_at = models.DateTimeField(null=True)  # UTC; the earliest planned reminder, null where there is none
    leased_until = models.DateTimeField(null=True)  # UTC
    claim = models.BigIntegerField(default=0)
    fruitless = models.PositiveSmallIntegerField(
        default=0, db_default=0
    )  # claims in a row without an outcome
    set_aside_at = models.DateTimeField(null=True, blank=True)  # UTC; after too many: no worker takes it

    class Meta:
        verbose_name = _("lane")
        verbose_name_plural = _("lanes")
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
    template = models.ForeignKey(
        MessageTemplate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # read from here to there only
        verbose_name=_("words"),
    )  # the version that spoke for it last
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
        Borrower, on_delete=models.PROTECT, related_name="attempts", verbose_name=_("borrower")
    )
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
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"))
    full_text = models.TextField(
        _("in full"),
        blank=True,
        db_default="",
        help_text=_("What a discreet message stood for; shown in the inbox only."),
    )
    template = models.ForeignKey(
        MessageTemplate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # read from here to there only
        verbose_name=_("words"),
    )  # the version that was sent
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
            # Read by the engine's status: the last minutes'. By blocks, because rows come in the order of time: it
            # costs nothing to write.
            BrinIndex(fields=["started_at"], autosummarize=True, name="attempt_started"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.started_at:%Y-%m-%d %H:%M}"


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
        return f"{self.name} {self.slot:%Y-%m-%d %H:%M}"


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
            models.Index(fields=["received_at"], condition=Q(handled_at=None), name="provider_event_open")
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_key}"
