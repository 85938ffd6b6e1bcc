"""The back-test: what each pace would have sent, counted by hand for a few and by arithmetic for the portfolio."""

import csv
import gzip
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from notifications.backtest import backtest, read_outcomes

CARDS = Path(__file__).parent.parent / "data" / "portfolio" / "cards-tw-2005"
MONTHS = [f"2026-{month:02}" for month in range(1, 7)]


def write(folder, **accounts):
    """One statement of 5,000 a month for each account, with its months past due in the order of the months."""
    with (folder / "statements.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["account_id", "month", "bill_amount", "repayment_status", "months_past_due"])
        for account, late in accounts.items():
            for month, number in zip(MONTHS, late, strict=True):
                out.writerow([account, month, "5000.00", number, number])
    return folder


def run(folder, **options):
    out = StringIO()
    call_command("backtest_pace", str(folder), json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def test_a_reliable_and_an_irregular_payer_are_counted_message_by_message(tmp_path):
    figures = run(write(tmp_path, good=[0, 0, 0, 0, 0, 1], bad=[0, 1, 0, 1, 1, 0]), days_before=[0])
    assert (figures["learned"], figures["judged"]) == (MONTHS[:4], MONTHS[4:])
    [result] = figures["results"]
    assert (result["bills"], result["bills_late"], result["accounts_late"]) == (4, 2, 2)
    paces = {name: sent["contacts"] for name, sent in result["paces"].items()}
    assert paces == {
        "fixed": 2 * 4 + 2 * 6,  # four up to the due date, two more where the bill stays open
        "gentle": 2 * 2 + 2 * 3,
        "auto": (2 + 4) + (6 + 4),  # good: -1 and 0, and +3 and +7 for the slip; bad: everything
        "auto_learning_on": (2 + 4) + (6 + 4),
        "auto_if_silent": (0 + 2) + (6 + 4),
    }
    assert result["paces"]["auto"]["accounts_late_without_reminder"] == 0
    assert result["paces"]["auto_if_silent"]["share_late_without_reminder"] == 0.5
    assert set(result["habits"]) == {"on_day", "irregular"}


def test_who_pays_days_before_hears_only_what_comes_before_that_day(tmp_path):
    [result] = run(write(tmp_path, good=[0] * 6), days_before=[5])["results"]
    paces = {name: sent["contacts"] for name, sent in result["paces"].items()}
    assert paces.pop("fixed") == 2  # -7 twice; -3 would come after the payment
    assert set(paces.values()) == {0}


def test_a_slip_is_learned_from_only_where_learning_goes_on(tmp_path):
    [result] = run(write(tmp_path, one=[0, 0, 0, 0, 1, 0]), days_before=[0])["results"]
    assert result["paces"]["auto"]["contacts"] == 4 + 2
    assert result["paces"]["auto_learning_on"]["contacts"] == 4 + 4  # irregular now: every reminder


def test_a_statement_that_demands_nothing_is_no_bill(tmp_path):
    (tmp_path / "statements.csv").write_text(
        "account_id,month,bill_amount,months_past_due\n"
        + "".join(
            f"A,{month},{amount},0\n" for month, amount in zip(MONTHS, [9, 0, -3, 9, 9, 9], strict=True)
        )
    )
    assert [f"{one.due_on:%Y-%m}" for one in read_outcomes(tmp_path)["A"]] == [
        "2026-02",
        "2026-05",
        "2026-06",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "statements.csv"),
        ("account_id,month\n", "statements.csv:1: lacks the columns"),
        ("account_id,month,bill_amount,months_past_due\nA,2026-13,1,0\n", "statements.csv:2: month"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, text, says):
    if text is not None:
        (tmp_path / "statements.csv").write_text(text)
    with pytest.raises(CommandError, match=says):
        run(tmp_path)


def test_there_must_be_months_left_to_judge_by(tmp_path):
    with pytest.raises(CommandError, match="6 months"):
        run(write(tmp_path, one=[0] * 6), learn=6)


def test_the_table_for_people_holds_every_pace(tmp_path):
    out = StringIO()
    call_command("backtest_pace", str(write(tmp_path, one=[0] * 6)), stdout=out)
    assert all(f"\n{name} " in out.getvalue() for name in ("fixed", "gentle", "auto"))


def test_the_figures_of_the_taiwan_cards_are_those_of_the_document():
    figures = backtest(read_outcomes(CARDS), learn=4, days_before=[0, 5])
    assert figures["judged"] == ["2005-08", "2005-09"]
    late = counted_late({"2005-08": "2005-07", "2005-09": "2005-08"})
    for result in figures["results"]:
        assert (result["accounts_with_bills"], result["bills"], result["bills_late"]) == (
            13_861,
            26_642,
            late,
        )
        assert sum(group["bills"] for group in result["habits"].values()) == result["bills"]
    on_day, early = (
        {name: sent["contacts"] for name, sent in one["paces"].items()} for one in figures["results"]
    )
    assert on_day == {
        "fixed": 116_360,
        "gentle": 58_180,
        "auto": 79_484,
        "auto_learning_on": 80_110,
        "auto_if_silent": 42_608,
    }
    share = {
        name: sent["share_late_without_reminder"] for name, sent in figures["results"][0]["paces"].items()
    }
    assert share == {"fixed": 0, "gentle": 0, "auto": 0, "auto_learning_on": 0, "auto_if_silent": 0.0738}
    assert on_day["fixed"] == 4 * 26_642 + 2 * late
    assert on_day["gentle"] == 2 * 26_642 + late
    assert early == {
        "fixed": 51_122,
        "gentle": 14_688,
        "auto": 29_816,
        "auto_learning_on": 30_925,
        "auto_if_silent": 28_382,
    }


def counted_late(statement_of):
    """Bills late in the months of judging, counted in the file itself."""
    balance, late = {}, {}
    with gzip.open(CARDS / "statements.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            balance[row["account_id"], row["month"]] = float(row["bill_amount"])
            late[row["account_id"], row["month"]] = row["months_past_due"] != "0"
    return sum(
        is_late and balance[account, statement_of[month]] > 0
        for (account, month), is_late in late.items()
        if month in statement_of
    )
