"""The Fineract connector, on the answers of Fineract's own documentation over HTTP."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from accounts.models import Borrower
from loans import balances, payments, truth
from loans.fineract import mapping, reading
from loans.fineract.mapping import Place
from loans.fineract.reading import Access, FineractError, NotRead, Reader
from loans.models import Bill, CreditAccount, Payment, Reversal
from loans.payments import NewPayment
from notifications.models import Attempt
from tests.loans import fineract
from tests.loans.fineract import Fineract, recorded

NOW = datetime(2012, 10, 15, 12, tzinfo=UTC)  # the fifth instalment is due on 1 November
PLACE = Place("UG", "", "Africa/Kampala")


@pytest.fixture(scope="module")
def _house() -> Iterator[Fineract]:
    with fineract.running() as house:
        yield house


@pytest.fixture
def house(_house: Fineract, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Fineract:
    url = _house.url
    _house.__init__()  # type: ignore[misc]
    _house.url = settings.FINERACT_URL = url
    settings.FINERACT_USER, settings.FINERACT_PASSWORD = fineract.USER, fineract.PASSWORD
    settings.FINERACT_TENANT, settings.FINERACT_COUNTRY = fineract.TENANT, "UG"
    settings.FINERACT_TIME_ZONE = "Africa/Kampala"
    monkeypatch.setattr(reading, "FIRST_WAIT", 0.001)
    return _house


def run(*arguments: str, now: datetime = NOW) -> dict[str, Any]:
    """One run; what it says as JSON, whether it ended well or not."""
    out = StringIO()
    with time_machine.travel(now, tick=False):
        try:
            call_command("import_fineract", *arguments, "--json", stdout=out)
        except CommandError as error:
            return {**json.loads(out.getvalue()), "error": str(error)}
    return dict(json.loads(out.getvalue()))


def account(reference: str = "000000001") -> CreditAccount:
    return CreditAccount.objects.get(reference=reference)


def bills(reference: str = "000000001") -> list[tuple[Decimal, Decimal, bool]]:
    rows = Bill.objects.filter(account__reference=reference).order_by("number")
    return [(bill.amount, bill.paid, bill.closed_at is None) for bill in rows]


def undo(house: Fineract, number: int, *, paid_again: bool = False) -> None:
    """The nth instalment's repayment is reversed by hand, as POST …/transactions/{id}?command=undo does."""
    transaction, period = (
        house.loan["transactions"][number],
        house.loan["repaymentSchedule"]["periods"][number],
    )
    transaction |= {"manuallyReversed": True, "reversedOnDate": [2012, 10, 16]}
    period |= {
        "complete": False,
        "totalPaidForPeriod": 0,
        "totalOutstandingForPeriod": period["totalDueForPeriod"],
    }
    summary = house.loan["summary"]
    summary["principalOutstanding"] = float(
        Decimal(str(summary["principalOutstanding"])) + Decimal(str(transaction["principalPortion"]))
    )
    summary["totalOutstanding"] = float(
        Decimal(str(summary["totalOutstanding"])) + Decimal(str(transaction["amount"]))
    )


# ---------- the mapping, on the recorded answers ----------


def test_a_documented_client_is_a_borrower() -> None:
    row, notes = mapping.client(recorded("clients")["pageItems"][0], PLACE)
    assert (row.reference, row.name, row.country, row.time_zone) == (
        "000000001", "Small shop", "UG", "Africa/Kampala",
    )  # fmt: skip
    assert notes == []


def test_an_address_that_is_none_is_left_out_with_a_note() -> None:
    told = {**recorded("clients")["pageItems"][0], "mobileNo": "12", "emailAddress": "nobody"}
    row, notes = mapping.client(told, PLACE)
    assert (row.phone, row.email, len(notes)) == (None, None, 2)


def test_the_documented_loan_is_mapped_to_the_cent() -> None:
    text = (fineract.ANSWERS / "loan_ugx.json").read_text()
    loan = mapping.loan(json.loads(text, parse_float=Decimal), "C-1").account
    assert (loan.currency, loan.principal, loan.annual_rate_pct, loan.instalments) == (
        "UGX",
        "1000000",
        "24",
        12,
    )
    assert (loan.status, loan.opened_on, loan.reported_balance) == ("open", "2012-04-10", "1000000")


