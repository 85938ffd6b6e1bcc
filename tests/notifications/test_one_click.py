"""One click in an e-mail ends the e-mails, and nothing else does."""

from dataclasses import replace

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Borrower
from notifications import one_click, preferences
from notifications.channels import unsubscribe
from notifications.models import Attempt, Consent, Preference
from tests import factories

FORM = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def attempt(borrower):
    return Attempt.objects.create(
        borrower=borrower, category="due", channel="email", provider="email", language="en", body="…"
    )


@pytest.fixture
def address(attempt, settings):
    settings.PORTAL_URL = "https://portal.example"
    return one_click.address(attempt.pk).removeprefix(settings.PORTAL_URL)


def choose(borrower, channels):
    choice = replace(preferences.of(borrower), channels=channels)
    Preference.objects.create(borrower=borrower, choice=choice.to_json())


def ways(borrower):
    return {channel for order in preferences.of(borrower).channels.values() for channel in order}


def test_the_click_of_a_mail_program_ends_e_mails_and_is_on_record(borrower, address):
    client = Client(enforce_csrf_checks=True)
    assert client.post(address, FORM).status_code == 200
    borrower.refresh_from_db()
    assert ways(borrower) == {"sms", "inbox"}
    assert Consent.objects.get(borrower=borrower).way == "email"
    assert client.post(address, FORM).status_code == 200  # twice is once
    assert Consent.objects.filter(borrower=borrower).count() == 1


def test_a_link_scanner_changes_nothing(borrower, address):
    assert "Stop reminders by e-mail?" in Client().get(address).content.decode()
    assert Client().post(address, {"other": "field"}).status_code == 400
    assert "email" in ways(borrower)


def test_an_address_nobody_signed_is_not_found(db, address):
    assert Client().post(address[:-4] + "abc/", FORM).status_code == 404


def test_who_chose_e_mail_alone_has_the_inbox_then(borrower, address):
    chosen = preferences.of(borrower)
    only = {**dict.fromkeys(chosen.channels, ("email",)), "due": ()}
    choose(borrower, only)
    Client().post(address, FORM)
    borrower.refresh_from_db()
    assert preferences.of(borrower).channels == {**dict.fromkeys(chosen.channels, ("inbox",)), "due": ()}


def test_a_reminder_by_e_mail_offers_the_click_and_meets_the_standard(borrower, reminders, ten, settings):
    settings.PORTAL_URL = "https://portal.example"
    choose(borrower, dict.fromkeys(preferences.of(borrower).channels, ("email",)))
    factories.make_bill(factories.make_loan(borrower))
    reminders.run(ten)
    sent = mail.outbox[-1].extra_headers
    assert set(unsubscribe.unmet(sent)) == {unsubscribe.Must.SIGNED}  # the mail server signs


def test_the_page_speaks_the_language_of_whom_it_is_about(borrower, address):
    Borrower.objects.filter(pk=borrower.pk).update(language="zh-hant")
    page = Client(headers={"Accept-Language": "de"}).get(address).content.decode()
    assert '<html lang="zh-hant"' in page
    assert "停止電子郵件提醒？" in page
