"""What a borrower asks for: written down once, silent while it is open, answered by a day, kept or not kept."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Borrower, User
from loans import due_days, payments, reversals
from loans.models import CreditAccount, Payment
from notifications import engine, plan, webhooks
from notifications.conversations import journeys as conversations
from notifications.help import journeys
from notifications.help.journeys import AlreadyEnded, AlreadyOpen, Ask, Decision
from notifications.help.rules import SIGNS, Promise, Received, is_kept, new_reference
from notifications.models import Cadence, HelpRequest, Reminder, Step, WebhookDelivery, WebhookEndpoint
from notifications.models.help import HelpKind, HelpState
from tests import factories
from tests.loans.agreements import NOON, contracted
from tests.notifications.conftest import holds_read

TODAY = NOON.date()
SECRET = "My wife is ill and I lost my job."


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def loan(borrower: Borrower) -> CreditAccount:
    return contracted(borrower)


def promise(
    account: CreditAccount, amount: str = "88.85", day: date = TODAY + timedelta(days=9)
) -> HelpRequest:
    ask = Ask(HelpKind.PROMISE, account, details=Promise(Decimal(amount), day).to_json())
    return journeys.open_request(account.borrower, ask=ask, now=NOON)


def ask_for(account: CreditAccount, kind: HelpKind, **details: Any) -> HelpRequest:
    about = None if kind == HelpKind.COMPLAINT else account
    return journeys.open_request(account.borrower, ask=Ask(kind, about, SECRET, details), now=NOON)


def pay(account: CreditAccount, amount: str, *, on: date, booked: datetime) -> Payment:
    new = payments.NewPayment(amount=Decimal(amount), currency="USD", received_on=on)
    return payments.record(account, payment=new, by=None, now=booked)


def reasons(borrower: Borrower, now: datetime = NOON) -> list[str]:
    return [hold.why for hold in holds_read(borrower, now=now)]


def fresh(request: HelpRequest) -> HelpRequest:
    return HelpRequest.objects.get(pk=request.pk)


# ---------- rules ----------

days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
amounts = st.decimals(Decimal("0.01"), Decimal(10_000), places=2)


@given(amounts, days, st.lists(st.builds(Received, amounts, days), max_size=6))
def test_a_promise_is_kept_by_exactly_what_came_in_time(
    amount: Decimal, day: date, received: list[Received]
) -> None:
    promised = Promise(amount, day)
    in_time = sum((payment.amount for payment in received if payment.on <= day), Decimal(0))
    assert is_kept(promised, received) == (in_time >= amount)
    assert Promise.from_json(json.loads(json.dumps(promised.to_json()))) == promised


def test_references_are_easy_to_say_and_never_alike() -> None:
    made = {new_reference() for _ in range(2000)}
    assert len(made) == 2000
    assert all(set(reference.removeprefix("R-").replace("-", "")) <= set(SIGNS) for reference in made)


# ---------- a promise ----------


@pytest.mark.django_db
def test_a_promise_holds_reminders_back_until_money_of_its_day_is_booked_and_no_longer(
    loan: CreditAccount,
) -> None:
    made = promise(loan)
    assert reasons(loan.borrower) == ["a day for the payment is agreed"]
    last = datetime(2026, 3, 23, 23, 59, tzinfo=UTC)  # three days of booking after the 20th
    assert reasons(loan.borrower, last + timedelta(hours=4)) == [
        "a day for the payment is agreed"
    ]  # New York
    assert reasons(loan.borrower, last + timedelta(hours=5)) == []
    assert made.due_at == datetime(2026, 3, 24, 4, tzinfo=UTC)  # no reminder comes before it is judged


@pytest.mark.django_db
def test_a_promise_is_kept_the_moment_the_money_is_booked(loan: CreditAccount) -> None:
    made = promise(loan)
    pay(loan, "50", on=TODAY, booked=NOON + timedelta(hours=1))
    assert fresh(made).state == HelpState.OPEN
    pay(loan, "38.85", on=TODAY, booked=NOON + timedelta(hours=2))
    assert fresh(made).state == HelpState.KEPT
    assert reasons(loan.borrower, NOON + timedelta(hours=2)) == []


@pytest.mark.django_db
def test_what_was_booked_before_is_no_part_of_a_promise(loan: CreditAccount) -> None:
    pay(loan, "500", on=TODAY, booked=NOON - timedelta(hours=1))
    made = promise(loan)
    pay(loan, "1", on=TODAY, booked=NOON + timedelta(hours=1))
    assert fresh(made).state == HelpState.OPEN


@pytest.mark.django_db
def test_a_transfer_that_is_booked_late_but_came_in_time_keeps_the_promise(loan: CreditAccount) -> None:
    made = promise(loan)
    judged_at = fresh(made).due_at
    assert judged_at == datetime(2026, 3, 24, 4, tzinfo=UTC)  # three days of booking after 20 March, New York
    assert journeys.judge_due(now=judged_at - timedelta(seconds=1)) == 0
    pay(loan, "88.85", on=date(2026, 3, 20), booked=judged_at - timedelta(hours=1))
    assert fresh(made).state == HelpState.KEPT


@pytest.mark.django_db
def test_a_promise_nobody_paid_is_not_kept_and_the_engine_finds_it(loan: CreditAccount) -> None:
    made = promise(loan)
    pay(loan, "88.85", on=date(2026, 3, 21), booked=datetime(2026, 3, 22, tzinfo=UTC))  # a day too late
    engine.tick(now=fresh(made).due_at)
    assert fresh(made).state == HelpState.BROKEN
    assert journeys.judge_due(now=fresh(made).due_at) == 0


@pytest.fixture
def unreadable(stranger: Borrower) -> HelpRequest:
    """A stranger's promise, due before all others, of which nobody can tell what was promised."""
    made = promise(contracted(stranger), day=TODAY)
    HelpRequest.objects.filter(pk=made.pk).update(details={})
    return made


