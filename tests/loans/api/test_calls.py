"""Calls: each is written down, can be repeated, and is answered in the API's own shape."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from loans.models import ApiCall, Payment
from tests import factories
from tests.loans.api.calling import BILL, NOW, PAYMENT, PERSON, became, call, make_key

pytestmark = pytest.mark.django_db


def test_every_call_is_written_down(secret: str, fed: None) -> None:
    call(secret, "bills", [{**BILL, "amount": "x"}])
    call(secret, "accounts/L-1")
    wrote, read = ApiCall.objects.order_by("pk")[3:]
    assert (wrote.method, wrote.path, wrote.rows, wrote.refused) == ("POST", "/api/v1/bills", 1, 1)
    assert (read.method, read.path, read.status) == ("GET", "/api/v1/accounts/L-1", 200)


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
