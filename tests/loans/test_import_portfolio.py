"""A portfolio is taken whole or not at all, and adds up to what the lender says."""

import gzip
import json
import shutil
import tracemalloc
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Borrower
from loans import imports
from loans.models import Allocation, Bill, CreditAccount, ImportRun, Payment
from loans.portfolio import columns, reading

DATA = Path(__file__).parent.parent / "data" / "portfolio"
TOTALS = json.loads((DATA / "totals.json").read_text())

pytestmark = pytest.mark.django_db


def load(folder):
    out, err = StringIO(), StringIO()
    try:
        call_command("import_portfolio", str(folder), stdout=out, stderr=err)
    except CommandError as error:
        return None, f"{err.getvalue()}{error}"
    return json.loads(out.getvalue()), err.getvalue()


def sample(tmp_path, kind):
    folder = tmp_path / kind
    shutil.copytree(DATA / "sample" / kind, folder)
    return folder


def change(path, change):
    lines = path.read_text().splitlines()
    path.write_text("\n".join(change(lines)) + "\n")


@pytest.mark.parametrize("name", ["loans-us-2018q1", "cards-tw-2005"])
def test_a_whole_portfolio_adds_up_to_the_lenders_totals_and_a_second_run_changes_nothing(name):
    summary, problems = load(DATA / name)
    assert summary is not None, problems
    assert {key: summary[key] for key in TOTALS[name]} == TOTALS[name]
    again, _ = load(DATA / name)
    assert {file["created"] + file["changed"] for file in again["files"].values()} == {0}


def test_replayed_payments_lead_to_the_reported_balance():
    load(DATA / "sample" / "loans")
    near = 0
    for loan in CreditAccount.objects.filter(payments__isnull=False, status="open").distinct():
        paid = loan.bills.filter(closed_at__isnull=False).order_by("-number").first()
        near += paid is not None and abs(paid.balance_after - loan.reported_balance) <= Decimal("0.02")
    assert near >= 30
    assert all(
        bill.paid == sum(one.amount for one in bill.allocations.all()) for bill in Bill.objects.all()[:500]
    )


def test_only_the_newest_statement_of_a_card_is_open():
    load(DATA / "sample" / "cards")
    assert all(card.bills.filter(closed_at=None).count() <= 1 for card in CreditAccount.objects.all())
    assert Allocation.objects.exists()


@pytest.mark.parametrize(
    ("file", "edit", "line", "problem"),
    [
        (
            "payments",
            lambda lines: [lines[0] + ",colour", *(one + ",red" for one in lines[1:])],
            1,
            "unknown columns: colour",
        ),
        ("payments", lambda lines: [one.rsplit(",", 1)[0] for one in lines], 1, "lacks the columns: basis"),
        (
            "payments",
            lambda lines: [lines[0], lines[1].replace("652.53", "-1.00"), *lines[2:]],
            2,
            "more than 0",
        ),
        (
            "payments",
            lambda lines: [lines[0], lines[1].replace("652.53", "1e9"), *lines[2:]],
            2,
            "write an amount",
        ),
        (
            "payments",
            lambda lines: [*lines, "X-1,LC99999,2018-04-15,1.00,USD,derived"],
            187,
            "no account LC99999",
        ),
        ("payments", lambda lines: [lines[0], lines[1].replace("USD", "EUR"), *lines[2:]], 2, "is in EUR"),
        ("payments", lambda lines: [*lines, lines[5]], 187, "a second time"),
        ("payments", lambda lines: [*lines, "a,b"], 187, "has 2 cells"),
        (
            "payments",
            lambda lines: [lines[0], lines[1].replace("2018-04-15", "2018-02-30"), *lines[2:]],
            2,
            "write a day",
        ),
        (
            "loans",
            lambda lines: [lines[0], lines[1].replace("BLC00001", "NOBODY"), *lines[2:]],
            2,
            "no borrower NOBODY",
        ),
        ("borrowers", lambda lines: [lines[0], lines[1].replace("US", "XX"), *lines[2:]], 2, "country"),
    ],
)
def test_a_bad_line_is_named_and_nothing_of_its_file_is_kept(tmp_path, file, edit, line, problem):
    folder = sample(tmp_path, "loans")
    change(folder / f"{file}.csv", edit)
    summary, report = load(folder)
    assert summary is None
    assert f"{file}.csv:{line}: " in report
    assert problem in report
    assert not Payment.objects.exists()
    if file == "borrowers":
        assert not Borrower.objects.exists()


def test_every_bad_line_is_reported(tmp_path):
    folder = sample(tmp_path, "loans")
    change(
        folder / "payments.csv", lambda lines: [lines[0], *(one.replace("USD", "usd") for one in lines[1:])]
    )
    _, report = load(folder)
    assert report.count("payments.csv:") == 185


def test_staff_learn_of_refused_files_until_good_ones_come(tmp_path):
    folder = sample(tmp_path, "loans")
    good = (folder / "payments.csv").read_text()
    change(folder / "payments.csv", lambda lines: [*lines, "a,b"])
    load(folder)
    refused = ImportRun.objects.get()
    assert (refused.refused_lines, refused.finished_at) == (1, None)
    assert refused.problems.startswith("payments.csv:187: ")
    assert list(imports.refused(ImportRun.objects.all())) == [refused]
    (folder / "payments.csv").write_text(good)
    assert load(folder)[0] is not None
    assert not imports.refused(ImportRun.objects.all()).exists()
    assert not imports.unfinished(ImportRun.objects.all()).exists()


def test_memory_does_not_grow_with_the_file_and_its_last_line_is_named(tmp_path):
    def peak(lines: int) -> int:
        path = tmp_path / "borrowers.csv"
        with path.open("w") as file:
            file.write("borrower_id,name,country,region\n")
            file.writelines(f"B{n},Person {n},US,NY\n" for n in range(lines))
            file.write("B,Person,US,NY,one cell too many\n")
        problems = reading.Problems()
        tracemalloc.start()
        for _ in reading.rows(path, columns.BORROWERS, problems, lambda name, share: None):
            pass
        memory = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert problems.lines == [(lines + 2, "has 5 cells, the header has 4")]
        return memory

    peak(100)  # opens what is kept
    assert peak(20_000) < 2 * peak(2_000)


def test_another_encoding_is_named(tmp_path):
    folder = sample(tmp_path, "loans")
    path = folder / "borrowers.csv"
    path.write_bytes(path.read_bytes().replace(b"Borrower LC00002", "Müller".encode("latin-1")))
    _, report = load(folder)
    assert "Save the file as UTF-8" in report
    assert not Borrower.objects.exists()


def test_a_torn_archive_is_named(tmp_path):
    folder = sample(tmp_path, "loans")
    whole = gzip.compress((folder / "borrowers.csv").read_bytes())
    (folder / "borrowers.csv").unlink()
    (folder / "borrowers.csv.gz").write_bytes(whole[: len(whole) // 2])
    _, report = load(folder)
    assert "Is the file complete?" in report
    assert not Borrower.objects.exists()


def test_a_folder_without_a_portfolio_says_what_it_needs(tmp_path):
    _, report = load(tmp_path)
    assert "neither loans.csv nor accounts.csv" in report
