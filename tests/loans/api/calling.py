"""A core system that calls the API: its keys, its rows, and what it is answered."""

import json
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client

from loans.api import keys
from loans.models import ApiKey
from loans.models.api import Scope

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


def make_key(*scopes: str, **fields: Any) -> str:
    key = ApiKey(name="core", scopes=list(scopes or Scope.values), **fields)
    secret = keys.fill(key)
    key.save()
    return secret


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
