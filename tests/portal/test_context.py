"""What every template knows costs nothing where nobody looks at it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Borrower
from notifications.models import Attempt

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(borrower: Borrower) -> Attempt:
    return Attempt.objects.create(
        borrower=borrower, category="due", channel="inbox", provider="inbox", state="accepted", body="A bill"
    )


def counted(client: Client, path: str, **headers: str) -> int:
    """How often a page asked for the number of new messages."""
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path, headers=headers).status_code == 200
    return sum("COUNT(" in query["sql"] and "read_at" in query["sql"] for query in seen)


def test_new_messages_are_counted_once_for_a_borrower(signed_in: Client, message: Attempt) -> None:
    page = reverse("accounts:profile")
    assert counted(signed_in, page) == 1
    assert 'class="badge">1<' in signed_in.get(page).text


def test_new_messages_are_counted_for_nobody_else(
    client: Client, staff_client: Client, message: Attempt
) -> None:
    assert counted(client, "/") == 0
    assert counted(client, reverse("account_login")) == 0
    assert counted(staff_client, reverse("admin:index")) == 0


def test_what_is_read_is_not_new_any_more(signed_in: Client, message: Attempt) -> None:
    page = signed_in.get(reverse("notifications:message", args=[message.pk])).text
    assert 'class="badge"' not in page