@pytest.mark.django_db
def test_what_a_server_answered_is_taken_and_what_its_lists_lack_is_noted(house: Fineract) -> None:
    house.loans = [recorded("loan_of_a_server")]
    told = run(now=datetime(2017, 6, 6, 12, tzinfo=UTC))
    assert (told["loans"], told["refused"], told["payments"]) == ({"created": 1}, [], 0)
    taken = account("000000029")
    assert (taken.currency, taken.principal, taken.annual_rate_pct) == ("USD", 10000, 12)
    assert (taken.opened_on, taken.reported_balance) == (date(2016, 10, 3), Decimal("6049.67"))
    [bill] = taken.bills.all()  # a disbursement is no bill
    assert (bill.number, bill.due_on) == (1, date(2016, 11, 3))
    assert (bill.amount, bill.principal, bill.interest) == (
        Decimal("888.49"), Decimal("788.49"), Decimal(100),
    )  # fmt: skip
    assert told["notes"] == [
        "loan 000000029: the bills here come to 888.49, Fineract says 6331.46"
    ]  # an accrual is no payment


def test_the_documented_schedule_and_transaction_are_read_as_decimals() -> None:
    schedule = json.loads((fineract.ANSWERS / "schedule.json").read_text(), parse_float=Decimal)
    one = json.loads((fineract.ANSWERS / "transaction.json").read_text(), parse_float=Decimal)
    answer = {**recorded("loan_ugx"), "repaymentSchedule": schedule, "transactions": [one]}
    answer["summary"] = {}
    loan = mapping.loan(answer, "C-1")
    assert [(bill.number, bill.due_on, bill.amount, bill.interest) for bill in loan.bills] == [
        (1, "2011-10-20", "9455.96", "2000"),
        (12, "2012-09-20", "9455.96", "185.4"),
    ]
    [found] = loan.transactions
    assert (found.id, found.on, found.amount, found.stands) == (3, date(2012, 5, 14), Decimal("559.88"), True)


@pytest.mark.parametrize(
    ("number", "means"),
    [(100, "not lent"), (200, "not lent"), (300, "open"), (600, "closed"), (601, "charged_off"), (602, "closed"),
     (700, "closed")],
)  # fmt: skip
def test_each_status_has_its_meaning(number: int, means: str) -> None:
    assert mapping.state({"status": {"id": number}}) == means


def test_an_answer_that_is_not_fineracts_says_what_is_missing() -> None:
    with pytest.raises(ValueError, match="no “status”; is FINERACT_URL the address"):
        mapping.loan({"hello": 1}, "C-1")
    with pytest.raises(ValueError, match="status 999 is unknown"):
        mapping.state({"status": {"id": 999}})
    with pytest.raises(ValueError, match="is no day of Fineract's"):
        mapping.day([2012, 13, 1])


# ---------- a run ----------


@pytest.mark.django_db
def test_a_loan_comes_in_whole_and_its_balance_is_fineracts(house: Fineract) -> None:
    told = run()
    assert told["loans"] == {"created": 1}
    assert (told["payments"], told["reversed"], told["refused"], told["notes"]) == (4, 0, [], [])
    loan = account()
    assert (loan.borrower.name, loan.principal, loan.annual_rate_pct) == ("Small shop", 10000, 24)
    assert (loan.reported_balance, loan.status) == (Decimal("6926.93"), "open")
    with time_machine.travel(NOW, tick=False):
        view = balances.account_view(loan, today=NOW.date())
    assert view.balance == Decimal("6926.93")
    assert view.next_bill is not None
    assert (view.next_bill.due_on, view.next_bill.amount) == (date(2012, 11, 1), Decimal("945.60"))
    assert sum(amount - paid for amount, paid, _ in bills()) == Decimal("7564.75")
    assert [is_open for *_, is_open in bills()] == [False] * 4 + [True] * 8
    check = truth.check(loan)
    assert check is not None
    assert check.difference == 0


@pytest.mark.django_db
def test_a_second_run_changes_nothing_and_with_since_reads_nothing(house: Fineract) -> None:
    run()
    before = bills()
    assert run(now=NOW + timedelta(hours=1))["loans"] == {"unchanged": 1}
    house.asked.clear()
    assert run("--since", "2012-10-15", now=NOW + timedelta(hours=2))["loans"] == {"skipped": 1}
    assert house.asked == ["loans"]
    assert run("--since", "2012-10-16", now=NOW + timedelta(days=1))["loans"] == {"unchanged": 1}
    assert bills() == before
    assert Payment.objects.count() == 4


@pytest.mark.django_db
def test_years_of_history_bring_no_receipts(house: Fineract) -> None:
    call_command("load_defaults")
    run(now=NOW)
    assert Attempt.objects.count() == 1  # of the payment of 1 October