@pytest.mark.django_db
def test_a_promise_that_cannot_be_judged_holds_up_none_behind_it_and_is_found_again(
    loan: CreditAccount, unreadable: HelpRequest, caplog: pytest.LogCaptureFixture
) -> None:
    made = promise(loan)
    now = fresh(made).due_at
    assert journeys.judge_due(now=now) == 1
    assert (fresh(made).state, fresh(unreadable).state) == (HelpState.BROKEN, HelpState.OPEN)
    assert f"promise_not_judged request={unreadable.pk}" in caplog.text
    HelpRequest.objects.filter(pk=unreadable.pk).update(details=made.details)  # mended
    assert journeys.judge_due(now=now) == 1


@pytest.mark.django_db
def test_money_is_booked_even_where_a_promise_cannot_be_judged(unreadable: HelpRequest) -> None:
    account = unreadable.account
    assert account is not None
    payment = pay(account, "50", on=TODAY, booked=NOON + timedelta(hours=1))
    assert Payment.objects.filter(pk=payment.pk).exists()
    assert fresh(unreadable).state == HelpState.OPEN


def kept(account: CreditAccount) -> tuple[HelpRequest, Payment]:
    """A promise for 20 March, kept on the 11th."""
    made = promise(account)
    return made, pay(account, "88.85", on=TODAY, booked=NOON + timedelta(hours=1))


def take_back(payment: Payment, *, now: datetime) -> None:
    reversals.reverse(payment, why=reversals.RETURNED, by=None, now=now)


@pytest.mark.django_db
def test_a_kept_promise_whose_payment_is_taken_back_is_open_again_and_holds_again(
    loan: CreditAccount,
) -> None:
    made, payment = kept(loan)
    later = NOON + timedelta(days=2)
    take_back(payment, now=later)
    assert (fresh(made).state, fresh(made).ended_at) == (HelpState.OPEN, None)
    assert reasons(loan.borrower, later) == ["a day for the payment is agreed"]
    assert reasons(loan.borrower, datetime(2026, 3, 24, 5, tzinfo=UTC)) == []
    pay(loan, "88.85", on=TODAY, booked=later + timedelta(hours=1))
    assert fresh(made).state == HelpState.KEPT


@pytest.mark.django_db
def test_after_its_day_it_waits_for_what_is_being_booked_and_holds_nothing(loan: CreditAccount) -> None:
    made, payment = kept(loan)
    later = datetime(2026, 3, 22, 12, tzinfo=UTC)
    take_back(payment, now=later)
    assert fresh(made).state == HelpState.OPEN
    assert reasons(loan.borrower, later) == []
    journeys.judge_due(now=fresh(made).due_at)
    assert fresh(made).state == HelpState.BROKEN


