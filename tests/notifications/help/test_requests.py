"""What a borrower asks for: written down once, silent while it is open, answered by a day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Borrower, User
from loans import due_days
from loans.models import CreditAccount
from notifications import plan, webhooks
from notifications.conversations import journeys as conversations
from notifications.help import journeys
from notifications.help.journeys import AlreadyEnded, AlreadyOpen, Decision
from notifications.help.rules import SIGNS, new_reference
from notifications.models import Cadence, Reminder, Step, WebhookDelivery, WebhookEndpoint
from notifications.models.help import HelpKind, HelpState
from tests import factories
from tests.loans.agreements import NOON
from tests.notifications.help.requests import TODAY, ask_for, pay, promise, reasons


def test_references_are_easy_to_say_and_never_alike() -> None:
    made = {new_reference() for _ in range(2000)}
    assert len(made) == 2000
    assert all(set(reference.removeprefix("R-").replace("-", "")) <= set(SIGNS) for reference in made)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "details", "why"),
    [
        (HelpKind.HARDSHIP, {"why": "health"}, "we are looking at how paying can be made easier"),
        (HelpKind.DISPUTE, {"what": "paid"}, "the debt is disputed"),
    ],
)
def test_hardship_and_dispute_silence_until_they_are_decided(
    loan: CreditAccount, staff: User, kind: HelpKind, details: dict[str, str], why: str
) -> None:
    made = ask_for(loan, kind, **details)
    assert why in reasons(loan.borrower, NOON + timedelta(days=13))
    decision = Decision(HelpState.ACCEPTED, "We agree: half the instalment until June.")
    journeys.decide(made, decision=decision, by=staff, now=NOON + timedelta(days=1))
    assert reasons(loan.borrower, NOON + timedelta(days=1)) == []
    told = conversations.of(loan.borrower)[0].messages.order_by("-pk")[0]
    assert made.reference in told.text
    assert "half the instalment" in told.text


@pytest.mark.django_db
def test_request_and_decision_stand_in_the_conversation_in_the_borrowers_words(
    loan: CreditAccount, staff: User
) -> None:
    made = ask_for(loan, HelpKind.HARDSHIP, why="health")
    Borrower.objects.update(language="zh-hant")
    journeys.decide(
        made, decision=Decision(HelpState.ACCEPTED, "好的。"), by=staff, now=NOON
    )  # staff's English
    asked, told = conversations.of(loan.borrower)[0].messages.order_by("pk")
    assert asked.text.startswith(f"{made.reference} · I cannot pay for a while\n")
    assert told.text == f"{made.reference} · 已同意\n好的。"


@pytest.mark.django_db
def test_the_same_is_asked_for_once(loan: CreditAccount) -> None:
    made = ask_for(loan, HelpKind.DISPUTE, what="paid")
    with pytest.raises(AlreadyOpen, match=made.reference):
        ask_for(loan, HelpKind.DISPUTE, what="amount")
    ask_for(loan, HelpKind.COMPLAINT)


@pytest.mark.django_db
def test_what_is_withdrawn_silences_no_more_and_cannot_be_decided(loan: CreditAccount, staff: User) -> None:
    made = ask_for(loan, HelpKind.DISPUTE, what="paid")
    assert loan.borrower.user is not None
    assert journeys.withdraw(made, by=loan.borrower.user, now=NOON)
    assert not journeys.withdraw(made, by=loan.borrower.user, now=NOON)
    assert "the debt is disputed" not in reasons(loan.borrower)
    with pytest.raises(AlreadyEnded):
        journeys.decide(made, decision=Decision(HelpState.DECLINED, "No"), by=staff, now=NOON)


@pytest.mark.django_db
def test_an_answer_finds_its_reader_also_where_the_conversation_was_closed(
    loan: CreditAccount, staff: User
) -> None:
    made = ask_for(loan, HelpKind.COMPLAINT)
    assert made.conversation is not None
    conversations.close(made.conversation, by=staff, now=NOON)
    later = NOON + timedelta(hours=1)
    journeys.decide(made, decision=Decision(HelpState.DECLINED, "Sorry, no."), by=staff, now=later)
    assert "Sorry, no." in conversations.of(loan.borrower)[0].messages.latest("pk").text


@pytest.mark.django_db
def test_another_due_day_moves_the_bills_to_come_and_what_is_planned_for_them(
    loan: CreditAccount, staff: User
) -> None:
    ladder = Cadence.objects.create(code="c", name="c")
    step = Step.objects.create(
        cadence=ladder, offset_days=-3, category="upcoming", template_code="t", useful_days=2
    )
    at = datetime(2026, 3, 29, 15, tzinfo=UTC)  # the day of the reminder for 1 April
    plan.plan(now=at, since=None)
    assert Reminder.objects.filter(bill__account=loan).count() == 1
    made = ask_for(loan, HelpKind.DUE_DAY, day_of_month=15)
    decision = Decision(HelpState.ACCEPTED, "From April on.", moves_bills=True)
    journeys.decide(made, decision=decision, by=staff, now=at)
    open_ones = loan.bills.filter(closed_at=None).order_by("due_on")
    assert [bill.due_on for bill in open_ones][:3] == [
        date(2026, 4, 15),
        date(2026, 5, 15),
        date(2026, 6, 15),
    ]
    assert not Reminder.objects.filter(bill__account=loan).exists()
    plan.plan(now=datetime(2026, 4, 12, 15, tzinfo=UTC), since=at)
    assert Reminder.objects.get(bill__account=loan, step=step).step_day == date(2026, 4, 12)


@pytest.mark.django_db
def test_a_bill_whose_new_day_is_over_keeps_its_day(loan: CreditAccount) -> None:
    at = datetime(2026, 3, 20, 12, tzinfo=UTC)
    bill = factories.make_bill(loan, number=99, due_on=date(2026, 3, 25))
    due_days.move(loan, day_of_month=10, now=at)
    bill.refresh_from_db()
    assert bill.due_on == date(2026, 3, 25)


@pytest.mark.django_db
def test_the_lenders_systems_hear_of_it_but_not_of_what_was_said(loan: CreditAccount) -> None:
    WebhookEndpoint.objects.create(
        name="CRM", url="https://x.example", secret=webhooks.new_secret(),
        events=["promise.made", "promise.kept", "request.opened", "complaint.opened"],
    )  # fmt: skip
    ask_for(loan, HelpKind.HARDSHIP, why="health")
    ask_for(loan, HelpKind.COMPLAINT)
    promise(loan)
    pay(loan, "100", on=TODAY, booked=NOON + timedelta(hours=1))
    told = list(WebhookDelivery.objects.order_by("pk").values_list("event", "body"))
    assert sorted(event for event, _ in told) == [
        "complaint.opened",
        "promise.kept",
        "promise.made",
        "request.opened",
    ]
    assert not any("health" in body or "wife" in body for _, body in told)
    assert any('"amount": "88.85"' in body for _, body in told)
