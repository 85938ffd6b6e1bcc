"""Loans under way: recalculated schedules, payoffs, accrued interest, charges."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from loans.daycount import days_share, year_share
from loans.payoff import InterestUntil, accrued, quote
from loans.recalculation import Advance, AfterExtra, Course, Event, position, recalculate
from loans.replay import Payment
from loans.rounding import rounded
from loans.schedule import totals
from loans.terms import Terms
from tests.acceptance.reading import Answer, Case, conventions, day, day_count, days, money, only, period
from tests.acceptance.schedules import published, rate_changes

_KNOWN = """
    advances after_extra_payment annual_rate_pct as_of currency day_count disbursed_on due_dates every instalment
    instalment_unit interest_until n payments payoff_on period principal rate_changes
"""


def _course(case: Case, as_of: date) -> Course:
    inputs = case["inputs"]
    only(inputs, _KNOWN)
    tags = " ".join(case.get("convention", {}).get("tags", ()))
    basis = conventions(case)
    return Course(
        terms=Terms(
            principal=Decimal(inputs["principal"]),
            annual_rate_pct=Decimal(inputs["annual_rate_pct"]),
            instalments=inputs["n"],
            period=period(inputs),
            day_count=day_count(inputs),
            disbursed_on=day(inputs["disbursed_on"]),
            due_on=days(inputs.get("due_dates", ())),
            instalment=money(inputs.get("instalment")),
            rate_changes=rate_changes(inputs),
            conventions=replace(
                basis, payment_unit=Decimal(inputs.get("instalment_unit", basis.payment_unit))
            ),
        ),
        events=_events(inputs),
        as_of=as_of,
        # Nothing said, nothing changed: the instalment stays as printed. Further advances are repaid in time.
        after_extra=AfterExtra(
            inputs.get("after_extra_payment", "re-amortise" if inputs.get("advances") else "keep")
        ),
        rounds_each_stretch="each stretch" in tags,
    )


def _seen_on(inputs: dict[str, Any]) -> date:
    """The day named; else that of the last payment, so that nothing after it is overdue."""
    if "as_of" in inputs:
        return date.fromisoformat(inputs["as_of"])
    paid = (one["date"] for one in inputs.get("payments", ()))
    return date.fromisoformat(max(paid, default=inputs["disbursed_on"]))


def _events(inputs: dict[str, Any]) -> list[Event]:
    payments: list[Event] = [
        Payment(date.fromisoformat(one["date"]), Decimal(one["amount"])) for one in inputs.get("payments", ())
    ]
    advances: list[Event] = [
        Advance(date.fromisoformat(one["date"]), Decimal(one["amount"])) for one in inputs.get("advances", ())
    ]
    return advances + payments


def recalculation(case: Case) -> Answer:
    course = _course(case, _seen_on(case["inputs"]))
    rows, unit = recalculate(course), course.terms.conventions.unit
    sums = totals(rows, unit)
    return {
        "rows": published(rows, case["expected"]["rows"], unit),
        "row_count": len(rows),
        "totals": {"principal": sums.principal, "interest": sums.interest, "total": sums.total},
    }


def payoff(case: Case) -> Answer:
    on = date.fromisoformat(case["inputs"]["payoff_on"])
    course, unit = _course(case, on), conventions(case).unit
    answer = quote(course, on, InterestUntil(case["inputs"]["interest_until"]))
    agreed = answer.interest - quote(course, on).interest  # what the rest of the period adds is owed too
    settled = replace(course, events=[*course.events, Payment(on, answer.payoff)])
    return {
        **_told(unit, payoff=answer.payoff, principal=answer.principal, interest=answer.interest),
        "balance_after": position(settled, on).total + agreed,
    }


def accrual(case: Case) -> Answer:
    inputs, unit = case["inputs"], conventions(case).unit
    if "penal_rate_pct" in inputs:
        overdue = sum(Decimal(value) for name, value in inputs.items() if name.startswith("overdue"))
        return _told(unit, penalty=_of_days(inputs, Decimal(overdue), Decimal(inputs["penal_rate_pct"])))
    principal, rate = Decimal(inputs["principal"]), Decimal(inputs["annual_rate_pct"])
    if "days" in inputs:
        return _told(unit, interest=_of_days(inputs, principal, rate))
    both_ends = inputs.get("count_both_ends", False)
    amounts = [
        accrued(
            principal,
            rate,
            year_share(*map(date.fromisoformat, ends), day_count(inputs), both_ends=both_ends),
        )
        for ends in inputs["periods"]
    ]
    return {"interest": [rounded(amount, unit) for amount in amounts]} | _told(
        unit, total=sum(amounts, Decimal(0))
    )


def _told(unit: Decimal, **amounts: Decimal) -> Answer:
    """Exact amounts as sources print them: in the currency's least unit, or whole."""
    whole = {f"{name}_to_unit": rounded(amount, Decimal(1)) for name, amount in amounts.items()}
    return {name: rounded(amount, unit) for name, amount in amounts.items()} | whole


def _of_days(inputs: dict[str, Any], amount: Decimal, rate_pct: Decimal) -> Decimal:
    days = inputs["days"] - inputs.get("grace_days", 0)
    return accrued(amount, rate_pct, days_share(days, day_count(inputs)))