@pytest.mark.django_db
def test_once_booking_is_over_it_is_not_kept_until_the_money_turns_out_to_have_come_in_time(
    loan: CreditAccount,
) -> None:
    made, payment = kept(loan)
    later = fresh(made).due_at + timedelta(days=9)
    take_back(payment, now=later)
    assert fresh(made).state == HelpState.BROKEN
    pay(loan, "88.85", on=TODAY, booked=later + timedelta(hours=1))
    assert fresh(made).state == HelpState.KEPT


@pytest.mark.django_db
def test_a_promise_that_other_payments_keep_stays_kept(loan: CreditAccount) -> None:
    made, payment = kept(loan)
    pay(loan, "90", on=TODAY, booked=NOON + timedelta(hours=2))
    take_back(payment, now=NOON + timedelta(days=2))
    assert fresh(made).state == HelpState.KEPT


@pytest.mark.django_db
def test_a_newer_promise_takes_the_place_of_one_that_is_no_longer_kept(loan: CreditAccount) -> None:
    made, payment = kept(loan)
    ask = Ask(HelpKind.PROMISE, loan, details=Promise(Decimal(5), TODAY + timedelta(days=20)).to_json())
    newer = journeys.open_request(loan.borrower, ask=ask, now=NOON + timedelta(days=1))
    take_back(payment, now=NOON + timedelta(days=2))
    assert (fresh(made).state, fresh(newer).state) == (HelpState.BROKEN, HelpState.OPEN)


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "event"), [(2, "promise.reopened"), (30, "promise.broken")])
def test_the_lender_hears_that_a_promise_is_no_longer_kept(
    loan: CreditAccount, days: int, event: str
) -> None:
    WebhookEndpoint.objects.create(
        name="core", url="https://core.example", secret=webhooks.new_secret(), events=[event]
    )
    made, payment = kept(loan)
    take_back(payment, now=NOON + timedelta(days=days))
    [told] = WebhookDelivery.objects.all()
    assert json.loads(told.body)["data"]["reference"] == made.reference


# ---------- the others ----------


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


# ---------- pages ----------


def page(client: Client, kind: str, account: CreditAccount | None = None, **form: str) -> Any:
    path = reverse("help:ask", args=[kind]) + (f"?account={account.public_id}" if account else "")
    return client.post(path, form) if form else client.get(path)


def test_a_promise_made_on_the_page_is_shown_with_its_reference(
    signed_in: Client, loan: CreditAccount
) -> None:
    answer = page(signed_in, "promise", loan, amount="88.85", day="2026-03-20")
    made = HelpRequest.objects.get()
    shown = signed_in.get(answer["Location"]).content.decode()
    assert made.reference in shown
    assert "$88.85 by March 20, 2026" in shown


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"amount": "88.85", "day": "2026-03-10"}, "That day has passed."),
        ({"amount": "88.85", "day": "2026-04-11"}, "Choose April 10, 2026 or an earlier day."),
        ({"amount": "88.85", "day": "soon"}, "Write the day like"),
        ({"amount": "0", "day": "2026-03-20"}, "Write an amount above 0"),
        ({"amount": "1.005", "day": "2026-03-20"}, "amount"),
        ({"amount": "5000", "day": "2026-03-20"}, "You owe $841.51. Write this or less."),
        ({"amount": "", "day": "2026-03-20"}, "Write an amount above 0"),
    ],
)
def test_what_cannot_be_promised_is_said_and_nothing_is_written(
    signed_in: Client, loan: CreditAccount, form: dict[str, str], said: str
) -> None:
    shown = page(signed_in, "promise", loan, **form)
    assert shown.status_code == 200
    assert said in shown.content.decode()
    assert not HelpRequest.objects.exists()


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("due_day", {"day_of_month": "15"}),
        ("hardship", {"why": "income", "text": SECRET}),
        ("dispute", {"what": "paid", "text": SECRET}),
        ("complaint", {"text": SECRET, "wanted": "An apology"}),
    ],
)
def test_each_thing_can_be_asked_for_seen_and_taken_back(
    signed_in: Client, loan: CreditAccount, kind: str, form: dict[str, str]
) -> None:
    assert page(signed_in, kind).status_code == 200
    answer = page(signed_in, kind, **form)
    assert HelpRequest.objects.get().kind == kind
    assert HelpRequest.objects.get().reference in signed_in.get(answer["Location"]).content.decode()
    assert HelpRequest.objects.get().reference in signed_in.get(reverse("help:list")).content.decode()
    signed_in.post(answer["Location"])
    assert HelpRequest.objects.get().state == HelpState.WITHDRAWN


