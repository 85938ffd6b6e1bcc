"""Staff who look at a borrower's row leave a trace: who, when, which row, whose."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.looks import path_to_borrower
from accounts.models import Borrower, Invitation, StaffLook, User
from loans.models import Allocation, ApiCall, CreditAccount, Payment, Reversal
from notifications.models import Attachment, Attempt, Cadence, Conversation, Hold, RecordedContact, Worker
from tests import factories
from tests.portal import rows

pytestmark = pytest.mark.django_db


def page(model: type[Model], name: str, *arguments: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=arguments)


def looks() -> list[tuple[Any, ...]]:
    noted = StaffLook.objects.filter(by__isnull=False)  # `rows` makes one that is nobody's
    return list(noted.order_by("pk").values_list("by", "kind", "row", "borrowers"))


@pytest.mark.parametrize(
    ("model", "path"),
    [
        (Borrower, "pk"),
        (User, "borrower"),
        (Invitation, "borrower__pk"),  # and not by who invited
        (CreditAccount, "borrower__pk"),
        (Allocation, "payment__account__borrower__pk"),
        (Attachment, "message__conversation__borrower__pk"),
        (Cadence, ""),
        (ApiCall, ""),
    ],
)
def test_a_row_is_its_borrowers(model: type[Model], path: str) -> None:
    assert path_to_borrower(model) == path


def test_each_page_about_one_row_is_noted(staff_client: Client, staff: User, borrower: Borrower) -> None:
    hold = rows.belongings(borrower)[Hold]
    for name in ("change", "history"):
        assert staff_client.get(page(Hold, name, hold.pk)).status_code == 200
    assert looks() == [(staff.pk, "notifications.hold", str(hold.pk), [borrower.pk])] * 2


def test_a_payment_that_was_taken_back_is_looked_at_like_any_other(
    staff_client: Client, staff: User, borrower: Borrower
) -> None:
    taken_back = rows.belongings(borrower)[Reversal].payment  # type: ignore[attr-defined]
    staff_client.get(page(Payment, "change", taken_back.pk))
    assert looks() == [(staff.pk, "loans.payment", str(taken_back.pk), [borrower.pk])]


def test_a_journey_and_a_file_are_noted(staff_client: Client, staff: User, borrower: Borrower) -> None:
    owned = rows.belongings(borrower)
    staff_client.get(page(Conversation, "answer", owned[Conversation].pk))
    staff_client.get(page(Attachment, "download", owned[Attachment].pk))
    assert [(kind, people) for _by, kind, _row, people in looks()] == [
        ("notifications.conversation", [borrower.pk]),
        ("notifications.attachment", [borrower.pk]),
    ]


@pytest.mark.parametrize("model", [Hold, RecordedContact])
def test_the_form_for_a_new_row_of_a_borrower_is_noted(
    staff_client: Client, staff: User, borrower: Borrower, model: type[Model]
) -> None:
    assert staff_client.get(page(model, "add"), {"borrower": borrower.pk}).status_code == 200
    assert looks() == [(staff.pk, "accounts.borrower", str(borrower.pk), [borrower.pk])]


def test_the_engines_page_is_noted_for_whom_it_names_and_not_each_time_it_comes_anew(
    staff_client: Client, staff: User, borrower: Borrower
) -> None:
    attempt = rows.belongings(borrower)[Attempt]
    Attempt.objects.filter(pk=attempt.pk).update(state="unknown", started_at=timezone.now())
    for headers in ({}, {"HX-Request": "true", "HX-Trigger": "engine"}):
        answer = staff_client.get(page(Worker, "changelist"), headers=headers)
        assert [each.pk for each in answer.context["unknowns"]] == [attempt.pk]
    assert looks() == [(staff.pk, "notifications.attempt", "", [borrower.pk])]


def test_a_list_is_one_row_with_everybody_on_it(
    staff_client: Client, staff: User, borrower: Borrower, stranger: Borrower
) -> None:
    for person in (borrower, borrower, stranger):
        factories.make_loan(person)
    staff_client.get(page(CreditAccount, "changelist"))
    assert looks() == [(staff.pk, "loans.creditaccount", "", sorted([borrower.pk, stranger.pk]))]


def test_what_belongs_to_nobody_and_what_was_refused_leaves_no_trace(
    client: Client, staff_client: Client, borrower: Borrower
) -> None:
    staff_client.get(page(Cadence, "changelist"))
    factories.make_login(email="new@example.com", is_staff=True)
    client.force_login(User.objects.get(email="new@example.com"))
    assert client.get(page(Borrower, "change", borrower.pk)).status_code == 403
    assert looks() == []


def test_who_may_see_the_looks_asks_who_looked_at_a_person(
    client: Client, staff_client: Client, borrower: Borrower, stranger: Borrower
) -> None:
    for person in (borrower, stranger):
        staff_client.get(page(Borrower, "change", person.pk))
    auditor = factories.make_login(email="auditor@example.com", is_staff=True)
    path = page(StaffLook, "changelist")
    client.force_login(auditor)
    assert client.get(path).status_code == 403
    auditor.user_permissions.add(Permission.objects.get(codename="view_stafflook"))
    answer = client.get(path, {"q": borrower.reference})
    assert [look.borrowers for look in answer.context["cl"].result_list] == [[borrower.pk]]
    assert client.get(path, {"q": "nobody"}).context["cl"].result_list.count() == 0
