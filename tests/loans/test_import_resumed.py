"""An import that is killed goes on where it stopped, and every account is there whole or not at all."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.models import Count, F
from django.db.models.lookups import IsNull
from django.utils import timezone

from accounts.models import Borrower
from loans.models import Allocation, Bill, CreditAccount, ImportRun, Payment
from loans.portfolio import statements
from loans.portfolio.sets import Import
from tests.factories import make_bill, make_loan
from tests.loans import importer

SAMPLE = Path(__file__).parent.parent / "data" / "portfolio" / "sample"
PORTION = 20


class Killed(Exception):
    pass


def books():
    """Everything an import writes, without the ids and instants of the run."""
    return (
        list(Borrower.objects.order_by("reference").values_list("reference", "name", "country", "time_zone")),
        list(
            CreditAccount.objects.order_by("reference").values_list(
                "reference", "status", "reported_balance", "months_past_due"
            )
        ),
        list(
            Bill.objects.order_by("account__reference", "number").values_list(
                "account__reference", "number", "due_on", "amount", "paid", IsNull(F("closed_at"), True)
            )
        ),
        list(Payment.objects.order_by("reference").values_list("reference", "received_on", "amount")),
        list(
            Allocation.objects.order_by("payment__reference", "bill__number").values_list(
                "payment__reference", "bill__number", "amount"
            )
        ),
    )


def take(kind, *, stop_after=None, portion=PORTION):
    written = 0

    def progress(name, share):
        nonlocal written
        if name.startswith("writes"):
            written += 1
            if written == stop_after:
                raise Killed

    task = Import(SAMPLE / kind, timezone.now(), progress, portion=portion)
    task.run()
    return task


def empty():
    for model in (Allocation, Payment, Bill, CreditAccount, Borrower, ImportRun):
        model.objects.all().delete()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["loans", "cards"])
@pytest.mark.parametrize("stop_after", [1, 4, 5])
def test_a_stopped_import_goes_on_and_ends_with_the_same_books(kind, stop_after):
    take(kind, portion=10_000)
    whole = books()
    empty()
    with pytest.raises(Killed):
        take(kind, stop_after=stop_after)
    run = ImportRun.objects.get()
    assert run.finished_at is None
    assert (run.borrowers_to, run.accounts_to) != (0, 0)
    again = take(kind)
    assert again.went_on_after == run.accounts_to
    assert books() == whole
    run.refresh_from_db()
    assert run.finished_at


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_leaves_whole_accounts_and_goes_on_after_them():
    importer.kill_in_the_middle(SAMPLE / "loans", portion=PORTION, after=1)
    accounts = CreditAccount.objects.annotate(count=Count("bills"))
    # Lines 2 to 20 of the first portion: the header is line 1, the second portion fell with its transaction.
    assert accounts.count() == PORTION - 1
    assert all(account.count == account.instalments for account in accounts)
    assert ImportRun.objects.get().accounts_to == PORTION
    out, err = StringIO(), StringIO()
    call_command("import_portfolio", str(SAMPLE / "loans"), stdout=out, stderr=err)
    assert f"Went on after {PORTION} accounts" in err.getvalue()
    resumed = books()
    empty()
    take("loans")
    assert books() == resumed


@pytest.mark.django_db
def test_other_files_begin_anew(tmp_path):
    with pytest.raises(Killed):
        take("loans", stop_after=4)
    folder = tmp_path / "loans"
    folder.mkdir()
    for path in (SAMPLE / "loans").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    borrowers = folder / "borrowers.csv"
    borrowers.write_text(borrowers.read_text().replace("Borrower LC00001", "Grace Kim"))
    task = Import(folder, timezone.now(), lambda name, share: None)
    task.run()
    assert task.went_on_after == 0
    assert Borrower.objects.filter(name="Grace Kim").exists()


@pytest.mark.django_db(transaction=True)
def test_a_second_import_waits_for_the_first():
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute(statements.ONE_AT_A_TIME)
        with pytest.raises(CommandError, match="Another import is running"):
            call_command("import_portfolio", str(SAMPLE / "loans"))
        with other.cursor() as cursor:  # closed, it goes back to the pool, and its session lives on
            cursor.execute(statements.LET_GO)
    finally:
        other.close()


@pytest.mark.django_db
def test_new_payments_of_a_known_loan_are_split_with_the_old_ones_and_reach_reminders(tmp_path, borrower):
    loan = make_loan(borrower, reference="LC00001")
    bill = make_bill(loan, amount="100.00")
    _write(tmp_path, loan, "P-1,LC00001,2026-01-10,30.00,USD,reported\n")
    assert _run(tmp_path) == []
    bill.refresh_from_db()
    assert (bill.paid, bill.closed_at) == (30, None)
    _write(
        tmp_path,
        loan,
        "P-1,LC00001,2026-01-10,30.00,USD,reported\nP-0,LC00001,2026-01-09,70.00,USD,reported\n",
    )
    assert _run(tmp_path) == []
    bill.refresh_from_db()
    assert bill.paid == 100
    assert bill.closed_at is not None
    assert sorted(bill.allocations.values_list("payment__reference", "amount")) == [("P-0", 70), ("P-1", 30)]


@pytest.mark.django_db
def test_an_account_does_not_change_hands(tmp_path, borrower):
    loan = make_loan(borrower, reference="LC00001")
    _write(tmp_path, loan, "")
    (tmp_path / "borrowers.csv").write_text("borrower_id,name,country,region\nOTHER,Other,US,NY\n")
    accounts = tmp_path / "loans.csv"
    accounts.write_text(accounts.read_text().replace(borrower.reference, "OTHER"))
    assert _run(tmp_path) == [(2, "the account LC00001 is another borrower's")]
    assert not Borrower.objects.filter(reference="OTHER").exists()


def _write(folder, loan, payments):
    person = loan.borrower
    borrower = ",".join([person.reference, person.name, person.country, person.region])
    files = {
        "borrowers": f"borrower_id,name,country,region\n{borrower}\n",
        "loans": (
            "loan_id,borrower_id,product,currency,principal,annual_rate_pct,instalments,period,instalment_amount,"
            "disbursed_on,purpose,status,days_past_due_band,reported_balance\n"
            f"{loan.reference},{person.reference},instalment_loan,{loan.currency},1000.00,5.00,12,month,100.00,"
            "2025-12-15,car,Current,0,\n"
        ),
        "instalments": "loan_id,n,due_date,total,principal,interest,balance\n",
        "payments": "payment_id,loan_id,date,amount,currency,basis\n" + payments,
    }
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)


def _run(folder):
    task = Import(folder, timezone.now(), lambda name, share: None)
    task.run()
    return [line for taken in task.taken for line in taken.problems.lines]
