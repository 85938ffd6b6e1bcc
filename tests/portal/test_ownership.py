"""Every address of the site: who may open it, and that nobody reaches what belongs to another person.

A new route fails the first test until the table says what it is for.
"""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import Borrower, User
from loans.models import CreditAccount, Payment
from notifications import preferences
from notifications.models import (
    Conversation,
    ConversationMessage,
)
from tests import factories
from tests.notifications.test_pages import form as preference_form
from tests.portal import routes, rows
from tests.portal.kinds import ANSWER_A_CHALLENGE, KINDS, Kind, kind_of, model_of, of_kind
from tests.portal.routes import Route

pytestmark = pytest.mark.django_db
SIGN_IN = reverse("account_login")
ANEW = "the-page-anew"


def test_each_address_of_the_site_has_a_declared_kind() -> None:
    known = {route.name for route in routes.everything()}
    assert {route.name for route in routes.everything() if kind_of(route) is None} == set()
    assert set(KINDS) - known == set()


# ---------- the people, and what is theirs ----------


@pytest.fixture
def owned(borrower: Borrower) -> dict[type[Model], Model]:
    """A row of every kind, all of `borrower`."""
    return rows.belongings(borrower)


@pytest.fixture
def values(borrower: Borrower, owned: dict[type[Model], Model]) -> dict[str, object]:
    """What addresses name: everything of `borrower`."""
    return rows.named_in_addresses(borrower, owned)


@pytest.fixture
def fields(borrower: Borrower, values: dict[str, object], owned: dict[type[Model], Model]) -> dict[str, Any]:
    """A form that each page takes for whole, with everything of `borrower` in whatever field may name it."""
    point, login = values["point_id"], borrower.user
    assert login is not None
    ids = {model._meta.model_name: row.pk for model, row in owned.items()}
    names = {f"{name}_id": pk for name, pk in ids.items()} | {"pk": borrower.pk, "id": borrower.pk}
    addresses = {"choice": point, "to": login.email, "address": login.email, "sent_to": point}
    signing_in = {"login": login.email, "email": login.email, "user": login.pk, "code": "123456"}
    return {
        **ids,
        **names,
        **values,
        **addresses,
        **signing_in,
        **preference_form(),
        "time_zone": "Asia/Tokyo",
        "topic": "bill",
        "text": "A question",
    }


@pytest.fixture
def fresh_stranger(stranger: Borrower) -> Client:
    """Signed in with a password a moment ago, so that no step-up stands before a page."""
    assert stranger.user is not None
    login = {"login": stranger.user.email, "password": factories.PASSWORD, "way": "password"}
    EmailAddress.objects.create(user=stranger.user, email=stranger.user.email, verified=True, primary=True)
    client = Client()
    assert client.post(SIGN_IN, login).status_code == 302
    return client


@pytest.fixture
def clerk(db: None) -> Client:
    """Of the staff, with no right to anything."""
    client = Client()
    client.force_login(factories.make_staff(is_superuser=False))
    return client


OURS = {"account", "accounts", "auth", "loans", "mfa", "notifications"}


def all_rows_but_of(person: Borrower | None) -> dict[str, list[tuple[Any, ...]]]:
    """The whole database, for comparing, without what one person may change: their own."""
    found = {}
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            others = model._default_manager.order_by("pk")
            for name, owner in _owners(model, person).items():
                others = others.exclude(**{name: owner})
            found[model._meta.label] = list(others.values_list())
    return found


def _owners(model: type[Model], person: Borrower | None) -> dict[str, int | None]:
    """The fields by which a row is this person's own. A kind of row with none of them is nobody's."""
    if person is None:
        return {}
    if model is User:
        return {"pk": person.user_id}
    if model is ConversationMessage:
        return {"conversation__borrower": person.pk}
    names = {field.name for field in model._meta.fields}
    owners = {"user": person.user_id, "borrower": person.pk}
    return {name: owner for name, owner in owners.items() if name in names}


def walk(client: Client, path: str, fields: dict[str, Any]) -> list[tuple[int, str]]:
    """Status and text of the page, of its form sent, and of its fragment for htmx."""
    htmx = {"HX-Request": "true"}
    answers = [client.get(path), client.post(path, fields)]
    if not path.startswith(reverse("admin:index")):  # staff pages have no fragments
        answers += [client.get(path, headers=htmx), client.post(path, fields, headers=htmx)]
    return [
        (each.status_code, f"{_where_to(each)} {each.content.decode(errors='replace')}") for each in answers
    ]


def _where_to(answer: Any) -> str:
    """The whole page comes anew where a piece of it was asked for; that one leads to the sign-in by itself."""
    return ANEW if "HX-Refresh" in answer.headers else str(answer.headers.get("Location", ""))


