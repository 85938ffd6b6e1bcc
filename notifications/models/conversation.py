"""What a borrower and the lender write to each other. Moved by notifications.conversations alone."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.model_fields import by_the_clock, by_whom
from accounts.models import Borrower
from notifications.words import Side, Topic, Way


class Conversation(models.Model):
    """The messages about one matter. Who has the word: the lender while `waiting_since` is set, else the borrower."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    borrower = models.ForeignKey(
        Borrower, on_delete=models.PROTECT, related_name="conversations", verbose_name=_("borrower")
    )
    topic = models.CharField(_("topic"), max_length=10, choices=Topic)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)  # UTC
    last_at = models.DateTimeField(_("last message"), default=timezone.now)  # UTC
    waiting_since = models.DateTimeField(_("waits for us since"), null=True, blank=True)  # UTC
    notice_at = models.DateTimeField(
        null=True, blank=True
    )  # UTC; when to tell, outside, that an answer waits
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)  # UTC

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            # A second question on the same matter joins the first, also where two requests race.
            models.UniqueConstraint(
                fields=["borrower", "topic"], condition=Q(closed_at=None), name="conversation_open_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(waiting_since=None),
                name="conversation_closed_waits_for_nobody",
            ),
        ]
        indexes = [
            # Read by the borrower's list.
            models.Index(fields=["borrower", "-last_at"], name="conversation_of_borrower"),
            # Read by the staff's list: who has waited longest.
            models.Index(fields=["waiting_since", "id"], name="conversation_waiting"),
            # Read by the engine: whom to tell of an answer.
            models.Index(
                fields=["notice_at"], condition=Q(notice_at__isnull=False), name="conversation_notice_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.borrower}: {self.get_topic_display()}"


class ConversationMessage(models.Model):
    """One thing that was said. Never changed but for `read_at`."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages", verbose_name=_("conversation")
    )
    side = models.CharField(_("who wrote"), max_length=10, choices=Side)
    text = models.TextField(_("text"))
    channel = models.CharField(_("came by"), max_length=10, choices=Way, default=Way.PORTAL)
    at = models.DateTimeField(_("written"), default=timezone.now)  # UTC
    written_by = by_whom(_("written by"))  # the login, where there was one
    answers = models.ForeignKey(
        "notifications.Attempt",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="replies",
        verbose_name=_("answers the message"),
    )
    note = models.ForeignKey(
        "notifications.Attempt",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="announced",
        verbose_name=_("told by"),
    )  # the inbox note that told the borrower of this answer
    read_at = models.DateTimeField(_("read"), null=True, blank=True)  # UTC; by the other side

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["at", "id"]
        indexes = [
            # Read by the thread.
            models.Index(fields=["conversation", "at"], name="message_of_conversation"),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()} {by_the_clock(self.at)}"


def stored_as(attachment: "Attachment", filename: str) -> str:
    """A random name: nothing of what the sender wrote reaches the disk, and nobody can guess it."""
    name = uuid.uuid4().hex
    return f"conversations/{name[:2]}/{name}"


class Attachment(models.Model):
    """A file sent along, checked by notifications.conversations.attachments.

    It lies outside the web root and is handed out by a view that asks whose it is.
    """

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        JPEG = "jpeg", _("JPEG picture")
        PNG = "png", _("PNG picture")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(
        ConversationMessage, on_delete=models.CASCADE, related_name="attachments", verbose_name=_("message")
    )
    name = models.CharField(_("name"), max_length=100)  # as its sender called it, made harmless
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)  # by its content
    size = models.PositiveIntegerField(_("size"), help_text=_("In bytes."))
    file = models.FileField(upload_to=stored_as)
    scanned_at = models.DateTimeField(
        _("scanned"), null=True, blank=True
    )  # UTC; null: not yet, or nobody scans
    virus = models.CharField(
        _("virus"), max_length=100, blank=True, default="", db_default=""
    )  # what was found; empty: nothing

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.name
