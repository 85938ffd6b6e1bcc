"""Allocations and delinquency: instalments, charges and payments replayed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from loans import allocation_order, delinquency
from loans.allocation_order import USUAL, Order, Part
from loans.currency import unit
from loans.replay import Charge, Event, Instalment, Paid, Payment, Reversal, Split, State, replay
from loans.terms import CENT
from tests.acceptance.reading import Answer, Case, day

EVERY_CHARGE_KNOWN = "payments are replayed in date order with every charge known, even one entered later"


def instalments(rows: list[dict[str, Any]]) -> list[Instalment]:
    return [
        Instalment(
            row["n"],
            date.fromisoformat(row["due"]),
            Decimal(row["principal"]),
            Decimal(row["interest"]),
        )
        for row in rows
    ]


def event(entry: dict[str, Any]) -> Event:
    """ValueError: an event of another type."""
    match entry["type"]:
        case "charge":
            due, made = date.fromisoformat(entry["due"]), day(entry.get("made_on"))
            return Charge(Part(entry["kind"]), due, Decimal(entry["amount"]), made)
        case "payment":
            return Payment(date.fromisoformat(entry["date"]), Decimal(entry["amount"]))
        case "reversal":
            return Reversal(date.fromisoformat(entry["date"]), entry["nth"])
    raise ValueError(f"An event of type {entry['type']} is not known.")


def _after(inputs: dict[str, Any], events: int, order: Order) -> State:
    return replay(
        instalments(inputs["instalments"]),
        [event(entry) for entry in inputs["events"][:events]],
        order=order,
        since=day(inputs.get("disbursed_on")),
        unit=unit(inputs["currency"]) if "currency" in inputs else CENT,
    )


def allocation(case: Case) -> Answer:
    order = allocation_order.read(case["inputs"]["allocation"])
    if EVERY_CHARGE_KNOWN in case.get("convention", {}).get("tags", ()):
        order = replace(order, takes_charges_as_they_come=False)
    return {
        "checkpoints": [
            _checkpoint(asked, _after(case["inputs"], asked["after_events"], order))
            for asked in case["expected"]["checkpoints"]
        ]
    }


def _checkpoint(asked: dict[str, Any], state: State) -> Answer:
    return {
        "as_of": asked["as_of"],
        "after_events": asked["after_events"],
        "instalments": [_instalment(one) for one in state.instalments],
        "payments": [_split(split) for split in state.splits],
        "outstanding": state.outstanding,
        "overpaid": state.overpaid,
    }


def _instalment(one: Paid) -> Answer:
    return {
        "n": one.number,
        "due": one.due_on,
        **{part.value: amount for part, amount in one.owed.items()},
        "total": one.total,
        "paid": one.total - one.outstanding,
        "paid_in_advance": one.paid_in_advance,
        "paid_late": one.paid_late,
        "outstanding": one.outstanding,
        "met_on": one.met_on,
    }


def _split(split: Split) -> Answer:
    return {
        "date": split.payment.on,
        "amount": split.payment.amount,
        **{part.value: amount for part, amount in split.parts.items()},
        "principal_balance": split.principal_balance,
    }


def late(case: Case) -> Answer:
    inputs, expected = case["inputs"], case["expected"]
    if "oldest_unpaid_due" in inputs:
        days = delinquency.days_past_due(
            day(inputs["oldest_unpaid_due"]), date.fromisoformat(inputs["as_of"])
        )
        return {"days_past_due": days, "age_band": str(delinquency.class_of(days)) if days else None}
    order = allocation_order.read(inputs.get("allocation", USUAL.name))
    return {
        "checkpoints": [
            _late_at(asked, _after(inputs, asked["after_events"], order).instalments)
            for asked in expected["checkpoints"]
        ]
    }


def _late_at(asked: dict[str, Any], paid: tuple[Paid, ...]) -> Answer:
    as_of = date.fromisoformat(asked["as_of"])
    return {
        "as_of": as_of,
        "after_events": asked["after_events"],
        "days_past_due": delinquency.days_past_due(delinquency.oldest_unpaid(paid), as_of),
        "past_due_amount": delinquency.past_due_amount(paid, as_of),
        "by_age": [
            {"from_days": age.first, "to_days": age.last, "amount": amount}
            for age, amount in delinquency.by_age(paid, as_of)
        ],
    }