@pytest.fixture
def leaks(borrower: Borrower, owned: dict[type[Model], Model]) -> Callable[[str], list[str]]:
    """What of `borrower` stands in a text; the fields that were sent are not among it."""
    private = [
        borrower.name,
        str(borrower.contact_points.get(kind="phone").value),
        str(owned[CreditAccount]),
        str(owned[Payment]),
        rows.WORDS,
    ]
    return lambda text: [secret for secret in private if secret in text]


# ---------- nobody ----------


@pytest.mark.parametrize("route", of_kind(Kind.SIGNED_IN, Kind.LOGINS_ROW, Kind.BORROWER, Kind.BORROWERS_ROW))
def test_who_is_not_signed_in_is_sent_to_sign_in(
    route: Route, client: Client, values: dict[str, object], fields: dict[str, Any]
) -> None:
    before = all_rows_but_of(None)
    for status, text in walk(client, route.path(values), fields):
        is_sent = status == 302 and SIGN_IN in text.split()[0]
        assert status == 405 or is_sent or (status, text.split()) == (200, [ANEW])
    assert all_rows_but_of(None) == before


@pytest.mark.parametrize("route", of_kind(Kind.OPEN))
def test_an_open_page_tells_nobody_of_anybody(
    route: Route,
    client: Client,
    fresh_stranger: Client,
    stranger: Borrower,
    values: dict[str, object],
    fields: dict[str, Any],
    leaks: Callable[[str], list[str]],
) -> None:
    before = all_rows_but_of(stranger)
    for visitor in (client, fresh_stranger):
        for status, text in walk(visitor, route.path(values), fields):
            assert status < 500 or route.name == "readyz"
            assert leaks(text) == []
    assert all_rows_but_of(stranger) == before


# ---------- another borrower ----------


@pytest.mark.parametrize("route", of_kind(Kind.SIGNED_IN, Kind.BORROWER))
def test_a_page_is_about_the_one_who_asks_whatever_the_form_names(
    route: Route,
    fresh_stranger: Client,
    stranger: Borrower,
    values: dict[str, object],
    fields: dict[str, Any],
    leaks: Callable[[str], list[str]],
) -> None:
    before = all_rows_but_of(stranger)
    for status, text in walk(fresh_stranger, route.path(values), fields):
        assert status in (200, 302, 405)
        assert leaks(text) == []
    assert all_rows_but_of(stranger) == before


@pytest.mark.parametrize("route", of_kind(Kind.BORROWERS_ROW, Kind.LOGINS_ROW))
def test_another_borrowers_row_is_not_there(
    route: Route, fresh_stranger: Client, values: dict[str, object], fields: dict[str, Any]
) -> None:
    before = all_rows_but_of(None)
    for status, _text in walk(fresh_stranger, route.path(values), fields):
        assert status in (404, 405)
    assert fresh_stranger.get(route.path(values)).status_code == 404
    assert all_rows_but_of(None) == before


@pytest.mark.parametrize("route", of_kind(Kind.BORROWERS_ROW, Kind.LOGINS_ROW))
def test_the_borrowers_own_row_is_there(route: Route, signed_in: Client, values: dict[str, object]) -> None:
    answer = signed_in.get(route.path(values))
    assert answer.status_code == 200 or reverse("accounts:step_up") in answer["Location"]


def test_the_form_that_is_sent_is_one_that_the_pages_take(
    fresh_stranger: Client, stranger: Borrower, fields: dict[str, Any]
) -> None:
    assert fresh_stranger.post(reverse("notifications:preferences"), fields).status_code == 302
    assert fresh_stranger.post(reverse("accounts:profile"), fields).status_code == 302
    stranger.refresh_from_db()
    assert preferences.of(stranger).lead_days == {3, 1}
    assert stranger.time_zone == "Asia/Tokyo"
    assert fresh_stranger.post(reverse("conversations:new"), fields).status_code == 302
    assert stranger.conversations.get().messages.get().text == "A question"


@pytest.mark.parametrize("route", of_kind(Kind.BORROWER, Kind.BORROWERS_ROW))
def test_staff_are_no_borrowers(
    route: Route, staff_client: Client, values: dict[str, object], fields: dict[str, Any]
) -> None:
    before = all_rows_but_of(None)
    for status, text in walk(staff_client, route.path(values), fields):
        assert status in (403, 405) or reverse("accounts:step_up") in text.split()[0]
    assert all_rows_but_of(None) == before


# ---------- the lender's systems ----------


