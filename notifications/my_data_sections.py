"""What of a borrower this app keeps. Reminders and messages come with the reasons in words."""

from accounts import my_data
from accounts.my_data import Row, Section
from notifications import reasons
from notifications.models import (
    Attachment,
    Attempt,
    Consent,
    Conversation,
    ConversationMessage,
    HelpRequest,
    Hold,
    Preference,
    PushDevice,
    RecordedContact,
    Reminder,
    ReminderAnswer,
)


def _with_why(row: Row) -> Row:
    return {**row, "why": reasons.sentence(row["reasons"])}


my_data.add(
    Section(
        "preferences",
        lambda person: Preference.objects.filter(borrower=person),
        ("choice", "changed_at"),
    ),
    Section(
        "consents",
        lambda person: Consent.objects.filter(borrower=person),
        ("given_at", "kind", "way", "words", "before", "after", "digest"),
    ),
    Section(
        "holds",
        lambda person: Hold.objects.filter(borrower=person),
        ("account__reference", "reason", "started_at", "ended_at", "note"),
    ),
    Section(
        "reminders",
        lambda person: Reminder.objects.filter(borrower=person),
        (
            "bill__account__reference", "bill__number", "step_day", "step__category", "state", "planned_at",
            "decided_at", "reasons",
        ),
        tell=_with_why,
        more=("why",),
    ),
    Section(
        "messages",
        lambda person: Attempt.objects.filter(borrower=person),
        (
            "id", "category", "channel", "provider", "contact_point__value", "state", "delivery", "language",
            "subject", "body", "full_text", "started_at", "settled_at", "read_at", "reasons",
        ),
        tell=_with_why,
        more=("why",),
    ),
    Section(
        "answers_to_messages",
        lambda person: ReminderAnswer.objects.filter(attempt__borrower=person),
        ("attempt_id", "kind", "at"),
    ),
    Section(
        "conversations",
        lambda person: Conversation.objects.filter(borrower=person),
        ("id", "topic", "opened_at", "last_at", "waiting_since", "closed_at"),
    ),
    Section(
        "conversation_messages",
        lambda person: ConversationMessage.objects.filter(conversation__borrower=person),
        ("conversation_id", "side", "text", "channel", "at", "answers_id", "read_at"),
    ),
    Section(
        "conversation_files",
        lambda person: Attachment.objects.filter(message__conversation__borrower=person),
        ("message__conversation_id", "message__at", "name", "kind", "size"),
    ),
    Section(
        "requests",
        lambda person: HelpRequest.objects.filter(borrower=person),
        (
            "reference", "account__reference", "kind", "state", "text", "details", "opened_at", "due_at", "ended_at",
            "answer",
        ),
    ),
    Section(
        "recorded_contacts",
        lambda person: RecordedContact.objects.filter(borrower=person),
        ("account__reference", "channel", "outcome", "is_inbound", "at", "note"),
    ),
    Section(
        "push_devices",
        lambda person: PushDevice.objects.filter(contact_point__borrower=person),
        ("name", "added_at"),
    ),
)  # fmt: skip
