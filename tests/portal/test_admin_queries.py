"""Staff pages cost the same with ten times the rows."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Borrower
from notifications.models import Attempt, Cadence, Step, WebhookDelivery
from tests import factories
from tests.portal import rows

pytestmark = pytest.mark.django_db
FEW, MANY = 3, 30
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
Count = Callable[[str], int]


@pytest.fixture
def queries(staff_client: Client) -> Count:
    """How many queries a page takes, at its second visit: the first reads what stays in memory."""

    def count(path: str) -> int:
        staff_client.get(path)
        with CaptureQueriesContext(connection) as captured:
            answer = staff_client.get(path)
        assert answer.status_code == 200
        return len(captured)

    return count


def people(number: int) -> list[dict[type[Model], Model]]:
    return [
        rows.belongings(factories.make_borrower(user=factories.make_login()))  # each with a row of every kind
        for _ in range(number)
    ]


def page_of(model: type[Model], page: str, *arguments: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def list_of(model: type[Model]) -> str:
    """All rows, also those that are not recent."""
    return page_of(model, "changelist") + ("?within=all" if model in (Attempt, WebhookDelivery) else "")


def test_no_table_asks_more_for_more_rows(queries: Count) -> None:
    people(FEW)
    few = {model: queries(list_of(model)) for model in MODELS}
    people(MANY - FEW)
    assert all(model._default_manager.count() >= MANY for model in MODELS)
    many = {model: queries(list_of(model)) for model in MODELS}
    assert many == few
    assert max(many.values()) <= 12


def test_no_search_asks_more_for_more_rows(queries: Count) -> None:
    def searches() -> dict[type[Model], int]:
        searched = [model for model in MODELS if admin.site._registry[model].search_fields]
        return {model: queries(page_of(model, "changelist") + "?q=no-such-row") for model in searched}

    people(FEW)
    few = searches()
    people(MANY - FEW)
    assert searches() == few


def test_no_row_asks_more_for_more_rows_around_it_and_below_it(queries: Count) -> None:
    owned, *_others = people(FEW)
    pages = {
        f"{model.__name__} {page}": page_of(model, page, owned[model].pk)
        for model in MODELS
        for page in ("change", "history")
    }
    few = {name: queries(path) for name, path in pages.items()}
    people(MANY - FEW)
    _let_grow(owned)
    assert {name: queries(path) for name, path in pages.items()} == few


def _let_grow(owned: dict[type[Model], Model]) -> None:
    """Everything that stands below one row: addresses and debts of a borrower, steps of a cadence, reminders."""
    borrower, cadence = owned[Borrower], owned[Cadence]
    assert isinstance(borrower, Borrower)
    loan = factories.make_loan(borrower)
    for day in range(MANY):
        factories.make_contact_point(borrower)
        bill = factories.make_bill(loan)
        step = Step.objects.create(
            cadence_id=cadence.pk,
            offset_days=day,
            category="upcoming",
            template_code="upcoming",
            useful_days=2,
        )
        reminder = bill.reminders.create(
            borrower=borrower,
            step=step,
            step_day=bill.due_on,
            next_attempt_at=rows.NOON,
            expires_at=rows.NOON + timedelta(days=1),
        )
        Attempt.objects.get(pk=owned[Attempt].pk).reminders.add(reminder)
