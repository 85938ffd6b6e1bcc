"""What is wrong with a row is said by a code, a field and words, and the other rows are taken."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Borrower
from loans.models import Bill, CreditAccount, Payment
from loans.refusals import Code
from tests.loans.api.calling import BILL, LOAN, PAYMENT, PERSON, REVERSAL, became, call, why

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"rows": []}', '{"rows": [1]}', '{"rows": {}}'])
def test_what_is_no_batch_is_refused_whole(secret: str, text: str) -> None:
    assert call(secret, "borrowers", text=text or " ").status_code in (400, 422)


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