@pytest.mark.django_db
def test_a_new_payment_is_booked_once(house: Fineract) -> None:
    run()
    period = house.loan["repaymentSchedule"]["periods"][5]
    period |= {"totalPaidForPeriod": 945.6, "totalOutstandingForPeriod": 0}
    house.loan["transactions"].append({**house.loan["transactions"][4], "id": 9, "date": [2012, 10, 15]})
    house.loan["summary"] |= {"principalOutstanding": 6119.86, "totalOutstanding": 6619.15}
    told = run("--since", "2012-10-01", now=NOW + timedelta(hours=1))
    assert (told["loans"], told["payments"], told["notes"]) == ({"updated": 1}, 1, [])
    assert bills()[4][2] is False
    assert balances.account_view(account(), today=NOW.date()).balance == Decimal("6119.86")


@pytest.mark.django_db
def test_a_payment_of_the_lenders_today_is_not_of_the_future(house: Fineract) -> None:
    house.loan["transactions"][4]["date"] = [2012, 10, 16]
    late_evening = datetime(2012, 10, 15, 22, tzinfo=UTC)  # 1:00 on the 16th in Kampala
    assert run(now=late_evening)["payments"] == 4


@pytest.mark.django_db
def test_what_is_reversed_there_is_taken_back_here(house: Fineract) -> None:
    run()
    undo(house, 4)
    told = run(now=NOW + timedelta(days=1))
    assert (told["loans"], told["reversed"], told["notes"]) == ({"updated": 1}, 1, [])
    assert Reversal.objects.get().why == "taken back by the lender"
    assert Reversal.objects.get().on == date(2012, 10, 16)
    assert bills()[3] == (Decimal("945.60"), 0, True)
    assert balances.account_view(account(), today=NOW.date()).balance == Decimal("7718.17")
    assert run(now=NOW + timedelta(days=2))["loans"] == {"unchanged": 1}


@pytest.mark.django_db
def test_what_fineract_replaced_by_itself_is_replaced_here(house: Fineract) -> None:
    run()
    house.loan["transactions"][2]["id"] = 77
    told = run(now=NOW + timedelta(days=1))
    assert (told["payments"], told["reversed"], told["notes"]) == (1, 1, [])
    assert Reversal.objects.get().why == "corrected by the lender"
    assert [is_open for *_, is_open in bills()] == [False] * 4 + [True] * 8


@pytest.mark.django_db
def test_a_payment_that_the_portal_booked_first_is_known_by_its_external_id(house: Fineract) -> None:
    run()
    new = NewPayment(amount=Decimal("945.60"), currency="USD", received_on=NOW.date(), reference="PAY-1")
    payments.record(account(), payment=new, by=None, now=NOW + timedelta(minutes=1))
    house.loan["repaymentSchedule"]["periods"][5] |= {
        "totalPaidForPeriod": 945.6,
        "totalOutstandingForPeriod": 0,
    }
    posted = {**house.loan["transactions"][4], "id": 9, "date": [2012, 10, 15], "externalId": "PAY-1"}
    house.loan["transactions"].append(posted)
    house.loan["summary"] |= {"principalOutstanding": 6119.86, "totalOutstanding": 6619.15}
    told = run(now=NOW + timedelta(days=1))
    assert (told["payments"], told["reversed"], told["notes"]) == (0, 0, [])
    assert Payment.objects.count() == 5
    posted["manuallyReversed"] = True
    house.loan["repaymentSchedule"]["periods"][5] |= {
        "totalPaidForPeriod": 0,
        "totalOutstandingForPeriod": 945.6,
    }
    assert run(now=NOW + timedelta(days=2))["reversed"] == 1


@pytest.mark.django_db
def test_a_fee_on_a_paid_instalment_is_owed(house: Fineract) -> None:
    run()
    period = house.loan["repaymentSchedule"]["periods"][2]
    period |= {"totalDueForPeriod": 965.6, "totalOutstandingForPeriod": 20, "penaltyChargesDue": 20}
    house.loan["summary"]["totalOutstanding"] = 7584.75
    told = run(now=NOW + timedelta(days=1))
    assert told["loans"] == {"updated": 1}
    assert told["notes"] == []
    assert sum(amount - paid for amount, paid, _ in bills()) == Decimal("7584.75")


