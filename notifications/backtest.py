"""What each pace would have sent to a card portfolio's holders, judged on months the habit has not seen.

docs/habit.md says what these figures can tell and what they cannot: which messages the lender really sent, and on
which day of a month money came, is not in the files.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from loans.portfolio import columns
from loans.portfolio.reading import FileError, Problems, Row, find, rows
from loans.portfolio.sets import CARD_DUE_AFTER
from notifications.habit import Habit, Kind, PastBill, habit
from notifications.pace import Drop, Pace, Rung, Soften, keeps

# The standard cadence of `load_defaults`: offset in days, days of use.
CADENCE = (Rung(-7, 3), Rung(-3, 1), Rung(-1), Rung(0), Rung(3, 3), Rung(7, 6))
MONTH = timedelta(days=30)  # the files tell lateness in months
UNUSED = -2  # repayment_status of a month in which the card was not used
RELIABLE = (Kind.EARLY, Kind.ON_DAY, Kind.AUTOPAY)


@dataclass(frozen=True)
class Outcome:
    """What became of one statement's demand by the end of the month it was due in."""

    due_on: date
    months_late: int  # 0: at least the minimum was paid on time

    def offset(self, days_before: int) -> int:
        """Days from the due date to the payment. days_before: what is assumed of those on time."""
        return self.months_late * MONTH.days if self.months_late else -days_before


@dataclass(frozen=True)
class Judged:
    """A bill of the months of judging."""

    paid: int  # days from its due date
    latest: Habit  # as the month it was due in began


@dataclass(frozen=True)
class Person:
    """One account: its habit after the months of learning, and its bills in the months of judging."""

    habit: Habit
    bills: tuple[Judged, ...]


@dataclass(frozen=True)
class Policy:
    """sends: the days from the due date on which a person with this habit hears of a bill that stays open."""

    name: str
    sends: Callable[[Habit], tuple[int, ...]]
    learns_on: bool = False  # goes by the latest habit, as the portal does, not by the one first learned


def read_outcomes(folder: Path) -> dict[str, list[Outcome]]:
    """Each account's outcomes, oldest first. The report of a month speaks of the statement of the month before.

    A statement that demands nothing has none. The file's first month is taken as a demand where the lender says
    the card was used: its statement is not in the file. FileNotFoundError, ValueError: no such file, or a bad
    line in it.
    """
    path = find(folder, columns.STATEMENTS.name)
    if path is None:
        raise FileNotFoundError(
            f"{folder} holds no statements.csv (or .csv.gz). Name a card portfolio's folder."
        )
    problems = Problems()
    accounts: defaultdict[str, list[Row]] = defaultdict(list)
    try:
        for _, row in rows(path, columns.STATEMENTS, problems, lambda name, share: None):
            accounts[row["account_id"]].append(row)
    except FileError as error:
        raise ValueError(f"{path.name}:{error.line}: {error}") from error
    if problems.count:
        line, text = problems.lines[0]
        raise ValueError(f"{path.name}:{line}: {text}; {problems.count} lines are wrong. Correct them first.")
    return {account: list(_outcomes(statements)) for account, statements in accounts.items()}


def _outcomes(statements: list[Row]) -> Iterable[Outcome]:
    statements.sort(key=lambda row: row["month"])
    first = statements[0]
    if first.get("repayment_status", UNUSED) != UNUSED:
        closing = first["month"].replace(day=1) - timedelta(days=1)
        yield Outcome(closing + CARD_DUE_AFTER, first["months_past_due"])
    for before, now in pairwise(statements):
        demand = before["bill_amount"] if before.get("minimum_due") is None else before["minimum_due"]
        if demand > Decimal(0):
            due_on = before.get("due_date") or before["month"] + CARD_DUE_AFTER
            yield Outcome(due_on, now["months_past_due"])


def months(outcomes: Mapping[str, Sequence[Outcome]]) -> list[str]:
    """The months bills were due in, as 2005-04, oldest first."""
    return sorted({f"{one.due_on:%Y-%m}" for bills in outcomes.values() for one in bills})


