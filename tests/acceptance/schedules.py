"""Contract schedules."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from loans.rounding import rounded
from loans.schedule import Row, instalment_of, schedule, totals
from loans.terms import Compounding, Method, RateChange, Terms
from tests.acceptance.reading import Answer, Case, conventions, day, day_count, days, money, only, period

_KNOWN = """
    amortisation_n annual_rate_pct compounding currency day_count disbursed_on due_dates every instalment
    interest_free method n period principal principal_grace rate_changes
"""
# A balloon, a changing rate or a start with interest alone are terms of their own with us, not methods.
_ANNUITY_WITH = "annuity_"


def terms(case: Case) -> Terms:
    inputs = case["inputs"]
    only(inputs, _KNOWN)
    compounding = inputs.get("compounding")
    return Terms(
        method=Method.ANNUITY if inputs["method"].startswith(_ANNUITY_WITH) else Method(inputs["method"]),
        principal=Decimal(inputs["principal"]),
        annual_rate_pct=Decimal(inputs["annual_rate_pct"]),
        instalments=inputs["n"],
        period=period(inputs),
        day_count=day_count(inputs),
        compounding=Compounding(compounding) if compounding else None,
        disbursed_on=day(inputs.get("disbursed_on")),
        due_on=days(inputs.get("due_dates", ())),
        instalment=money(inputs.get("instalment")),
        amortised_over=inputs.get("amortisation_n"),
        principal_grace=inputs.get("principal_grace", 0),
        interest_free=inputs.get("interest_free", 0),
        rate_changes=rate_changes(inputs),
        conventions=conventions(case),
    )


def rate_changes(inputs: Mapping[str, Any]) -> tuple[RateChange, ...]:
    return tuple(map(_change, inputs.get("rate_changes", ())))


def _change(change: dict[str, Any]) -> RateChange:
    return RateChange(
        from_number=change.get("from_n"),
        on=day(change.get("on")),
        annual_rate_pct=Decimal(change["annual_rate_pct"]),
        recast=change.get("recast", True),
        cap=money(change.get("payment_cap_factor")),
    )


def contract(case: Case) -> Answer:
    contract_terms, expected = terms(case), case["expected"]
    rows = schedule(contract_terms)
    least = contract_terms.conventions.unit
    shown = Decimal(expected.get("compare_to", least))  # the unit to which the source prints its rows
    sums = totals(rows, least)
    return {
        "instalment": instalment_of(contract_terms),
        "compare_to": expected.get("compare_to"),
        "row_count": len(rows),
        "rows": published(rows, expected.get("rows", []), shown),
        "totals": {
            "principal": rounded(sums.principal, shown),
            "interest": rounded(sums.interest, shown),
            "total": rounded(sums.total, shown),
        },
        "balance_at_term": rows[-1].balance,
        "first_total": rounded(rows[0].total, least),
        "last_total": rounded(rows[-1].total, least),
        "exact_last_total": rounded(rows[-1].total, least),
        "exact_totals": {"principal": sums.principal, "interest": sums.interest, "total": sums.total},
        "exact_balance_after": {
            number: rounded(rows[int(number) - 1].balance, least)
            for number in expected.get("exact_balance_after", {})
            if int(number) <= len(rows)
        },
    }


def published(rows: list[Row], asked: list[dict[str, Any]], shown: Decimal) -> list[Answer]:
    """Those of our rows that the source prints, to the unit it prints."""
    by_number = {row.number: row for row in rows}
    return [_shown(by_number[one["n"]], shown) for one in asked if one["n"] in by_number]


def _shown(row: Row, unit: Decimal) -> Answer:
    amounts = {name: getattr(row, name) for name in ("total", "principal", "interest", "balance")}
    return {"n": row.number, "due": row.due_on} | {
        name: rounded(amount, unit) for name, amount in amounts.items()
    }
