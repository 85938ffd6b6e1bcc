"""Every staff page in a real browser: on a phone and a desktop, by day and by night, under the strict policy."""

import re

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import Borrower
from loans.models import CreditAccount
from notifications.models import Conversation, Hold, MessageTemplate, RecordedContact
from tests.browser import pictures
from tests.browser.visiting import DESKTOP, PHONE, Scheme, Visitor, barriers, overflow
from tests.portal import rows

SCREENS: list[tuple[int, Scheme]] = [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "dark"), (PHONE, "light")]
JOURNEYS = {
    Borrower: "invite",
    CreditAccount: "record_payment",
    Conversation: "answer",
    Hold: "lift",
    MessageTemplate: "approve",
}
OF_ONE_BORROWER = {Hold, RecordedContact}


@pytest.fixture
def owned(borrower: Borrower) -> dict[type[Model], Model]:
    return rows.belongings(borrower)


def staff_pages(owned: dict[type[Model], Model]) -> list[str]:
    """The frame's pages, and of every table the list, the form for a new row, a row and its history."""
    pages = [reverse(f"admin:{name}") for name in ("index", "password_change")]
    pages += [reverse("admin:app_list", args=[app]) for app in ("accounts", "loans", "notifications")]
    for model, table in admin.site._registry.items():
        name, row = f"admin:{model._meta.app_label}_{model._meta.model_name}", [owned[model].pk]
        pages += [reverse(f"{name}_changelist"), reverse(f"{name}_changelist") + "?q=nothing"]
        pages += [reverse(f"{name}_{page}", args=row) for page in ("change", "history")]
        if type(table).has_add_permission is admin.ModelAdmin.has_add_permission:
            pages.append(reverse(f"{name}_add"))
        if model in OF_ONE_BORROWER:
            pages.append(f"{reverse(f'{name}_add')}?borrower={owned[Borrower].pk}")
        if model in JOURNEYS:
            pages.append(reverse(f"{name}_{JOURNEYS[model]}", args=row))
    return pages


def test_no_staff_page_breaks_the_policy_or_the_width_of_a_phone(
    visitor: Visitor, staff_client: Client, owned: dict[type[Model], Model]
) -> None:
    page = visitor.open(reverse("admin:index"), client=staff_client, width=DESKTOP)
    wrong: dict[str, object] = {}
    for path in staff_pages(owned):
        answer = page.goto(visitor.portal + path)
        assert answer is not None
        if answer.status != 200:
            wrong[path] = answer.status
        for width, scheme in SCREENS:
            _turn(page, width, scheme)
            if width == PHONE and (pixels := overflow(page)):
                wrong[path] = f"{pixels} pixels too wide"
            pictures.keep(page, f"staff {_row(path)} {width} {scheme}")
    assert wrong == {}
    assert visitor.complaints == []


def _turn(page: Page, width: int, scheme: Scheme) -> None:
    """Another screen, without loading anew: the pages are the same, their styles differ."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)


def _row(path: str) -> str:
    """An address without its row's number: a picture of it has the same name in each run."""
    return re.sub(r"(?<=[/=])(\d+|[0-9a-f-]{36})\b", "row", path.removeprefix("/admin/"))


def test_who_writes_for_long_stays_signed_in(
    visitor: Visitor, staff_client: Client, signed_in: Client, owned: dict[type[Model], Model]
) -> None:
    answer = reverse("admin:notifications_conversation_answer", args=[owned[Conversation].pk])
    for path, client in ((answer, staff_client), (reverse("conversations:new"), signed_in)):
        page = visitor.open(reverse("home"), client=client)
        page.clock.install()
        page.goto(visitor.portal + path)
        words = page.locator("textarea").first
        words.type("Dear")
        page.clock.fast_forward("05:01")
        with page.expect_request(lambda asked: asked.method == "HEAD"):
            words.type(" Ms Zhang")
    assert visitor.complaints == []


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_staff_read_and_act_without_barriers(
    visitor: Visitor, staff_client: Client, owned: dict[type[Model], Model], width: int, scheme: Scheme
) -> None:
    loan = owned[CreditAccount]
    pages = [
        reverse("admin:index"),
        reverse("admin:loans_creditaccount_changelist"),
        reverse("admin:loans_creditaccount_change", args=[loan.pk]),
        reverse("admin:loans_creditaccount_record_payment", args=[loan.pk]),
    ]
    found = {}
    for path in pages:
        page = visitor.open(path, client=staff_client, width=width, color_scheme=scheme)
        if problems := barriers(page):
            found[path] = problems
    assert found == {}
