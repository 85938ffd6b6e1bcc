"""What a person takes away: all that is theirs, nothing of anybody else, and no secret."""

import csv
import io
import json
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db.models import ForeignKey, Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import my_data, sealing
from accounts.models import Borrower, User
from accounts.my_data import SECTIONS
from loans.models import CreditAccount, FineractLoan
from notifications.models import Attempt, Lane, ReminderAnswer
from tests import factories
from tests.portal import rows

PAGE, DOWNLOAD = reverse("accounts:my_data"), reverse("accounts:my_data_download")
pytestmark = pytest.mark.django_db

# What hangs on a person and is not told to them, and why.
LEFT_OUT = {
    Lane: "where the engine stands with its work; says nothing of the person",
    FineractLoan: "the core system's number of a loan, and a checksum; says nothing more of the person",
    EmailConfirmation: "allauth's links to confirm an address, which are not used here",
}


def taken(borrower: Borrower) -> tuple[dict[str, Any], dict[str, list[dict[str, str]]]]:
    """The JSON file, and the rows of each CSV file."""
    with zipfile.ZipFile(io.BytesIO(my_data.archive(borrower, now=timezone.now()))) as packed:
        told = json.loads(packed.read("my-data.json"))
        tables = {
            name.removesuffix(".csv"): list(
                csv.DictReader(io.StringIO(packed.read(name).decode("utf-8-sig")))
            )
            for name in packed.namelist()
            if name.endswith(".csv")
        }
    return told, tables


def test_every_kind_of_row_that_belongs_to_a_borrower_is_in_a_section_or_left_out_for_a_reason(
    borrower: Borrower,
) -> None:
    told = {section.rows(borrower).model for section in SECTIONS.values()}
    belonging: set[type[Model]] = {Borrower, User}
    while more := {model for model in apps.get_models() if _hangs_on(model, belonging)} - belonging:
        belonging |= more
    assert {model.__name__ for model in belonging - told - set(LEFT_OUT)} == set()


def _hangs_on(model: type[Model], belonging: set[type[Model]]) -> bool:
    """By a foreign key that makes the row the person's; staff are named on rows too, and shared tables hang on none."""
    if model._meta.app_label not in {"account", "accounts", "loans", "mfa", "notifications", "usersessions"}:
        return False
    by_staff = {
        "by",
        "invited_by",
        "given_by",
        "set_by",
        "recorded_by",
        "written_by",
        "ended_by",
        "created_by",
    }
    names = by_staff | {"approved_by"}
    keys = [
        field for field in model._meta.fields if isinstance(field, ForeignKey) and field.name not in names
    ]
    return any(field.related_model in belonging for field in keys)


def test_everything_of_a_person_is_in_the_archive_and_the_tables_say_the_same(borrower: Borrower) -> None:
    message = rows.belongings(borrower)[Attempt]
    ReminderAnswer.objects.create(attempt=message, kind="paid")
    told, tables = taken(borrower)
    assert {name for name, found in told.items() if not found} <= {
        "sessions",
        "payments_taken_back",
        "calendar_feed",
    }
    assert {name: len(found) for name, found in tables.items()} == {
        name: len(told[name]) for name in SECTIONS
    }
    assert told["profile"][0]["name"] == "Zhang Wei"
    assert told["messages"][0]["body"] == tables["messages"][0]["body"] == rows.WORDS
    assert "3 days before" in told["reminders"][0]["why"]
    assert told["consents"][0]["digest"] == tables["consents"][0]["digest"]
    assert told["conversation_files"][0]["name"] == "letter.pdf"


def test_nothing_of_another_person_is_in_it(borrower: Borrower, stranger: Borrower) -> None:
    theirs = rows.belongings(stranger)
    told, _tables = taken(borrower)
    text = json.dumps(told)
    assert "Maria Silva" not in text
    assert theirs[CreditAccount].reference not in text  # type: ignore[attr-defined]
    assert all(
        not found
        for name, found in told.items()
        if name not in ("made_at", "profile", "login", "contact_points")
    )


def test_no_secret_is_in_it(borrower: Borrower) -> None:
    login = User.objects.get(borrower=borrower)
    Authenticator.objects.create(user=login, type="totp", data={"secret": sealing.seal("TOPSECRET")})
    text = json.dumps(taken(borrower)[0])
    assert login.password not in text
    assert "secret" not in text
    assert '"totp"' in text


def test_a_cell_that_a_spreadsheet_would_run_is_a_text(borrower: Borrower) -> None:
    Borrower.objects.filter(pk=borrower.pk).update(name="=HYPERLINK(1)")
    told, tables = taken(borrower)
    assert told["profile"][0]["name"] == "=HYPERLINK(1)"
    assert tables["profile"][0]["name"] == "'=HYPERLINK(1)"


def test_an_amount_below_0_stays_a_number(borrower: Borrower) -> None:
    factories.make_loan(borrower, reported_balance=Decimal("-5.250"))
    assert taken(borrower)[1]["accounts"][0]["reported_balance"] == "-5.250"


def test_it_wants_a_step_up_and_a_form_and_has_a_limit(borrower: Borrower, signed_in: Client) -> None:
    for answer in (signed_in.get(PAGE), signed_in.post(DOWNLOAD)):
        assert answer["Location"].startswith(reverse("accounts:step_up"))
    login = User.objects.get(borrower=borrower)
    EmailAddress.objects.create(user=login, email=str(login.email), verified=True, primary=True)
    fresh = Client()
    fresh.post(
        reverse("account_login"), {"login": login.email, "password": factories.PASSWORD, "way": "password"}
    )
    assert fresh.get(PAGE).status_code == 200
    assert fresh.get(DOWNLOAD).status_code == 405
    answers = [fresh.post(DOWNLOAD) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[0]["Content-Disposition"].startswith('attachment; filename="my-data-')
    assert "no-store" in answers[0]["Cache-Control"]
    assert zipfile.is_zipfile(io.BytesIO(answers[0].content))