def backtest(
    outcomes: Mapping[str, Sequence[Outcome]], *, learn: int, days_before: Sequence[int]
) -> dict[str, Any]:
    """Learn the habits from the first `learn` months and count what each pace sends in the others.

    days_before: assumptions of how many days before the due date payments on time came, one result for each.
    ValueError: there is no month left to judge by.
    """
    known = months(outcomes)
    if not 0 < learn < len(known):
        raise ValueError(
            f"The files hold {len(known)} months of due dates; learn from fewer than these, not {learn}."
        )
    border = date.fromisoformat(f"{known[learn]}-01")
    return {
        "accounts": len(outcomes),
        "learned": known[:learn],
        "judged": known[learn:],
        "results": [
            {"on_time_days_before_due": days, **_result(_people(outcomes, border, days))}
            for days in days_before
        ],
    }


def _people(outcomes: Mapping[str, Sequence[Outcome]], border: date, days_before: int) -> list[Person]:
    """Those who had a bill in the months of judging."""
    people = []
    for bills in outcomes.values():
        judged = tuple(
            Judged(one.offset(days_before), _learned(bills, one.due_on.replace(day=1), days_before))
            for one in bills
            if one.due_on >= border
        )
        if judged:
            people.append(Person(_learned(bills, border, days_before), judged))
    return people


def _learned(bills: Sequence[Outcome], border: date, days_before: int) -> Habit:
    return habit((_past(one, days_before, border) for one in bills if one.due_on < border), today=border)


def _past(one: Outcome, days_before: int, border: date) -> PastBill:
    paid_on = one.due_on + timedelta(days=one.offset(days_before))
    return PastBill(one.due_on, paid_on if paid_on < border else None)


def _result(people: Sequence[Person]) -> dict[str, Any]:
    kinds = {kind: [person for person in people if person.habit.kind is kind] for kind in Kind}
    return {
        **_counts(people),
        "paces": {policy.name: _sent(people, policy) for policy in POLICIES},
        "habits": {
            kind.value: {
                **_counts(group),
                "paces": {policy.name: _sent(group, policy) for policy in POLICIES},
            }
            for kind, group in kinds.items()
            if group
        },
    }


def _counts(people: Sequence[Person]) -> dict[str, Any]:
    bills = [bill.paid for person in people for bill in person.bills]
    return {
        "accounts_with_bills": len(people),
        "accounts_late": sum(any(bill.paid > 0 for bill in person.bills) for person in people),
        "bills": len(bills),
        "bills_late": sum(offset > 0 for offset in bills),
    }


def _sent(people: Sequence[Person], policy: Policy) -> dict[str, Any]:
    """Messages before and on the due date, and after it, while the bill was open."""
    contacts = warnings_of_late = late = unwarned = on_time = 0
    for person in people:
        is_unwarned = False
        for bill in person.bills:
            days = policy.sends(bill.latest if policy.learns_on else person.habit)
            sent = sum(day <= bill.paid for day in days)
            contacts += sent
            if bill.paid <= 0:
                on_time += sent
                continue
            warnings = sum(day <= 0 for day in days)
            late, warnings_of_late = late + 1, warnings_of_late + warnings
            is_unwarned = is_unwarned or not warnings
        unwarned += is_unwarned
    return {
        "contacts": contacts,
        "contacts_per_account": _share(contacts, len(people)),
        "contacts_about_bills_paid_on_time": on_time,
        "reminders_before_a_late_payment": _share(warnings_of_late, late),
        "accounts_late_without_reminder": unwarned,
        "share_late_without_reminder": _share(unwarned, len(people)),
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


@lru_cache(maxsize=10_000)  # few habits, many people
def _kept(pace: Pace, how: Habit) -> tuple[int, ...]:
    days = []
    for rung in CADENCE:
        verdict = keeps(pace, how, rung, cadence=CADENCE, due_on=date.max)
        if not isinstance(verdict, Drop):
            days.append(rung.offset_days + (verdict.later_days if isinstance(verdict, Soften) else 0))
    return tuple(days)


def _fixed(how: Habit) -> tuple[int, ...]:
    return tuple(rung.offset_days for rung in CADENCE)


def _gentle(how: Habit) -> tuple[int, ...]:
    return _kept("gentle", how)


def _auto(how: Habit) -> tuple[int, ...]:
    return _kept("auto", how)


def _silent(how: Habit) -> tuple[int, ...]:
    """What if who pays on time as a rule heard nothing before the due date?"""
    return tuple(day for day in _auto(how) if day > 0 or how.kind not in RELIABLE)


POLICIES = (
    Policy("fixed", _fixed),
    Policy("gentle", _gentle),
    Policy("auto", _auto),
    Policy("auto_learning_on", _auto, learns_on=True),
    Policy("auto_if_silent", _silent),
)
