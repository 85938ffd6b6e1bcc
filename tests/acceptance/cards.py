"""Credit cards and charges."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from loans import card_interest, charges, projection
from loans.card_interest import Entry
from loans.cards import Balance, MinimumRule, spread_excess
from loans.currency import unit
from loans.replay import Instalment, Payment, replay
from loans.rounding import Rounding, rounded
from loans.schedule import schedule
from tests.acceptance.events import instalments
from tests.acceptance.reading import Answer, Case, conventions, money
from tests.acceptance.schedules import terms

ZERO = Decimal(0)


# “max(percent of balance + one month's interest, floor) + past due + over limit, capped at the balance”. What is
# owed always caps it; what is past due or over the limit is there only if the case says how much.
_LEAST = re.compile(
    r"(max\()?percent of balance(?P<interest> \+ (one month's )?interest)?(, floor\))?"
    r"( \+ past due)?( \+ over limit)?(, capped at the balance)?(?P<up>, rounded up( to a whole unit)?)?"
)


def minimum(case: Case) -> Answer:
    """ValueError: a family of least payments that is not known."""
    inputs, family = case["inputs"], _LEAST.fullmatch(case["method"])
    if not family:
        raise ValueError(f"The least payment “{case['method']}” is not known.")
    balance, basis = Decimal(inputs["balance"]), conventions(case)
    is_whole = "whole" in (family["up"] or "")
    rule = MinimumRule(
        share=Decimal(inputs["percent"]) / 100,
        floor=Decimal(inputs.get("floor", 0)),
        unit=Decimal(1) if is_whole else basis.payment_unit,
        rounding=Rounding.UP if family["up"] else basis.payment,
        adds_interest=bool(family["interest"]),
        small_balance=Decimal(inputs.get("small_balance_threshold", 0)),
    )
    demand = rule.demand(
        balance,
        interest=balance * _monthly(inputs),
        past_due=Decimal(inputs.get("past_due", 0)),
        credit_limit=money(inputs.get("credit_limit")),
    )
    return {"minimum_payment": demand}


def _monthly(inputs: dict[str, Any]) -> Decimal:
    """The rate of the cycle as a fraction."""
    if "monthly_rate_pct" in inputs:
        return Decimal(inputs["monthly_rate_pct"]) / 100
    if "daily_rate_pct" in inputs:
        return Decimal(inputs["daily_rate_pct"]) * inputs.get("cycle_days", 30) / 100
    return Decimal(inputs.get("apr_pct", 0)) / 1200


def interest(case: Case) -> Answer:
    inputs, method = case["inputs"], case["method"]
    opening = Decimal(inputs["previous_balance"])
    if method.startswith("average daily balance"):
        return _average(inputs, opening, counts_new="including" in method)
    methods = {
        "unpaid balance method": card_interest.Method.PREVIOUS,
        "previous balance method": card_interest.Method.PREVIOUS,
        "adjusted balance method": card_interest.Method.ADJUSTED,
    }
    if method not in methods:
        raise ValueError(f"The balance method “{method}” is not known.")
    bought = sum(map(Decimal, inputs.get("purchases", ())), ZERO)
    paid = sum(map(Decimal, inputs.get("payments", ())), ZERO)
    balance = card_interest.charged_balance(methods[method], opening, paid)
    charge = card_interest.finance_charge(balance, _monthly(inputs), unit=unit(inputs["currency"]))
    return {
        "finance_charge": charge,
        "new_balance": card_interest.new_balance(opening, charge, bought, paid),
    }


def _average(inputs: dict[str, Any], opening: Decimal, *, counts_new: bool) -> Answer:
    least, days = unit(inputs["currency"]), inputs["cycle_days"]
    entries = [Entry(_day(inputs, one), Decimal(one["amount"])) for one in inputs["transactions"]]
    average = card_interest.average_daily_balance(opening, entries, days, counts_new_purchases=counts_new)
    by_day = card_interest.cycle_rate(Decimal(inputs.get("apr_pct", 0)), days)
    rate = by_day if "apr_pct" in inputs else _monthly(inputs)
    charge = card_interest.finance_charge(average, rate, unit=least)
    changes = sum((entry.amount for entry in entries), ZERO)
    return {
        "average_daily_balance": rounded(average, least),
        "finance_charge": charge,
        "new_balance": card_interest.new_balance(opening, charge, changes, ZERO),
    }


def _day(inputs: dict[str, Any], entry: dict[str, Any]) -> int:
    if "day" in entry:
        return int(entry["day"])
    return (date.fromisoformat(entry["date"]) - date.fromisoformat(inputs["cycle_start"])).days + 1


def projected(case: Case) -> Answer:
    """ValueError: a way of paying that is not known."""
    way = _WAYS.get(case["method"])
    if way is None:
        raise ValueError(f"The way of paying “{case['method']}” is not known.")
    answer = way(case["inputs"], Decimal(case["inputs"]["balance"]))
    if "first_payments" in case["expected"]:
        answer["first_payments"] = answer.get("payments", [])[: len(case["expected"]["first_payments"])]
    return answer


def _fixed(inputs: dict[str, Any], balance: Decimal) -> Answer:
    return _told(inputs, balance, projection.fixed(Decimal(inputs["monthly_payment"])))


def _declining(inputs: dict[str, Any], balance: Decimal, *, adds_interest: bool = False) -> Answer:
    share, floor = Decimal(inputs["percent"]) / 100, Decimal(inputs.get("floor", 0))
    return _told(inputs, balance, projection.declining(share, floor, adds_interest=adds_interest))


def _told(inputs: dict[str, Any], balance: Decimal, payments: projection.Payments) -> Answer:
    try:
        plan, least = projection.project(balance, _monthly(inputs), payments), unit(inputs["currency"])
    except projection.NeverEnds:
        return {"months": None}
    paid = [rounded(month.payment, least) for month in plan.months]
    return {
        "months": len(plan.months),
        "total_interest": rounded(plan.total_interest, least),
        "total_paid": rounded(plan.total_paid, least),
        "last_payment": rounded(plan.last_payment, least),
        "payments": paid,
        "first": {
            name: rounded(getattr(month, name), least)
            for month in plan.months[:1]
            for name in ("payment", "interest", "principal", "balance")
        },
    }


def _left(inputs: dict[str, Any], balance: Decimal) -> Answer:
    share = Decimal(inputs["percent"]) / 100
    left = projection.balance_after(balance, _monthly(inputs), share, inputs["months"])
    return {"balance_after": rounded(left, unit(inputs["currency"]))}


def _months(inputs: dict[str, Any], balance: Decimal) -> Answer:
    payment = Decimal(inputs["monthly_payment"])
    return {"months": projection.months_at_daily_rate(balance, Decimal(inputs["apr_pct"]), payment)}


def _level(inputs: dict[str, Any], balance: Decimal) -> Answer:
    least = unit(inputs["currency"])
    return {
        "monthly_payment": projection.level_payment(balance, _monthly(inputs), inputs["months"], unit=least)
    }


_WAYS: dict[str, Callable[[dict[str, Any], Decimal], Answer]] = {
    "fixed payment, monthly rate APR/12, unrounded": _fixed,
    "fixed payment, no interest": _fixed,
    "minimum = max(percent of balance, floor), recomputed monthly": _declining,
    "minimum = max(percent of balance + interest, floor), recomputed monthly": partial(
        _declining, adds_interest=True
    ),
    "percent of balance paid monthly, interest on the rest": _left,
    "months to pay off, daily rate APR/365": _months,
    "level payment that clears the balance in n months, rounded up": _level,
}


def excess(case: Case) -> Answer:
    inputs = case["inputs"]
    balances = [
        Balance(one["name"], Decimal(one["amount"]), Decimal(one["apr_pct"]), one.get("deferred_cycles"))
        for one in inputs["balances"]
    ]
    return {"allocation": spread_excess(Decimal(inputs["excess_payment"]), balances)}


def charge(case: Case) -> Answer:
    inputs = case["inputs"]
    basis = charges.read_basis(inputs["of"])
    percentage = charges.Percentage(
        percent=Decimal(inputs["percent"]), basis=basis, unit=unit(inputs["currency"])
    )
    loan = instalments(inputs["instalments"]) if "instalments" in inputs else _agreed(case)
    if not basis.of_each:
        return {"fee": charges.once(percentage, Decimal(inputs["principal"]), loan)}
    if basis.overdue:
        payments = [
            Payment(date.fromisoformat(one["date"]), Decimal(one["amount"]))
            for one in inputs.get("payments", ())
        ]
        paid, as_of = replay(loan, payments).instalments, date.fromisoformat(inputs["as_of"])
        each, name = charges.on_overdue(percentage, paid, as_of), "penalties"
    else:
        each, name = charges.on_each(percentage, loan), "fees"
    totals = [one.principal + one.interest + own for one, own in zip(loan, each, strict=True)]
    return {
        name: each,
        f"total_{name}": sum(each, ZERO),
        "instalment_totals": totals,
        "grand_total": sum(totals, ZERO),
    }


def _agreed(case: Case) -> list[Instalment]:
    """The instalments that the contract's terms make, where a case gives only those."""
    inputs = case["inputs"]
    if "n" not in inputs:
        return []
    agreed = {
        name: value for name, value in inputs.items() if name not in ("percent", "of", "as_of", "payments")
    }
    rows = schedule(terms(case | {"inputs": {"method": "flat", "day_count": "30/360"} | agreed}))
    return [Instalment(row.number, row.due_on or date.max, row.principal, row.interest) for row in rows]
