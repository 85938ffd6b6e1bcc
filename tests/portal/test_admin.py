"""Staff pages: each opens for who may, and for nobody else; recording a payment silences."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils import timezone

from accounts import admin_base
from accounts.models import Invitation, User
from loans.models import Payment
from tests import factories

MODELS = [
    model
    for model in admin.site._registry
    if model.__module__.split(".")[0] in ("accounts", "loans", "notifications")
]


def address(model, page, *arguments):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


@pytest.fixture
def loan(borrower):
    loan = factories.make_loan(borrower)
    factories.make_bill(loan, due_on=timezone.now().date())
    return loan


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_table_opens_for_staff_and_for_nobody_else(model, staff_client, signed_in, client, loan):
    call_command("load_defaults")
    page = address(model, "changelist")
    assert staff_client.get(page).status_code == 200
    assert client.get(page).status_code == 302
    assert signed_in.get(page).status_code in (302, 403)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_row_opens(model, staff_client, loan):
    call_command("load_defaults")
    row = model._default_manager.first()
    if row is not None:
        assert staff_client.get(address(model, "change", row.pk)).status_code == 200


def test_a_recorded_payment_closes_the_bill(staff_client, loan):
    page = reverse("admin:loans_creditaccount_record_payment", args=[loan.pk])
    assert staff_client.get(page).status_code == 200
    form = {"amount": "100", "received_on": timezone.now().date().isoformat(), "reference": ""}
    assert staff_client.post(page, form).status_code == 302
    assert Payment.objects.get().amount == 100
    assert loan.bills.get().closed_at is not None


def test_a_refused_payment_says_why(staff_client, loan):
    page = reverse("admin:loans_creditaccount_record_payment", args=[loan.pk])
    answer = staff_client.post(page, {"amount": "-1", "received_on": "2026-01-01", "reference": ""})
    assert "must be more than 0" in answer.content.decode()
    assert not Payment.objects.exists()


def test_a_payment_sent_twice_books_once(staff_client, loan):
    page = reverse("admin:loans_creditaccount_record_payment", args=[loan.pk])
    offered = staff_client.get(page).context["form"]["reference"].value()
    form = {"amount": "40", "received_on": timezone.now().date().isoformat(), "reference": offered}
    assert [staff_client.post(page, form).status_code for _twice in range(2)] == [302, 200]
    assert Payment.objects.get().reference == offered


def test_more_than_is_owed_is_booked_only_by_who_says_that_it_is_right(staff_client, loan):
    page = reverse("admin:loans_creditaccount_record_payment", args=[loan.pk])
    form = {"amount": "99999999", "received_on": timezone.now().date().isoformat(), "reference": ""}
    assert "is_surely_more" not in staff_client.get(page).content.decode()
    assert "Correct the amount, or say below" in staff_client.post(page, form).content.decode()
    assert not Payment.objects.exists()
    assert staff_client.post(page, form | {"is_surely_more": "on"}).status_code == 302


def test_money_that_came_before_the_account_was_opened_is_refused(staff_client, loan):
    loan.opened_on = timezone.now().date()
    loan.save()
    page = reverse("admin:loans_creditaccount_record_payment", args=[loan.pk])
    answer = staff_client.post(page, {"amount": "10", "received_on": "1990-01-01", "reference": ""})
    assert "A payment cannot have come before." in answer.content.decode()
    assert not Payment.objects.exists()


def test_staff_read_what_the_borrower_owes_and_find_the_person_by_the_account(staff_client, loan):
    loan.reported_balance, loan.reported_at = 1000, timezone.now() - timedelta(hours=1)
    loan.save()
    staff_client.post(
        reverse("admin:loans_creditaccount_record_payment", args=[loan.pk]),
        {"amount": "40", "received_on": timezone.now().date().isoformat(), "reference": ""},
    )
    assert "$960.00" in staff_client.get(address(type(loan), "change", loan.pk)).content.decode()
    for _kind in range(2):
        factories.make_contact_point(loan.borrower)
    found = staff_client.get(address(type(loan.borrower), "changelist"), {"q": loan.reference})
    assert list(found.context["cl"].result_list) == [loan.borrower]


def test_a_borrower_is_invited_at_their_address(staff_client, stranger, mailoutbox):
    person = factories.make_borrower()
    point = factories.make_contact_point(person, kind="email")
    page = reverse("admin:accounts_borrower_invite", args=[person.pk])
    assert staff_client.post(page, {"sent_to": point.pk}).status_code == 302
    assert Invitation.objects.get().sent_to == point
    assert mailoutbox[0].to == [point.value]


def test_staff_without_the_right_cannot_record_a_payment(client, loan):
    client.force_login(factories.make_staff(is_superuser=False))
    assert client.get(reverse("admin:loans_creditaccount_record_payment", args=[loan.pk])).status_code == 403


def test_who_may_change_logins_can_give_nobody_rights(client, staff):
    clerk = factories.make_staff(is_superuser=False)
    clerk.user_permissions.add(Permission.objects.get(codename="change_user"))
    client.force_login(clerk)
    own = address(User, "change", clerk.pk)
    assert client.get(own).status_code == 200
    form = {
        "email": "clerk@example.com",
        "phone": "",
        "name": "Clerk",
        "is_superuser": "on",
        "is_staff": "on",
    }
    assert client.post(own, form | {"is_active": "on"}).status_code == 302
    clerk.refresh_from_db()
    assert (clerk.name, clerk.is_superuser) == ("Clerk", False)
    assert client.post(address(User, "change", staff.pk), form).status_code == 403
    assert client.post(reverse("admin:auth_user_password_change", args=[staff.pk]), {}).status_code == 403


def test_a_proved_address_is_not_rewritten_by_staff(staff_client, borrower):
    point = borrower.contact_points.get(kind="email")
    form = {"reference": borrower.reference, "name": borrower.name, "country": "US", "region": "NY"}
    form |= {"language": "en", "time_zone": "Asia/Taipei", "user": borrower.user_id}
    prefix = "contact_points"
    form |= {f"{prefix}-TOTAL_FORMS": 3, f"{prefix}-INITIAL_FORMS": 2, f"{prefix}-0-id": point.pk}
    form |= {f"{prefix}-0-value": "other@example.com", f"{prefix}-0-kind": "email"}
    form |= {
        f"{prefix}-2-kind": "email",
        f"{prefix}-2-value": "new@example.com",
        f"{prefix}-2-source": "lender",
    }
    assert staff_client.post(address(type(borrower), "change", borrower.pk), form).status_code == 302
    borrower.refresh_from_db()
    assert borrower.time_zone == "Asia/Taipei"
    values = dict(borrower.contact_points.filter(kind="email").values_list("value", "verified_at"))
    assert values == {point.value: point.verified_at, "new@example.com": None}


def test_staff_read_amounts_to_their_currencys_places_and_reach_an_accounts_bills(staff_client, borrower):
    yen = factories.make_loan(borrower, currency="JPY", principal=1234)
    factories.make_bill(yen, amount=567)
    own = staff_client.get(address(type(yen), "change", yen.pk)).text
    assert "¥1,234" in own
    assert "1,234.000" not in own
    bills = address(type(yen.bills.get()), "changelist") + f"?q={yen.reference}"
    assert bills in own
    assert "¥567" in staff_client.get(bills).text


def test_a_list_that_takes_too_long_is_stopped_and_says_what_to_do(staff_client, borrower, monkeypatch):
    monkeypatch.setattr(admin_base, "LONGEST", 50)  # milliseconds
    table = admin.site._registry[type(borrower)]
    slow = type(borrower).objects.annotate(slept=RawSQL("pg_sleep(60)::text", [])).filter(slept="")
    monkeypatch.setattr(table, "get_queryset", lambda request: slow)
    page = address(type(borrower), "changelist")
    answer = staff_client.get(page, {"language__exact": "en"})
    assert (answer.status_code, answer["Location"]) == (302, page)
    monkeypatch.undo()
    assert "That is too much to look through." in staff_client.get(page).text


def test_groups_and_proved_addresses_stand_among_people(staff_client):
    apps = staff_client.get(reverse("admin:index")).context["app_list"]
    assert [app["app_label"] for app in apps] == ["loans", "accounts", "notifications"]
    assert {"Group", "EmailAddress", "Borrower"} <= {table["object_name"] for table in apps[1]["models"]}