@pytest.mark.parametrize("route", of_kind(Kind.API))
def test_the_api_wants_a_key_and_a_sign_in_is_none(
    route: Route, signed_in: Client, staff_client: Client, values: dict[str, object], fields: dict[str, Any]
) -> None:
    before = all_rows_but_of(None)
    for visitor in (Client(), signed_in, staff_client):
        assert {status for status, _text in walk(visitor, route.path(values), fields)} == {401, 405}
    assert all_rows_but_of(None) == before


# ---------- providers ----------


@pytest.mark.parametrize("route", of_kind(Kind.PROVIDER))
def test_a_providers_address_wants_its_signature(
    route: Route, client: Client, staff_client: Client, values: dict[str, object], fields: dict[str, Any]
) -> None:
    before = all_rows_but_of(None)
    for visitor in (client, staff_client):
        got = 403 if route.name in ANSWER_A_CHALLENGE else 405
        statuses = [status for status, _text in walk(visitor, route.path(values), fields)]
        assert statuses == [got, 403, got, 403]
    assert all_rows_but_of(None) == before


@pytest.mark.parametrize("route", of_kind(Kind.SIGNED_LINK))
def test_an_address_signed_for_something_else_is_not_found(
    route: Route, client: Client, staff_client: Client, values: dict[str, object], fields: dict[str, Any]
) -> None:
    before = all_rows_but_of(None)
    for visitor in (client, staff_client):
        assert {status for status, _text in walk(visitor, route.path(values), fields)} == {404}
    assert all_rows_but_of(None) == before


# ---------- staff ----------


def staff_pages(owned: dict[type[Model], Model], *kinds: Kind) -> dict[str, str]:
    """Name of each staff route and its address, with the row of its model."""
    pages = {}
    for route in routes.everything():
        if kind_of(route) in kinds:
            row = owned[model] if (model := model_of(route)) else owned[Borrower]
            arguments = {"object_id": row.pk, "id": row.pk, "content_type_id": 1, "app_label": "loans"}
            pages[route.name] = route.path(arguments | {"url": "no/such/page/"})
    return pages


STAFF_KINDS = (Kind.STAFF, Kind.STAFF_OWN, Kind.STAFF_ROW)


def test_staff_pages_send_strangers_to_sign_in_and_borrowers_away(
    client: Client, stranger_client: Client, owned: dict[type[Model], Model], fields: dict[str, Any]
) -> None:
    before = all_rows_but_of(None)
    pages = staff_pages(owned, *STAFF_KINDS)
    assert len(pages) > 100
    wrong = {}
    for name, path in pages.items():
        for visitor in (client, stranger_client):
            seen = {status for status, _text in walk(visitor, path, fields)}
            if not seen <= {302, 403, 404, 405}:
                wrong[name] = seen
        refused = client.get(path)
        if refused.status_code not in (302, 404, 405):
            wrong[name] = {refused.status_code}
    assert wrong == {}
    assert all_rows_but_of(None) == before


def test_staff_without_the_right_see_no_row_and_change_none(
    clerk: Client,
    owned: dict[type[Model], Model],
    fields: dict[str, Any],
    leaks: Callable[[str], list[str]],
) -> None:
    before = all_rows_but_of(None)
    wrong = {}
    for name, path in staff_pages(owned, Kind.STAFF_ROW).items():
        answers = walk(clerk, path, fields)
        statuses = {status for status, _text in answers}
        leads_to_the_row = statuses == {302} and path + "change/" in answers[0][1]
        if statuses != {403} and not leads_to_the_row:
            wrong[name] = statuses
    for name, path in staff_pages(owned, Kind.STAFF, Kind.STAFF_OWN).items():
        for status, text in walk(clerk, path, fields):
            if status >= 500 or leaks(text):
                wrong[name] = {status}
    assert wrong == {}
    assert all_rows_but_of(None) == before


@pytest.mark.parametrize(
    ("model", "journey"),
    [
        (CreditAccount, "record_payment"),
        (Borrower, "invite"),
        (Conversation, "answer"),
        (Conversation, "close"),
    ],
)
def test_the_right_to_look_is_not_the_right_to_act(
    model: type[Model], journey: str, owned: dict[type[Model], Model], fields: dict[str, Any]
) -> None:
    reader = factories.make_staff(is_superuser=False)
    reader.user_permissions.add(Permission.objects.get(codename=f"view_{model._meta.model_name}"))
    client = Client()
    client.force_login(reader)
    row = [owned[model].pk]
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert client.get(reverse(f"{name}_change", args=row)).status_code == 200
    before = all_rows_but_of(None)
    assert {status for status, _text in walk(client, reverse(f"{name}_{journey}", args=row), fields)} == {403}
    assert all_rows_but_of(None) == before
