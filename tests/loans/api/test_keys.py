"""Keys: without one nothing is told, with one what its scopes say."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from loans.api import keys
from loans.models import ApiKey
from loans.models.api import Scope
from tests.loans.api.calling import BILL, LOAN, NOW, PAYMENT, PERSON, REVERSAL, call, make_key

pytestmark = pytest.mark.django_db


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
