"""Staff hand in a file: they see what it changes, write just that, and a bad line changes nothing."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.conf import settings
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import Borrower, ContactPoint
from loans.models import Bill, CreditAccount, Payment
from notifications import engine
from notifications.models import Reminder
from notifications.words import ReminderState
from tests import factories
from tests.loans.test_sheets import workbook

PAGE = "/admin/loans/importrun/sheet/"


AHEAD = datetime(2026, 1, 29, 16, tzinfo=UTC)  # three days before the bill is due


@pytest.fixture
def loan(borrower):
    loan = factories.make_loan(borrower, reference="L-1")
    factories.make_bill(loan)
    return loan


def show(client, kind, content, name="file.csv"):
    if isinstance(content, str):
        content = content.encode()
    answer = client.post(PAGE, {"kind": kind, "file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 200
    return answer


def signed(answer):
    found = re.search(r'name="signed" value="([^"]+)"', answer.content.decode())
    return html.unescape(found[1]) if found else None


def write(client, answer, **options):
    return client.post(PAGE, {"signed": signed(answer)}, **options)


def outcome(answer):
    return [
        (line.became, [(change.before, change.after) for change in line.changes])
        for line in answer.context["outcome"].lines
    ]


def test_a_corrected_bill_is_shown_first_and_then_written(staff_client, staff, loan):
    shown = show(staff_client, "bills", "account,number,amount\nL-1,1,120.00\n")
    assert outcome(shown) == [("updated", [("100", "120")])]
    bill = loan.bills.get()
    assert bill.amount == 100
    assert write(staff_client, shown).status_code == 302
    bill.refresh_from_db()
    assert (bill.amount, bill.due_on) == (120, date(2026, 2, 1))
    entry = LogEntry.objects.get()
    assert (entry.user, entry.action_flag, entry.object_id) == (staff, CHANGE, str(bill.pk))
    assert "file.csv" in entry.change_message


def test_a_file_with_a_bad_line_changes_nothing(staff_client, loan):
    rows = ["L-1,1,2026-02-01,120.00", "L-1,2,2026-02-30,5.00", "L-9,1,2026-02-01,5.00", "L-1,3,,5"]
    shown = show(staff_client, "bills", "\n".join(["account,number,due_on,amount", *rows]))
    assert [became for became, _ in outcome(shown)] == ["updated", "refused", "refused", "refused"]
    page = html.unescape(shown.content.decode())
    assert "due_on is “2026-02-30”; write a day like 2027-03-15" in page
    assert "there is no account “L-9”" in page
    assert signed(shown) is None
    assert loan.bills.get().amount == 100


def test_what_is_wrong_with_a_line_is_said_in_the_language_of_who_hands_it_in(staff_client, loan):
    staff_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hant"
    rows = ["L-1,1,2026-02-30,5.00", "L-1,two,2026-02-01,5.00", "L-9,1,2026-02-01,5.00"]
    shown = show(staff_client, "bills", "\n".join(["account,number,due_on,amount", *rows]))
    assert [line.why for line in shown.context["outcome"].lines] == [
        "due_on 是「2026-02-30」；日期請寫成 2027-03-15 這樣",
        "number 必須是整數",
        "沒有帳戶「L-9」；請先提交帳戶",
    ]


def test_new_borrowers_and_accounts_come_from_a_workbook(staff_client, staff):
    people = workbook(
        ["reference", "name", "country", "region", "email"], ["B-7", "Grace Kim", "US", "NY", "g@example.com"]
    )
    shown = show(staff_client, "borrowers", people, "people.xlsx")
    assert outcome(shown)[0][0] == "created"
    assert not Borrower.objects.filter(reference="B-7").exists()
    write(staff_client, shown)
    assert ContactPoint.objects.get(borrower__reference="B-7").value == "g@example.com"
    accounts = workbook(
        [
            "reference",
            "borrower",
            "product",
            "currency",
            "principal",
            "instalments",
            "opened_on",
            "annual_rate_pct",
        ],
        ["L-7", "B-7", "instalment_loan", "USD", 1200.5, 12, date(2026, 1, 5), 7.25],
    )
    write(staff_client, show(staff_client, "accounts", accounts, "accounts.xlsx"))
    account = CreditAccount.objects.get(reference="L-7")
    assert (account.principal, account.instalments, account.opened_on) == (
        Decimal("1200.5"),
        12,
        date(2026, 1, 5),
    )
    assert LogEntry.objects.filter(user=staff, action_flag=ADDITION).count() == 2


def test_a_column_that_is_left_out_stays_and_an_empty_cell_empties(staff_client, loan):
    write(staff_client, show(staff_client, "accounts", _account(loan, "instalments", "24")))
    loan.refresh_from_db()
    assert (loan.instalments, loan.principal) == (24, 1200)
    write(staff_client, show(staff_client, "accounts", _account(loan, "instalments", "")))
    loan.refresh_from_db()
    assert (loan.instalments, loan.principal) == (None, 1200)


def _account(loan, column, value):
    return f"reference,{column}\n{loan.reference},{value}\n"


def test_payments_are_booked_by_who_handed_them_in_and_silence_reminders(staff_client, staff, loan):
    call_command("load_defaults")
    engine.tick(now=AHEAD)
    reminder = Reminder.objects.earliest("step_day")
    file = "reference,account,amount,currency,received_on\nP-1,L-1,100.00,USD,2026-01-20\n"
    shown = show(staff_client, "payments", file)
    assert outcome(shown)[0][0] == "created"
    assert not Payment.objects.exists()
    reminder.refresh_from_db()
    assert reminder.state == ReminderState.PLANNED
    write(staff_client, shown)
    assert Payment.objects.get().recorded_by == staff
    reminder.refresh_from_db()
    assert reminder.state == ReminderState.CANCELLED
    again = show(staff_client, "payments", file)
    assert outcome(again) == [("unchanged", [])]


def test_payments_are_taken_back_by_who_handed_it_in(staff_client, staff, loan):
    write(
        staff_client,
        show(
            staff_client,
            "payments",
            "reference,account,amount,currency,received_on\nP-1,L-1,100.00,USD,2026-01-20\n",
        ),
    )
    file = "payment,account,on,reason\nP-1,L-1,2026-01-22,returned\n"
    shown = show(staff_client, "reversals", file)
    assert outcome(shown) == [
        ("created", [("", "L-1"), ("", "2026-01-22"), ("", "returned by the bank")]),
    ]
    assert Payment.objects.exists()
    write(staff_client, shown)
    reversal = Payment.everything.get().reversal
    assert reversal.by == staff
    assert LogEntry.objects.filter(content_type__model="reversal", action_flag=ADDITION).count() == 1
    assert outcome(show(staff_client, "reversals", file)) == [("unchanged", [])]


def test_a_reference_that_no_row_can_have_is_refused(staff_client, loan):
    shown = show(staff_client, "accounts", "reference,instalments\nL\x001,24\n")
    assert outcome(shown) == [("refused", [])]


def test_a_formula_is_refused_as_an_amount(staff_client, loan):
    shown = show(
        staff_client, "bills", workbook(["account", "number", "amount"], ["L-1", 1, "=60*2"]), "f.xlsx"
    )
    assert outcome(shown)[0][0] == "refused"
    assert "=60*2" in html.unescape(shown.content.decode())


def test_what_was_seen_is_what_is_written(staff_client, loan):
    shown = show(staff_client, "bills", "account,number,amount\nL-1,1,120.00\n")
    Bill.objects.update(amount=110)
    answer = write(staff_client, shown)
    assert "The books have changed since the preview" in answer.content.decode()
    assert outcome(answer) == [("updated", [("110", "120")])]
    assert loan.bills.get().amount == 110
    write(staff_client, answer)
    assert loan.bills.get().amount == 120


def test_a_preview_serves_who_saw_it_for_an_hour(staff_client, client, loan):
    shown = show(staff_client, "bills", "account,number,amount\nL-1,1,120.00\n")
    client.force_login(factories.make_staff())
    assert write(client, shown).status_code == 403
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        answer = write(staff_client, shown, follow=True)
    assert loan.bills.get().amount == 100
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("account,number,colour\nL-1,1,red\n", "Unknown columns: colour"),
        ("amount\n5\n", "Missing columns: account, number"),
        ("account,number,number\nL-1,1,1\n", "A column is there twice"),
        ("", "empty"),
    ],
)
def test_a_file_that_is_none_says_why(staff_client, loan, file, words):
    assert words in show(staff_client, "bills", file).content.decode()


def test_each_kind_is_for_who_may_write_it(client, loan):
    clerk = factories.make_staff(is_superuser=False)
    client.force_login(clerk)
    assert client.get(PAGE).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="add_payment"))
    page = client.get(PAGE)
    assert [name for name, _ in page.context["form"].fields["kind"].choices] == ["payments"]
    answer = client.post(
        PAGE, {"kind": "bills", "file": SimpleUploadedFile("f.csv", b"account,number,amount\nL-1,1,5\n")}
    )
    assert "outcome" not in answer.context
    assert loan.bills.get().amount == 100


def test_the_list_of_imports_leads_to_the_page(staff_client):
    assert reverse("admin:loans_importrun_sheet") == PAGE
    assert PAGE in staff_client.get(reverse("admin:loans_importrun_changelist")).content.decode()
