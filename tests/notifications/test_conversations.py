"""A conversation: while the borrower waits for us reminders are silent, and an answer frees them and is told once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from accounts.models import Borrower, ContactPoint, User
from notifications import checks, inbox, news, preferences, stops
from notifications.channels import push_key
from notifications.choice import Choice
from notifications.conversations import journeys as conversations
from notifications.conversations import notices as conversation_notices
from notifications.conversations.journeys import ConversationClosed, Said
from notifications.models import Attempt, Consent, Conversation, ConversationMessage, Hold
from notifications.push import devices as push_devices
from notifications.push.devices import Subscription
from notifications.traffic.desk import Desk
from notifications.words import AttemptState, Category, HoldReason, ReminderState, Side, Topic, Way
from tests import factories
from tests.notifications.conftest import Engine, holds_read
from tests.sandbox import Sandbox

pytestmark = pytest.mark.django_db
DUE = date(2026, 2, 1)  # the factories' bill
BILL_ANSWERED = "You wrote to us about a bill or what I owe. Our answer is in the conversation."
PRIVATE = "I lost my job and cannot pay the 100 dollars."


def morning(days_before_due: int = 6) -> datetime:
    """10:00 in New York, so many days before the bill is due."""
    return datetime(2026, 2, 1, 15, tzinfo=UTC) - timedelta(days=days_before_due)


def write(borrower: Borrower, text: str = PRIVATE, **details: Any) -> Conversation:
    details = {"topic": Topic.BILL, "now": morning(), **details}
    return conversations.write(borrower, said=Said(text), **details).conversation


def answer(staff: User, conversation: Conversation, **details: Any) -> ConversationMessage:
    details = {"said": Said("Let us look at it together."), "now": morning(), **details}
    return conversations.answer(staff, conversation=conversation, **details)


def held(borrower: Borrower, now: datetime) -> list[str]:
    return [hold.why for hold in holds_read(borrower, now=now)]


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


# ---------- whose turn it is ----------


def test_who_writes_waits_from_the_first_message_on(borrower: Borrower) -> None:
    first, again = write(borrower), write(borrower, "Hello?", now=morning() + timedelta(hours=3))
    assert first == again
    assert fresh(first).waiting_since == morning()
    assert fresh(first).last_at == morning() + timedelta(hours=3)
    assert conversations.expected_by(fresh(first)) == morning() + timedelta(hours=24)
    assert [each.text for each in first.messages.all()] == [PRIVATE, "Hello?"]


def test_each_topic_has_one_open_conversation(borrower: Borrower, staff: User) -> None:
    bill, other = write(borrower), write(borrower, topic=Topic.OTHER)
    assert bill != other
    answer(staff, bill, closes=True)
    anew = write(borrower)
    assert anew not in (bill, other)
    with pytest.raises(IntegrityError), transaction.atomic():
        Conversation.objects.create(borrower=borrower, topic=Topic.BILL)


def test_an_answer_ends_the_wait_and_reads_what_was_asked(borrower: Borrower, staff: User) -> None:
    conversation = write(borrower)
    answer(staff, conversation)
    assert fresh(conversation).waiting_since is None
    asked, answered = conversation.messages.all()
    assert (asked.side, asked.read_at, asked.written_by) == (Side.BORROWER, morning(), borrower.user)
    assert (answered.side, answered.read_at, answered.written_by) == (Side.LENDER, None, staff)


def test_what_is_closed_takes_no_answer(borrower: Borrower, staff: User) -> None:
    conversation = write(borrower)
    assert conversations.close(conversation, by=staff, now=morning()) is True
    assert conversations.close(conversation, by=staff, now=morning()) is False
    with pytest.raises(ConversationClosed):
        answer(staff, conversation)


def test_nothing_answers_a_message_to_somebody_else(borrower: Borrower, stranger: Borrower) -> None:
    sent = Attempt.objects.create(
        borrower=stranger, category="due", channel="inbox", provider="inbox", body="x"
    )
    with pytest.raises(ValueError, match="same borrower"):
        conversations.write(borrower, said=Said("?", answers=sent), topic=Topic.BILL, now=morning())
    assert not ConversationMessage.objects.exists()


# ---------- silence while we owe an answer ----------


def test_the_hold_tells_why_and_ends_by_itself_should_nobody_answer(
    borrower: Borrower, settings: Any
) -> None:
    settings.CONVERSATION_HOLD_DAYS = 3
    write(borrower)
    (hold,) = holds_read(borrower, now=morning())
    assert hold.why == "a question still waits for our answer"
    assert hold.until == (DUE - timedelta(days=6) + timedelta(days=4))
    assert held(borrower, morning(3)) != []
    assert held(borrower, morning(2)) == []


@pytest.mark.parametrize(
    ("hours", "days", "works"), [(24, 14, True), (24, 1, True), (48, 1, False), (0, 1, False)]
)
def test_reminders_wait_at_least_as_long_as_an_answer_may_take(
    settings: Any, hours: int, days: int, works: bool
) -> None:
    settings.CONVERSATION_ANSWER_HOURS, settings.CONVERSATION_HOLD_DAYS = hours, days
    found = [each.id for each in checks.silence_outlasts_the_promised_answer()]
    assert found == ([] if works else ["notifications.E002"])


def test_asking_again_does_not_make_the_silence_longer(borrower: Borrower) -> None:
    write(borrower)
    first = Hold.objects.get()
    write(borrower, "Hello?", now=morning(3))
    assert Hold.objects.get().ended_at == first.ended_at


def test_the_hold_stays_while_another_question_waits(borrower: Borrower, staff: User) -> None:
    bill, other = write(borrower), write(borrower, topic=Topic.OTHER)
    answer(staff, bill)
    assert held(borrower, morning()) != []
    assert borrower.user is not None
    conversations.close(other, by=borrower.user, now=morning())
    assert held(borrower, morning()) == []
    lifted, placed = Consent.objects.filter(borrower=borrower)
    assert (placed.kind, placed.way, placed.words) == ("hold", "page", f"conversation {bill.pk}")
    assert (lifted.kind, lifted.way) == ("lift", "page")


def test_other_holds_outlive_an_answer(borrower: Borrower, staff: User) -> None:
    Hold.objects.create(borrower=borrower, reason=HoldReason.DISPUTE, started_at=morning())
    answer(staff, write(borrower))
    assert held(borrower, morning()) == ["the debt is disputed"]


def test_a_question_silences_and_an_answer_lets_the_reminder_go(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower, staff: User
) -> None:
    bill = factories.make_bill(factories.make_loan(borrower), due_on=DUE)
    phone = str(borrower.contact_points.get(kind="phone").value)
    conversation = write(borrower, now=morning(4))
    assert reminders.run(morning(3)) == 0
    reminder = bill.reminders.get(step__offset_days=-3)
    assert reminder.state == ReminderState.PLANNED
    assert "hold" in [why["rule"] for why in reminder.reasons]
    answer(staff, conversation, now=morning(3) + timedelta(hours=1))
    conversations.mark_read(conversation, by=Side.BORROWER, now=morning(3) + timedelta(hours=1))
    assert reminders.run(morning(3) + timedelta(hours=1)) == 1
    assert len(sandbox.texts(phone)) == 1
    reminder.refresh_from_db()
    assert reminder.state == ReminderState.SENT


def test_a_question_that_nobody_answers_silences_no_longer_than_set(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower, settings: Any
) -> None:
    settings.CONVERSATION_HOLD_DAYS = 3
    factories.make_bill(factories.make_loan(borrower), due_on=DUE)
    write(borrower, now=morning(4))
    assert [reminders.run(morning(days)) for days in (3, 1)] == [0, 0]
    assert reminders.run(morning(0)) == 1


# ---------- telling of an answer ----------


def notices(borrower: Borrower) -> list[tuple[str, str]]:
    """Channel and state of what told of answers, the oldest first."""
    told = Attempt.objects.filter(borrower=borrower, category=Category.SERVICE).order_by(
        "started_at", "channel"
    )
    return list(told.values_list("channel", "state"))


def phone_of(borrower: Borrower) -> str:
    return str(borrower.contact_points.get(kind=ContactPoint.Kind.PHONE).value)


def test_an_answer_is_told_in_the_inbox_and_by_one_short_text(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower, staff: User
) -> None:
    conversation = write(borrower)
    answer(staff, conversation)
    answer(staff, conversation, said=Said("One thing more: PRIVATE-WORD."))
    assert reminders.run(morning()) == 1
    assert reminders.run(morning() + timedelta(minutes=5)) == 0
    assert notices(borrower) == [("inbox", "accepted"), ("sms", "accepted")]
    on_phone, note = inbox.messages(borrower).order_by("-channel")
    assert on_phone.subject == "A message from Example Lending"
    assert on_phone.full_text == note.body == BILL_ANSWERED
    (text,) = sandbox.texts(phone_of(borrower))
    assert "a message waits for you" in text
    for private in (borrower.name, "PRIVATE-WORD", "look at it", "100", "bill"):
        assert private not in text
    told = news.of(borrower.user_id or 0)
    assert (told.messages, told.answers) == (1, 1)


def test_reading_the_thread_reads_the_note_and_calls_the_text_off(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower, staff: User
) -> None:
    conversation = write(borrower)
    answer(staff, conversation)
    conversations.mark_read(conversation, by=Side.BORROWER, now=morning())
    told = news.of(borrower.user_id or 0)
    assert told.messages == told.answers == 0
    assert reminders.run(morning()) == 0
    answer(staff, conversation, now=morning(5))  # the next one is news again
    assert reminders.run(morning(5)) == 1
    assert [channel for channel, _state in notices(borrower)] == ["inbox", "inbox", "sms"]


def test_a_notice_waits_for_the_hours_of_the_person_and_of_the_law(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower, staff: User
) -> None:
    night = morning() + timedelta(hours=16)  # two in the morning
    answer(staff, write(borrower), now=night)
    assert reminders.run(night) == 0
    due = Conversation.objects.get().notice_at
    assert due == morning(5) - timedelta(hours=1)  # nine, as the default hours begin
    assert reminders.run(due) == 1


def test_who_has_said_stop_finds_the_answer_in_the_inbox_alone(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower, staff: User
) -> None:
    answer(staff, write(borrower))
    stops.stop(borrower, words="STOP", way="sms", by=None, now=morning())
    assert reminders.run(morning()) == 0
    assert notices(borrower) == [("inbox", "accepted")]
    assert Conversation.objects.get().notice_at is None


def test_a_notice_takes_the_first_channel_of_the_persons_own_order(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower, staff: User
) -> None:
    order = dict.fromkeys(("upcoming", "due", "overdue"), ("email", "sms"))
    chosen = preferences.Change(Choice(channels=order), "en", "e-mail first")
    preferences.change(borrower, chosen=chosen, by=None, now=morning())
    answer(staff, write(borrower))
    assert reminders.run(morning()) == 1
    assert [channel for channel, _state in notices(borrower)] == ["email", "inbox"]
    (letter,) = mail.outbox
    assert PRIVATE not in str(letter.body)
    assert letter.subject == "A message from Example Lending"


def test_a_push_notice_goes_to_the_persons_devices(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower, staff: User, settings: Any
) -> None:
    told = sandbox.subscribe("+15550100001", push_key.public(settings.PUSH_PRIVATE_KEY))
    device = Subscription(told["endpoint"], **told["keys"])
    push_devices.add(borrower, device, name="Chrome on Android", now=morning(7))
    order = dict.fromkeys(("upcoming", "due", "overdue"), ("push", "sms"))
    chosen = preferences.Change(Choice(channels=order), "en", "push first")
    preferences.change(borrower, chosen=chosen, by=None, now=morning())
    answer(staff, write(borrower))
    assert reminders.run(morning()) == 1
    assert notices(borrower)[-1] == ("push", "accepted")
    (shown,) = map(str, sandbox.pushes("+15550100001"))
    assert "A message from Example Lending" in shown
    assert PRIVATE not in shown


@pytest.mark.parametrize("order", [(), ("inbox", "sms")])
def test_who_wants_the_inbox_first_gets_nothing_outside(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower, staff: User, order: tuple[str, ...]
) -> None:
    channels = dict.fromkeys(("upcoming", "due", "overdue"), order)
    chosen = preferences.Change(Choice(channels=channels), "en", "inbox")
    preferences.change(borrower, chosen=chosen, by=None, now=morning())
    answer(staff, write(borrower))
    assert reminders.run(morning()) == 0
    assert notices(borrower) == [("inbox", "accepted")]


def test_a_notice_that_was_refused_for_now_is_tried_again_later(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower, staff: User
) -> None:
    sandbox.faults(mode="rate_limited", retry_after="600")
    answer(staff, write(borrower))
    assert reminders.run(morning()) == 1
    assert notices(borrower)[-1] == ("sms", AttemptState.REFUSED_RETRYABLE)
    sandbox.faults()
    assert reminders.run(morning() + timedelta(minutes=9)) == 0
    assert reminders.run(morning() + timedelta(minutes=10)) == 1
    assert len(sandbox.texts(phone_of(borrower))) == 1


def test_a_notice_under_way_when_its_worker_died_is_never_sent_again(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower, staff: User
) -> None:
    answer(staff, write(borrower))
    known = conversation_notices.material()
    conversation = Conversation.objects.get()
    desk = Desk(now=morning())
    assert conversation_notices._claim(conversation.pk, borrower.pk, known, desk) is not None
    assert reminders.run(morning() + timedelta(minutes=10)) == 0
    assert notices(borrower)[-1] == ("sms", AttemptState.UNKNOWN)


def test_one_person_about_whom_nothing_can_be_decided_keeps_nobody_waiting(
    reminders: Engine, sandbox: Sandbox, borrower: Borrower, stranger: Borrower, staff: User
) -> None:
    for person in (borrower, stranger):
        answer(staff, write(person))
    Borrower.objects.filter(pk=borrower.pk).update(time_zone="No/Where")
    assert reminders.run(morning()) == 1
    assert len(sandbox.texts(phone_of(stranger))) == 1
    assert reminders.run(morning() + timedelta(minutes=5)) == 0
    Borrower.objects.filter(pk=borrower.pk).update(time_zone="America/New_York")
    assert reminders.run(morning() + timedelta(minutes=10)) == 1
    assert len(sandbox.texts(phone_of(borrower))) == 1


# ---------- replies from outside ----------


def test_a_reply_joins_the_latest_open_conversation_and_names_what_it_answers(borrower: Borrower) -> None:
    sent = Attempt.objects.create(
        borrower=borrower, category="due", channel="sms", provider="twilio", state="accepted", body="x",
        started_at=morning(7),
    )  # fmt: skip
    assert conversations.receive(borrower, said=Said("When?", Way.SMS), now=morning()) is True
    assert conversations.receive(borrower, said=Said("Please", Way.SMS), now=morning()) is False
    conversation = Conversation.objects.get()
    assert conversation.topic == Topic.REMINDERS
    first, _second = conversation.messages.all()
    assert (first.answers, first.channel, first.text) == (sent, Way.SMS, "When?")
    assert first.written_by is Hold.objects.get().set_by is None  # nobody has signed in for it
    write(borrower, topic=Topic.BILL, now=morning(5))
    conversations.receive(borrower, said=Said("And now?", Way.SMS), now=morning(4))
    assert Conversation.objects.get(topic=Topic.BILL).messages.count() == 2


def test_a_reply_to_nothing_is_about_something_else(borrower: Borrower) -> None:
    conversations.receive(borrower, said=Said("Hello", Way.SMS), now=morning())
    assert Conversation.objects.get().topic == Topic.OTHER
    assert Consent.objects.get().way == "sms"
