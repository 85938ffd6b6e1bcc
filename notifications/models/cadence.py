"""The ladder of reminders and the words they are told in, as data that staff keep."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.model_fields import by_whom
from accounts.models import LANGUAGES
from loans.models import CreditAccount
from notifications.words import Category


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
    written_by = by_whom(_("written by"))
    approved_by = by_whom(_("approved by"))  # empty also for the words that a new installation starts with
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