@pytest.mark.django_db
def test_instalments_that_left_the_schedule_are_asked_of_nobody(house: Fineract) -> None:
    run()
    gone = house.loan["repaymentSchedule"]["periods"].pop()
    house.loan["summary"]["totalOutstanding"] = float(
        Decimal("7564.75") - Decimal(str(gone["totalDueForPeriod"]))
    )
    told = run(now=NOW + timedelta(days=1))
    assert told["notes"] == []
    assert bills()[-1] == (0, 0, False)


@pytest.mark.django_db
@pytest.mark.parametrize(("number", "status"), [(600, "closed"), (601, "charged_off"), (200, "closed")])
def test_an_ended_loan_asks_for_nothing(house: Fineract, number: int, status: str) -> None:
    run()
    house.loan["status"]["id"] = number
    run(now=NOW + timedelta(days=1))
    assert account().status == status
    assert not any(is_open for *_, is_open in bills())
    house.loan["status"]["id"] = 300  # undone
    run(now=NOW + timedelta(days=2))
    assert [is_open for *_, is_open in bills()] == [False] * 4 + [True] * 8


@pytest.mark.django_db
def test_a_loan_that_is_paid_off_already_comes_in_paid_not_carried_over(house: Fineract) -> None:
    house.loan["status"]["id"] = 700
    house.loan["totalOverpaid"] = 12.5
    house.loan["repaymentSchedule"]["periods"] = house.loan["repaymentSchedule"]["periods"][:5]
    run()
    assert account().status == "closed"
    assert [(amount == paid, is_open) for amount, paid, is_open in bills()] == [(True, False)] * 4
    assert balances.account_view(account(), today=NOW.date()).balance == Decimal("-12.5")


@pytest.mark.django_db
def test_nothing_is_half_written_and_the_others_are_taken(house: Fineract) -> None:
    bad = house.add_loan(2)
    bad["transactions"][4]["amount"] = 945.605  # finer than a cent
    house.add_loan(3, status={"id": 100})
    house.add_loan(4, clientId=None)
    house.add_loan(5)
    house.page = 2
    told = run()
    assert told["loans"] == {"created": 2, "not_lent": 1, "refused": 2}
    assert "stay as they were" in told["error"]
    assert "USD has no smaller unit than 0.01" in told["refused"][0]
    assert "lent to a group" in told["refused"][1]
    assert set(CreditAccount.objects.values_list("reference", flat=True)) == {"000000001", "000000005"}
    assert Borrower.objects.count() == 1


# ---------- over HTTP ----------


@pytest.mark.django_db
def test_a_stumbling_server_is_asked_again_and_a_broken_loan_leaves_the_others(house: Fineract) -> None:
    house.fails = [503, 429]
    house.add_loan(2)
    house.broken = {"loans/1"}
    told = run()
    assert told["loans"] == {"created": 1, "refused": 1}
    assert "HTTP 500 in 5 tries" in told["refused"][0]


@pytest.mark.django_db
def test_a_server_that_is_away_ends_the_run_and_says_so(house: Fineract) -> None:
    house.fails = [503] * 5
    assert "did not answer loans in 5 tries: HTTP 503" in run()["error"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FINERACT_PASSWORD", "wrong", "Check FINERACT_USER, FINERACT_PASSWORD"),
        ("FINERACT_TENANT", "other", "and FINERACT_TENANT"),
        ("FINERACT_COUNTRY", "", "FINERACT_COUNTRY is not set"),
        ("FINERACT_URL", "https://", "has no host"),
    ],
)
def test_a_wrong_setting_is_named(house: Fineract, settings: Any, name: str, value: str, said: str) -> None:
    setattr(settings, name, value)
    assert said in run()["error"]


def test_the_password_travels_by_https_only(house: Fineract, settings: Any) -> None:
    settings.LOCAL = False
    with pytest.raises(FineractError, match="not https"):
        Access.from_settings()


def test_waits_grow_between_the_tries(house: Fineract, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FIRST_WAIT", 1.0)
    waits: list[float] = []
    house.fails = [503, 503, 503]
    reader = Reader(Access.from_settings(), sleep=waits.append)
    assert reader.get("clients/1")["displayName"] == "Small shop"
    reader.close()
    assert 1 <= waits[0] <= 2 <= waits[1] <= 4 <= waits[2] <= 8


def test_what_is_not_there_says_what_fineract_said(house: Fineract) -> None:
    reader = Reader(Access.from_settings())
    with pytest.raises(NotRead, match="HTTP 404 loans/9 does not exist"):
        reader.get("loans/9")
    reader.close()
