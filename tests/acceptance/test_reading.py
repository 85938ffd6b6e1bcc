"""No input of a case is passed over: each is read, or known to say nothing of the answer."""

import json
from pathlib import Path

import pytest

from tests.acceptance.events import EVERY_CHARGE_KNOWN
from tests.acceptance.groups import GROUPS
from tests.acceptance.reading import Inputs

DATA = Path(__file__).parent.parent / "data"

# What the answer does not depend on, by the group.
IDLE = {
    "allocations": {
        "events[].made_on",  # of a payment: events come in the order they were made
        "events[].kind",  # of a payment: whose money it is does not change what it pays
        "principal",  # the instalments add up to it
    },
    "apr": {"currency", "payments.first"},  # where the first period or the term is given
    "cards": {"currency"},  # where the answer is a number of months
    "charges": {
        "annual_rate_pct",
        "disbursed_on",
        "method",
        "n",
        "period",
        "principal",
    },  # where instalments are
    "delinquency": {"principal", "events[].kind"},
    "mail": {"path"},
    "webhooks": {"header.name"},
}


@pytest.mark.parametrize(
    "path", sorted(DATA.glob("*cases/*.json")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_each_input_is_read_or_says_nothing_of_the_answer(path: Path) -> None:
    passed_over: set[str] = set()
    for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
        inputs = Inputs(case["inputs"])
        GROUPS[path.stem][case["kind"]](case | {"inputs": inputs})
        passed_over |= set(inputs.unread)
    assert passed_over <= IDLE.get(path.stem, set())


def test_what_nobody_read_is_named_at_any_depth() -> None:
    inputs = Inputs({"a": 1, "b": {"c": 2, "d": 3}, "events": [{"on": 1, "by": 2}, {"on": 3}]})
    assert inputs["b"]["c"] == 2
    assert [one["on"] for one in inputs["events"]] == [1, 3]
    assert inputs.unread == ["a", "b.d", "events[].by"]


def test_a_case_by_whose_convention_every_charge_is_known_takes_no_charge_as_it_comes() -> None:
    """300 paid on 10 October, then a fee of 20 booked back to that day: Fineract leaves it to the next payment."""
    cases = json.loads((DATA / "more_cases" / "allocations.json").read_text(encoding="utf-8"))["cases"]
    case = next(one for one in cases if one["id"] == "fineract-charge-replay-uc2")
    known = case | {"convention": {"tags": [EVERY_CHARGE_KNOWN]}}
    fees = [
        [payment["fee"] for payment in GROUPS["allocations"]["allocation"](one)["checkpoints"][0]["payments"]]
        for one in (case, known)
    ]
    assert fees == [[0, 0, 20], [0, 20, 0]]
