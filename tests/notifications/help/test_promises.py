"""A promise to pay: silent until its day is booked, kept or not by what came in, and judged again when that changes."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Borrower
from loans import reversals
from loans.models import CreditAccount, Payment
from notifications import engine, webhooks
from notifications.help import journeys
from notifications.help.journeys import Ask
from notifications.help.rules import Promise, Received, is_kept
from notifications.models import HelpRequest, WebhookDelivery, WebhookEndpoint
from notifications.models.help import HelpKind, HelpState
from tests.loans.agreements import NOON, contracted
from tests.notifications.help.requests import TODAY, fresh, pay, promise, reasons

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


# ---------- by the payments that come in ----------


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
