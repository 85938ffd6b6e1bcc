"""The API: batches with a result for every row, keys with scopes, calls that can be repeated."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from accounts.models import Borrower
from loans.api import keys
from loans.models import ApiCall, ApiKey, Bill, CreditAccount, Payment, Reversal
from loans.models_api import Scope
from loans.refusals import Code
from notifications.models import Reminder
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)
PERSON = {"reference": "P-1", "name": "Zhang Wei", "country": "TW"}
LOAN = {
    "reference": "L-1", "borrower": "P-1", "product": "instalment_loan", "currency": "TWD", "principal": "12000",
    "opened_on": "2026-01-05",
}  # fmt: skip
BILL = {"account": "L-1", "number": 1, "due_on": "2026-04-05", "amount": "1000"}
PAYMENT = {
    "reference": "X-1",
    "account": "L-1",
    "amount": "400",
    "currency": "TWD",
    "received_on": "2026-03-10",
}
REVERSAL = {"payment": "X-1", "account": "L-1", "on": "2026-03-11", "reason": "returned"}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def make_key(*scopes: str, **fields: Any) -> str:
    key = ApiKey(name="core", scopes=list(scopes or Scope.values), **fields)
    secret = keys.fill(key)
    key.save()
    return secret


@pytest.fixture
def secret() -> str:
    return make_key()


def call(
    secret: str, path: str, rows: list[dict[str, Any]] | None = None, *, again: str = "", text: str = ""
) -> HttpResponse:
    headers = {"Authorization": f"Bearer {secret}"} | ({"Idempotency-Key": again} if again else {})
    if rows is None and not text:
        return Client().get(f"/api/v1/{path}", headers=headers)
    body = text or json.dumps({"rows": rows})
    return Client().post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


def became(response: HttpResponse) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["result"] for row in response.json()["results"]]


def why(response: HttpResponse) -> str:
    assert became(response) == ["refused"]
    return response.json()["results"][0]["why"]


@pytest.fixture
def fed(secret: str) -> None:
    for path, row in (("borrowers", PERSON), ("accounts", LOAN), ("bills", BILL)):
        assert became(call(secret, path, [row])) == ["created"]


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


def test_a_bad_row_is_refused_by_name_and_the_others_are_taken(secret: str) -> None:
    rows = [
        PERSON,
        {**PERSON, "reference": "P-2", "country": "Taiwan"},
        PERSON,
        {**PERSON, "reference": "P-3"},
    ]
    response = call(secret, "borrowers", rows)
    assert became(response) == ["created", "refused", "refused", "created"]
    assert response.json()["refused"] == 2
    reasons = [row["why"] for row in response.json()["results"]]
    assert reasons[1].startswith("country is “Taiwan”; write a country like US")
    assert "twice" in reasons[2]
    assert set(Borrower.objects.values_list("reference", flat=True)) == {"P-1", "P-3"}


@pytest.mark.parametrize(
    ("path", "change", "said", "code", "field"),
    [
        ("borrowers", {"name": " "}, "name is empty", "bad_field", "name"),
        ("borrowers", {"name": "a\u0007b"}, "control characters", "bad_field", "name"),
        (
            "borrowers",
            {"reference": "P\u0000"},
            "reference holds control characters",
            "bad_field",
            "reference",
        ),
        ("borrowers", {"country": "US"}, "Give time_zone", "bad_field", "time_zone"),
        ("borrowers", {"country": "UK"}, "no country of ISO 3166-1", "bad_field", "country"),
        ("accounts", {"currency": "ZZZ"}, "no currency of ISO 4217", "bad_field", "currency"),
        ("payments", {"amount": "9" * 16}, "at most 15 digits", "bad_field", "amount"),
        ("borrowers", {"time_zone": "Mars/Base"}, "write an IANA name", "bad_field", "time_zone"),
        ("borrowers", {"language": "fr"}, "write one of en, zh-hans, zh-hant", "bad_field", "language"),
        (
            "borrowers",
            {"email": "nobody"},
            "write an e-mail address like name@example.com",
            "bad_field",
            "email",
        ),
        ("borrowers", {"phone": "12"}, "phone number", "bad_field", "phone"),
        (
            "accounts",
            {"borrower": "P-9"},
            "there is no borrower “P-9”; send the borrower first",
            "no_borrower",
            "borrower",
        ),
        ("accounts", {"product": "mortgage"}, "product is “mortgage”", "bad_field", "product"),
        ("accounts", {"currency": "usd"}, "write a currency like USD", "bad_field", "currency"),
        ("accounts", {"principal": "1e3"}, "write an amount like 1234.56", "bad_field", "principal"),
        ("accounts", {"principal": "0"}, "more than 0", "bad_field", "principal"),
        ("accounts", {"principal": "1.005"}, "no smaller unit", "too_fine", "principal"),
        ("accounts", {"status": "gone"}, "status is “gone”", "bad_field", "status"),
        ("accounts", {"opened_on": "5 May"}, "write a day like 2027-03-15", "bad_field", "opened_on"),
        ("accounts", {"annual_rate_pct": "1000"}, "at most 999", "bad_field", "annual_rate_pct"),
        ("bills", {"account": "L-9"}, "there is no account “L-9”", "no_account", "account"),
        ("bills", {"amount": "-1"}, "at least 0", "bad_field", "amount"),
        ("bills", {"amount": "1.005"}, "no smaller unit", "too_fine", "amount"),
        ("payments", {"amount": "0"}, "more than 0", "bad_field", "amount"),
        ("payments", {"currency": "USD"}, "Convert it first", "other_currency", "currency"),
        ("payments", {"received_on": "2026-03-12"}, "in the future", "in_future", "received_on"),
        ("payments", {"account": "L-9"}, "there is no account “L-9”", "no_account", "account"),
        ("reversals", {"payment": "X-9"}, "there is no payment “X-9”", "no_payment", "payment"),
        ("reversals", {"account": "L-9"}, "not one of the account “L-9”", "other_account", "account"),
        ("reversals", {"on": "2026-03-12"}, "in the future", "in_future", "on"),
        ("reversals", {"on": "2026-03-09"}, "cannot have been taken back before", "too_early", "on"),
        ("reversals", {"on": "2026-02-30"}, "write a day like 2027-03-15", "bad_field", "on"),
        ("reversals", {"reason": "bounced"}, "write one of returned, charged_back", "bad_field", "reason"),
    ],
)
def test_a_refused_row_says_what_to_correct_and_leaves_nothing(
    secret: str, fed: None, path: str, change: dict[str, Any], said: str, code: str, field: str
) -> None:
    new = {"borrowers": PERSON, "accounts": LOAN, "bills": BILL, "payments": PAYMENT, "reversals": REVERSAL}[
        path
    ]
    name = {"bills": {"number": 2}, "reversals": {}}.get(path, {"reference": "NEW"})
    if path == "reversals":
        call(secret, "payments", [PAYMENT])
    counts = [model.objects.count() for model in (Borrower, CreditAccount, Bill, Payment)]
    response = call(secret, path, [{**new, **name, **change}])
    assert said in why(response)
    told = response.json()["results"][0]
    assert (told["code"], told["field"]) == (code, field)
    assert counts == [model.objects.count() for model in (Borrower, CreditAccount, Bill, Payment)]


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


def _planned(bill: Bill) -> Reminder:
    from notifications.models import Cadence, Step

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


def test_what_a_system_is_told_is_english_whatever_its_client_asks_for(secret: str, fed: None) -> None:
    headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "zh-TW"}
    for change, said in (({"currency": "USD"}, "Convert it first"), ({"amount": 4}, "must be a text")):
        body = json.dumps({"rows": [{**PAYMENT, **change}]})
        answer = Client().post("/api/v1/payments", body, content_type="application/json", headers=headers)
        assert said in why(answer)


def test_what_stands_in_the_books_is_refused_by_a_code(secret: str, fed: None) -> None:
    call(secret, "borrowers", [{**PERSON, "reference": "P-2"}])
    call(secret, "payments", [PAYMENT])
    refused = [
        ("accounts", {**LOAN, "borrower": "P-2"}, "other_borrower", "borrower"),
        ("accounts", {**LOAN, "currency": "USD"}, "fixed", "currency"),
        ("accounts", {**LOAN, "product": "credit_card"}, "fixed", "product"),
        ("bills", {**BILL, "amount": "399"}, "below_paid", "amount"),
        ("payments", {**PAYMENT, "amount": "1"}, "other_figures", "reference"),
    ]
    for path, row, code, field in refused:
        [told] = call(secret, path, [row]).json()["results"]
        assert (told["code"], told["field"]) == (code, field)
    call(secret, "reversals", [REVERSAL])
    assert call(secret, "payments", [PAYMENT]).json()["results"][0]["code"] == "taken_back"
    call(secret, "payments", [{**PAYMENT, "reference": "X-3", "amount": "1000"}])
    assert call(secret, "bills", [{**BILL, "amount": "1100"}]).json()["results"][0]["code"] == "bill_closed"


def test_every_code_is_in_the_manual() -> None:
    manual = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text(encoding="utf-8")
    only_staff = {Code.DOES_NOT_SETTLE}
    assert [code for code in set(Code) - only_staff if f"`{code}`" not in manual] == []


# ---------- keys ----------


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Basic x", "Bearer \ud800x"])
def test_without_a_key_nothing_is_told(header: str) -> None:
    headers = {"Authorization": header.encode("utf-8", "surrogatepass").decode("latin-1")} if header else {}
    assert Client().get("/api/v1/accounts/L-1", headers=headers).status_code == 401


def test_a_revoked_or_expired_key_is_no_key() -> None:
    expired = make_key(expires_at=NOW)
    revoked = make_key()
    keys.revoke(ApiKey.objects.latest("pk"), now=NOW)
    assert call(expired, "accounts/L-1").status_code == call(revoked, "accounts/L-1").status_code == 401


def test_the_secret_is_not_kept() -> None:
    secret = make_key()
    kept = json.dumps(list(ApiKey.objects.values()), default=str)
    assert secret not in kept
    assert secret[:12] in kept


@pytest.mark.parametrize(
    ("scope", "path", "row"),
    [("borrowers", "borrowers", PERSON), ("accounts", "accounts", LOAN), ("bills", "bills", BILL),
     ("payments", "payments", PAYMENT), ("reversals", "reversals", REVERSAL)],
)  # fmt: skip
def test_a_key_may_do_what_its_scopes_say_and_no_more(scope: str, path: str, row: dict[str, Any]) -> None:
    only, others = make_key(scope), make_key(*(set(Scope.values) - {scope}))
    assert call(only, path, [row]).status_code == 200
    assert call(others, path, [row]).status_code == 403
    assert call(only, "accounts/L-1").status_code == 403


def test_a_key_has_so_many_calls_a_minute() -> None:
    secret, other = make_key(calls_a_minute=2), make_key()
    answers = [call(secret, "accounts/none").status_code for _ in range(3)]
    assert answers == [404, 404, 429]
    assert call(secret, "accounts/none")["Retry-After"] == "60"
    assert call(other, "accounts/none").status_code == 404
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert call(secret, "accounts/none").status_code == 404


def test_every_call_is_written_down(secret: str, fed: None) -> None:
    call(secret, "bills", [{**BILL, "amount": "x"}])
    call(secret, "accounts/L-1")
    wrote, read = ApiCall.objects.order_by("pk")[3:]
    assert (wrote.method, wrote.path, wrote.rows, wrote.refused) == ("POST", "/api/v1/bills", 1, 1)
    assert (read.method, read.path, read.status) == ("GET", "/api/v1/accounts/L-1", 200)


# ---------- repetition ----------


def test_a_repeated_call_gets_the_first_answer_and_does_nothing(secret: str, fed: None) -> None:
    first = call(secret, "payments", [PAYMENT], again="a")
    again = call(secret, "payments", [PAYMENT], again="a")
    assert again.json() == first.json()
    assert became(again) == ["created"]
    assert Payment.objects.count() == 1


def test_an_idempotency_key_is_for_one_request_of_one_key(secret: str, fed: None) -> None:
    call(secret, "payments", [PAYMENT], again="a")
    other = call(secret, "payments", [{**PAYMENT, "reference": "X-2"}], again="a")
    assert other.status_code == 400
    assert "another request" in other.json()["detail"]
    assert became(call(make_key(), "payments", [PAYMENT], again="a")) == ["unchanged"]


def test_a_call_whose_first_is_not_finished_is_told_to_wait_and_taken_over_later(
    secret: str, fed: None
) -> None:
    call(secret, "payments", [PAYMENT], again="a")
    ApiCall.objects.filter(idempotency_key="a").update(answer=None, status=None)  # as if the worker had died
    assert call(secret, "payments", [PAYMENT], again="a").status_code == 409
    with time_machine.travel(NOW + timedelta(minutes=3), tick=False):
        assert became(call(secret, "payments", [PAYMENT], again="a")) == ["unchanged"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"rows": []}', '{"rows": [1]}', '{"rows": {}}'])
def test_what_is_no_batch_is_refused_whole(secret: str, text: str) -> None:
    assert call(secret, "borrowers", text=text or " ").status_code in (400, 422)


@pytest.mark.parametrize(
    ("change", "said", "field"),
    [
        ({"received_on": "2026-03-10T00:00:00Z"}, "received_on has more than 10 characters", "received_on"),
        ({"amount": 400}, "must be a text in quotes", "amount"),
        ({"amount": None}, "must be a text in quotes", "amount"),
        ({"recieved_on": "2026-03-10"}, "recieved_on is no field of such a row", "recieved_on"),
        ({"reference": "X" * 65}, "reference has more than 64 characters", "reference"),
        ({"reference": 7}, "must be a text in quotes", "reference"),
    ],
)
def test_a_row_that_is_none_is_refused_alone(
    secret: str, fed: None, change: dict[str, Any], said: str, field: str
) -> None:
    response = call(secret, "payments", [{**PAYMENT, **change}, {**PAYMENT, "reference": "X-2"}])
    assert became(response) == ["refused", "created"]
    [told, _] = response.json()["results"]
    assert said in told["why"]
    assert (told["code"], told["field"]) == ("bad_field", field)
    assert told["reference"] == str(change.get("reference", "X-1"))[:64]


def test_an_empty_row_has_no_name_and_every_lack_is_named(secret: str) -> None:
    response = call(secret, "bills", [{}, {}])
    assert became(response) == ["refused", "refused"]
    [told, _] = response.json()["results"]
    assert told["reference"] == ""
    assert all(f"{name} is missing" in told["why"] for name in ("account", "number", "due_on", "amount"))


def test_what_is_too_large_or_nowhere_is_told_in_the_apis_own_shape(secret: str) -> None:
    large = call(secret, "payments", text=json.dumps({"rows": [], "x": "x" * 3_000_000}))
    assert (large.status_code, "2.5 MB" in large.json()["detail"]) == (413, True)
    for path in ("nothing", "payments/", "accounts/a/b/c"):
        assert call(secret, path).status_code == 404
        assert "openapi.json" in call(secret, path, text="{}").json()["detail"]


def test_more_than_a_thousand_rows_are_refused(secret: str) -> None:
    rows = [{**PERSON, "reference": f"P-{number}"} for number in range(1001)]
    assert call(secret, "borrowers", rows).status_code == 422
    assert became(call(secret, "borrowers", rows[:1000])) == ["created"] * 1000


def test_a_reference_that_cannot_be_is_not_found(secret: str) -> None:
    for reference in ("%00", "x" * 65, "%F0%9F%92%A9"):
        assert call(secret, f"accounts/{reference}").status_code == 404


# ---------- staff ----------


def test_staff_make_a_key_see_it_once_and_revoke_it(staff_client: Client) -> None:
    page = staff_client.post(
        "/admin/loans/apikey/add/", {"name": "Core", "scopes": ["read"], "calls_a_minute": 60}
    )
    [secret] = [
        word
        for word in page.content.decode().replace("<", " ").replace(">", " ").split()
        if word.startswith("bpk_")
    ]
    key = ApiKey.objects.get()
    assert call(secret, "accounts/none").status_code == 404
    again = staff_client.get(f"/admin/loans/apikey/{key.pk}/change/").content.decode()
    assert secret not in again
    assert staff_client.post(f"/admin/loans/apikey/{key.pk}/revoke/").status_code == 302
    assert call(secret, "accounts/none").status_code == 401


def test_amounts_have_the_places_of_their_currency(secret: str, fed: None) -> None:
    call(
        secret,
        "accounts",
        [{**LOAN, "reference": "J-1", "currency": "JPY"}, {**LOAN, "reference": "K-1", "currency": "KWD"}],
    )
    assert call(secret, "accounts/J-1").json()["balance"] == "12000"
    assert call(secret, "accounts/K-1").json()["balance"] == "12000.000"
    assert Decimal(call(secret, "accounts/K-1").json()["overdue"]["amount"]) == 0


def test_a_person_of_another_reference_is_not_told(secret: str) -> None:
    factories.make_loan(factories.make_borrower(), reference="OTHER")
    assert call(secret, "borrowers/none/accounts").status_code == 404


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_does_not_say_that_it_is_json_is_refused_and_nothing_is_kept(
    secret: str, fed: None, kind: str
) -> None:
    body = json.dumps({"rows": [PAYMENT]})
    headers = {"Authorization": f"Bearer {secret}"}
    answer = Client().post("/api/v1/payments", body, content_type=kind, headers=headers)
    assert answer.status_code == 415
    assert not Payment.objects.exists()


def test_an_answer_opened_in_a_browser_is_saved_and_not_shown(secret: str) -> None:
    for answer in (call(secret, "accounts/none"), call("no-key", "accounts/none")):
        assert answer["Content-Disposition"] == 'attachment; filename="api.json"'