def test_who_has_two_accounts_chooses_first(
    signed_in: Client, borrower: Borrower, loan: CreditAccount
) -> None:
    factories.make_card(borrower)
    shown = page(signed_in, "dispute").content.decode()
    assert "Which one is it about?" in shown
    assert str(loan.public_id) in shown
    assert page(signed_in, "dispute", loan, what="paid", text="x").status_code == 302
    assert HelpRequest.objects.get().account == loan


def test_nobody_asks_about_anothers_account(stranger_client: Client, loan: CreditAccount) -> None:
    assert page(stranger_client, "dispute", loan).status_code == 404
    assert page(stranger_client, "dispute", loan, what="paid", text="x").status_code == 404
    assert not HelpRequest.objects.exists()


def test_there_is_no_page_for_what_cannot_be_asked_for(signed_in: Client) -> None:
    assert page(signed_in, "refund").status_code == 404


def test_too_much_is_not_sent_and_not_lost(signed_in: Client, loan: CreditAccount) -> None:
    for _ in range(10):
        signed_in.post(page(signed_in, "complaint", text=SECRET)["Location"])
    shown = page(signed_in, "complaint", text=SECRET)
    assert "You have written to us often just now." in shown.content.decode()
    assert SECRET in shown.content.decode()


def test_staff_answer_a_request(staff_client: Client, loan: CreditAccount) -> None:
    made = ask_for(loan, HelpKind.DUE_DAY, day_of_month=15)
    path = reverse("admin:notifications_helprequest_decide", args=[made.pk])
    shown = staff_client.get(path).content.decode()
    assert SECRET in shown
    assert "<strong>Day of the month</strong> 15" in shown
    assert (
        staff_client.post(path, {"state": "accepted", "answer": "Yes", "moves_bills": "on"}).status_code
        == 302
    )
    assert fresh(made).state == HelpState.ACCEPTED
    assert loan.bills.filter(due_on=date(2026, 4, 15)).exists()


@pytest.mark.parametrize(
    ("kind", "details", "said"),
    [
        (HelpKind.DUE_DAY, {"day_of_month": 15}, ["Day of the month", "15"]),
        (HelpKind.HARDSHIP, {"why": "health"}, ["What has changed?", "Illness or an accident"]),
        (HelpKind.DISPUTE, {"what": "not_mine"}, ["What is not right?", "It is not my debt"]),
        (
            HelpKind.PROMISE,
            Promise(Decimal("88.85"), date(2026, 4, 1)).to_json(),
            ["$88.85 by April 1, 2026"],
        ),
    ],
)
def test_staff_and_the_borrower_read_the_same_of_what_is_asked(
    staff_client: Client,
    signed_in: Client,
    loan: CreditAccount,
    kind: HelpKind,
    details: dict[str, Any],
    said: list[str],
) -> None:
    made = ask_for(loan, kind, **details)
    theirs = signed_in.get(reverse("help:request", args=[made.pk])).content.decode()
    shown = staff_client.get(
        reverse("admin:notifications_helprequest_change", args=[made.pk])
    ).content.decode()
    for words in said:
        assert words in theirs
        assert words in shown
    assert "{" not in shown.partition('class="form-row field-asked"')[2].partition("</fieldset>")[0]


def test_nobody_decides_about_a_promise(staff_client: Client, loan: CreditAccount) -> None:
    made = promise(loan)
    path = reverse("admin:notifications_helprequest_decide", args=[made.pk])
    staff_client.post(path, {"state": "declined", "answer": "No"})
    assert fresh(made).state == HelpState.OPEN
