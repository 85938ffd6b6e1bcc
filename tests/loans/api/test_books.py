"""What the rows of a batch do to the books, to reminders, and to what a person chose."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from accounts.models import Borrower
from loans.models import Bill, CreditAccount, Payment, Reversal
from notifications.models import Cadence, Reminder, Step
from tests.loans.api.calling import BILL, LOAN, NOW, PAYMENT, PERSON, REVERSAL, became, call, why

pytestmark = pytest.mark.django_db


def test_a_portfolio_comes_in_and_the_borrower_sees_it(secret: str, fed: None) -> None:
    assert became(call(secret, "payments", [PAYMENT])) == ["created"]
    account = CreditAccount.objects.get(reference="L-1")
    assert account.borrower.time_zone == "Asia/Taipei"
    assert account.borrower.language == "zh-hant"
    assert call(secret, "accounts/L-1").json() == {
        "reference": "L-1", "borrower": "P-1", "product": "instalment_loan", "currency": "TWD", "status": "open",
        "balance": "11600.00", "as_of": None, "overdue": {"amount": "0.00", "bills": 0, "since": None, "months": 0},
        "next_bill": {"number": 1, "due_on": "2026-04-05", "amount": "600.00"},
    }  # fmt: skip
    assert call(secret, "borrowers/P-1/accounts").json()[0]["balance"] == "11600.00"
    [bill] = call(secret, "accounts/L-1/schedule").json()["bills"]
    assert (bill["paid"], bill["is_open"]) == ("400.00", True)


def test_the_same_batch_again_changes_nothing(secret: str, fed: None) -> None:
    for path, row in (("borrowers", PERSON), ("accounts", LOAN), ("bills", BILL)):
        assert became(call(secret, path, [row])) == ["unchanged"]
    assert became(call(secret, "payments", [PAYMENT])) == ["created"]
    assert became(call(secret, "payments", [PAYMENT])) == ["unchanged"]
    assert Payment.objects.count() == 1


def test_what_the_borrower_chose_is_not_overwritten(secret: str, fed: None) -> None:
    Borrower.objects.update(language="en", time_zone="Europe/Berlin")
    change = {**PERSON, "name": "Zhang Wei 2", "language": "zh-hans", "time_zone": "Asia/Tokyo"}
    assert became(call(secret, "borrowers", [change])) == ["updated"]
    person = Borrower.objects.get()
    assert (person.name, person.language, person.time_zone) == ("Zhang Wei 2", "en", "Europe/Berlin")


def test_addresses_are_added_unverified_and_once(secret: str) -> None:
    row = {**PERSON, "email": "Wei@Example.com", "phone": "0912 345 678"}
    for _ in range(2):
        call(secret, "borrowers", [row])
    points = Borrower.objects.get().contact_points.order_by("kind")
    assert [(point.value, point.verified_at) for point in points] == [
        ("wei@example.com", None),
        ("+886912345678", None),
    ]


def test_an_account_keeps_its_owner_product_and_currency(secret: str, fed: None) -> None:
    call(secret, "borrowers", [{**PERSON, "reference": "P-2"}])
    assert "another borrower" in why(call(secret, "accounts", [{**LOAN, "borrower": "P-2"}]))
    assert "stay as they are" in why(call(secret, "accounts", [{**LOAN, "currency": "USD"}]))


def test_a_reported_balance_is_shown_and_payments_after_it_lower_it(secret: str, fed: None) -> None:
    assert became(call(secret, "accounts", [{**LOAN, "reported_balance": "9000"}])) == ["updated"]
    assert became(call(secret, "accounts", [LOAN])) == ["unchanged"]  # left out: as it was
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        call(secret, "payments", [PAYMENT])
    assert call(secret, "accounts/L-1").json()["balance"] == "8600.00"


def test_amounts_have_the_places_of_their_currency(secret: str, fed: None) -> None:
    call(
        secret,
        "accounts",
        [{**LOAN, "reference": "J-1", "currency": "JPY"}, {**LOAN, "reference": "K-1", "currency": "KWD"}],
    )
    assert call(secret, "accounts/J-1").json()["balance"] == "12000"
    assert call(secret, "accounts/K-1").json()["balance"] == "12000.000"
    assert Decimal(call(secret, "accounts/K-1").json()["overdue"]["amount"]) == 0


def _planned(bill: Bill) -> Reminder:
    ladder = Cadence.objects.create(code="c", name="c")
    step = Step.objects.create(
        cadence=ladder, offset_days=-3, category="upcoming", template_code="t", useful_days=2
    )
    return Reminder.objects.create(
        borrower=bill.account.borrower, bill=bill, step=step, step_day=date(2026, 4, 2), next_attempt_at=NOW,
        expires_at=NOW + timedelta(days=30),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "row"),
    [
        ("payments", {**PAYMENT, "amount": "1000"}),
        ("accounts", {**LOAN, "status": "closed"}),
        ("bills", {**BILL, "amount": "0"}),
    ],
)
def test_whatever_ends_a_bill_cancels_its_reminders_at_once(
    secret: str, fed: None, path: str, row: dict[str, Any]
) -> None:
    reminder = _planned(Bill.objects.get())
    assert became(call(secret, path, [row])) in (["created"], ["updated"])
    reminder.refresh_from_db()
    assert reminder.state == "cancelled"
    assert Bill.objects.get().closed_at == NOW


def test_an_account_that_has_ended_is_not_opened_again_by_a_row_that_does_not_say_so(
    secret: str, fed: None
) -> None:
    call(secret, "accounts", [{**LOAN, "status": "closed"}])
    assert "status" not in LOAN
    call(secret, "accounts", [{**LOAN, "annual_rate_pct": "9"}])
    assert call(secret, "accounts/L-1").json()["status"] == "closed"
    call(secret, "accounts", [{**LOAN, "status": "open"}])
    assert call(secret, "accounts/L-1").json()["status"] == "open"


def test_an_open_bill_can_be_corrected_but_not_below_what_is_paid(secret: str, fed: None) -> None:
    call(secret, "payments", [PAYMENT])
    assert "400.00 of the bill is paid; its amount cannot be less" in why(
        call(secret, "bills", [{**BILL, "amount": "399"}])
    )
    assert became(call(secret, "bills", [{**BILL, "amount": "400"}])) == ["updated"]
    assert "stays as it is" in why(call(secret, "bills", [{**BILL, "amount": "500"}]))


def test_a_bill_on_another_day_is_planned_anew_but_never_reminded_twice(secret: str, fed: None) -> None:
    planned = _planned(Bill.objects.get())
    assert became(call(secret, "bills", [{**BILL, "due_on": "2026-04-20"}])) == ["updated"]
    assert not Reminder.objects.filter(pk=planned.pk).exists()
    sent = Reminder.objects.create(
        borrower=planned.borrower, bill=planned.bill, step=planned.step, step_day=date(2026, 4, 17), state="sent",
        next_attempt_at=NOW, expires_at=NOW,
    )  # fmt: skip
    call(secret, "bills", [{**BILL, "due_on": "2026-04-25"}])
    assert Reminder.objects.get() == sent
    assert Bill.objects.get().due_on == date(2026, 4, 25)


def test_a_newer_statement_replaces_the_older_ones(secret: str, fed: None) -> None:
    card = {
        "reference": "C-1",
        "borrower": "P-1",
        "product": "credit_card",
        "currency": "TWD",
        "credit_limit": "9",
    }
    call(secret, "accounts", [card])
    rows = [
        {"account": "C-1", "number": n, "due_on": f"2026-0{n}-15", "amount": "1", "statement_balance": "9"}
        for n in (2, 4, 3)
    ]
    assert became(call(secret, "bills", rows)) == ["created"] * 3
    open_ones = Bill.objects.filter(account__reference="C-1", closed_at=None)
    assert list(open_ones.values_list("number", flat=True)) == [4]


def test_a_payment_with_other_figures_under_a_known_reference_is_refused(secret: str, fed: None) -> None:
    call(secret, "payments", [PAYMENT])
    assert "other figures" in why(call(secret, "payments", [{**PAYMENT, "amount": "401"}]))


def test_a_payment_that_bounced_is_owed_again_and_its_reminders_are_planned_anew(
    secret: str, fed: None
) -> None:
    reminder = _planned(Bill.objects.get())
    call(secret, "payments", [{**PAYMENT, "amount": "1000"}])
    assert call(secret, "accounts/L-1").json()["next_bill"] is None
    assert became(call(secret, "reversals", [REVERSAL])) == ["created"]
    assert call(secret, "accounts/L-1").json()["next_bill"]["amount"] == "1000.00"
    assert call(secret, "accounts/L-1").json()["status"] == "open"
    assert not Reminder.objects.filter(pk=reminder.pk).exists()  # the next slot plans it
    reversal = Reversal.objects.get()
    assert (reversal.why, reversal.on, reversal.by) == ("returned by the bank", date(2026, 3, 11), None)


def test_a_payment_is_taken_back_once_and_its_reference_stays_used(secret: str, fed: None) -> None:
    call(secret, "payments", [PAYMENT])
    assert became(call(secret, "reversals", [REVERSAL])) == ["created"]
    again = {**REVERSAL, "reason": "mistake", "on": "2026-03-10"}
    assert became(call(secret, "reversals", [again])) == ["unchanged"]
    assert Reversal.objects.get().on == date(2026, 3, 11)
    assert "taken back on 2026-03-11" in why(call(secret, "payments", [PAYMENT]))
    assert became(call(secret, "payments", [{**PAYMENT, "reference": "X-1B"}])) == ["created"]


def test_one_reversal_that_cannot_be_leaves_the_others(secret: str, fed: None) -> None:
    call(secret, "payments", [PAYMENT, {**PAYMENT, "reference": "X-2"}])
    rows = [REVERSAL, {**REVERSAL, "payment": "X-9"}, REVERSAL, {**REVERSAL, "payment": "X-2"}]
    response = call(secret, "reversals", rows)
    assert became(response) == ["created", "refused", "refused", "created"]
    assert [row["code"] for row in response.json()["results"]] == [None, "no_payment", "twice", None]
    assert not Payment.objects.exists()
