"""What a loan's charges, payments and reversals come to: which instalment is paid, with what, and when. Pure.

Guaranteed: what is paid in is what is split plus what is overpaid, to the last unit, and taking a payment back
leaves what there was without it.

Payments are replayed in the order of their days with every charge known, even one entered later: a charge that
is booked back changes the split of the payments after it, never their sum. By an order that takes charges as they
come, a payment knows only those that were made before it, or were due before its day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loans.allocation_order import USUAL, Order, Part, Reach, Step, Turn
from loans.rounding import Rounding, rounded
from loans.terms import CENT

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Instalment:
    """What the contract demands on one day, in the account's currency."""

    number: int
    due_on: date
    principal: Decimal
    interest: Decimal


@dataclass(frozen=True, slots=True)
class Charge:
    """A fee or a penalty. It belongs to the instalment whose period holds `due_on`. ValueError: another part."""

    kind: Part
    due_on: date
    amount: Decimal
    made_on: date | None = None  # the day it was entered; None: known from the first payment on

    @property
    def known_from(self) -> date:
        """The day on which it takes its place among the payments: when it was made, or due if it is booked back."""
        return min(self.made_on, self.due_on) if self.made_on else date.min

    def __post_init__(self) -> None:
        if self.kind not in (Part.FEE, Part.PENALTY):
            raise ValueError(f"A charge is a fee or a penalty, not {self.kind}.")


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received on a day. ValueError: an amount of 0 or less."""

    on: date
    amount: Decimal

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError("A payment is an amount above 0.")


@dataclass(frozen=True, slots=True)
class Reversal:
    """Takes back the nth (from 1) payment of a day that still stands."""

    on: date
    nth: int = 1


Event = Charge | Payment | Reversal


@dataclass(frozen=True)
class Paid:
    """One instalment after all events. Amounts in the account's currency."""

    number: int
    due_on: date
    owed: dict[Part, Decimal]
    paid: dict[Part, Decimal]
    paid_in_advance: Decimal  # before the due day
    paid_late: Decimal  # after it
    met_on: date | None  # the day of the payment that cleared it

    @property
    def total(self) -> Decimal:
        return sum(self.owed.values(), ZERO)

    @property
    def outstanding(self) -> Decimal:
        return self.total - sum(self.paid.values(), ZERO)


@dataclass(frozen=True)
class Split:
    """A payment that stands, and what it paid. The rest of its amount is overpaid."""

    payment: Payment
    parts: dict[Part, Decimal]
    principal_balance: Decimal  # the principal left after it


@dataclass(frozen=True)
class State:
    instalments: tuple[Paid, ...]
    splits: tuple[Split, ...]

    @property
    def outstanding(self) -> Decimal:
        return sum((one.outstanding for one in self.instalments), ZERO)

    @property
    def overpaid(self) -> Decimal:
        """What the lender owes back."""
        received = sum((split.payment.amount for split in self.splits), ZERO)
        return received - sum((sum(split.parts.values(), ZERO) for split in self.splits), ZERO)


def replay(
    instalments: Sequence[Instalment],
    events: Iterable[Event],
    *,
    order: Order = USUAL,
    since: date | None = None,
    unit: Decimal = CENT,
) -> State:
    """The state after the events, which come in the order they were entered.

    since: the day the loan was paid out. Charges due before it are refused. unit: the currency's least amount.
    300 on an instalment of 250 principal and a fee of 20 due with it: fee 20, principal 250, 30 on the next. The same
    fee made only after the payment, by an order that takes charges as they come: principal 250, 50 on the next; the
    fee is left (Apache Fineract's advanced payment allocation).
    ValueError: no instalment, a charge before the loan, a reversal without a payment.
    """
    if not instalments:
        raise ValueError("A loan has at least one instalment.")
    demands = [_Demand(one) for one in sorted(instalments, key=lambda one: (one.due_on, one.number))]
    balance = sum((one.principal for one in instalments), ZERO)
    splits = []
    # As they were entered within a day: the sort is stable.
    for event in sorted(_standing(events), key=lambda one: _place_in(order, one)):
        if isinstance(event, Charge):
            _home(demands, event, since).add(event)
            continue
        parts = _pay(demands, event, order, unit)
        balance -= parts[Part.PRINCIPAL]
        splits.append(Split(event, parts, balance))
    return State(tuple(demand.seen() for demand in demands), tuple(splits))


def _standing(events: Iterable[Event]) -> list[Charge | Payment]:
    """The events without the payments that were taken back."""
    standing: list[Charge | Payment] = []
    for event in events:
        if isinstance(event, Reversal):
            of_day = [n for n, one in enumerate(standing) if isinstance(one, Payment) and one.on == event.on]
            if not 1 <= event.nth <= len(of_day):
                raise ValueError(f"There is no payment {event.nth} of {event.on} to take back.")
            del standing[of_day[event.nth - 1]]
        else:
            standing.append(event)
    return standing


def _place_in(order: Order, event: Charge | Payment) -> date:
    """The day by which an event takes its place."""
    if isinstance(event, Payment):
        return event.on
    return event.known_from if order.takes_charges_as_they_come else date.min


class _Demand:
    """An instalment while payments come in."""

    def __init__(self, instalment: Instalment) -> None:
        self.instalment = instalment
        self.charges: list[Charge] = []
        self.paid = dict.fromkeys(Part, ZERO)
        self.in_advance = self.late = ZERO
        self.met_on: date | None = None

    def add(self, charge: Charge) -> None:
        self.charges.append(charge)
        if not self.is_met:
            self.met_on = None

    def owed(self, part: Part, by: date | None = None) -> Decimal:
        """What it demands of a part; by: only what is due by that day."""
        if part in (Part.FEE, Part.PENALTY):
            charges = (one for one in self.charges if one.kind is part and (by is None or one.due_on <= by))
            return sum((one.amount for one in charges), ZERO)
        if by is not None and self.instalment.due_on > by:
            return ZERO
        return self.instalment.principal if part is Part.PRINCIPAL else self.instalment.interest

    def is_reached(self, reach: Reach, day: date) -> bool:
        due = self.instalment.due_on
        return {
            Reach.PAST_DUE: due < day,
            Reach.DUE_THAT_DAY: due == day,
            Reach.LATER: due > day,
        }.get(reach, True)

    @property
    def is_met(self) -> bool:
        return all(self.paid[part] == self.owed(part) for part in Part)

    def pay(self, part: Part, amount: Decimal, day: date, by: date | None) -> Decimal:
        """Takes what it may of `amount`, and says how much."""
        taken = min(amount, max(self.owed(part, by) - self.paid[part], ZERO))
        if not taken:
            return ZERO
        self.paid[part] += taken
        self.in_advance += taken if day < self.instalment.due_on else ZERO
        self.late += taken if day > self.instalment.due_on else ZERO
        if self.is_met:
            self.met_on = day
        return taken

    def seen(self) -> Paid:
        owed = {part: self.owed(part) for part in Part}
        one = self.instalment
        return Paid(one.number, one.due_on, owed, self.paid, self.in_advance, self.late, self.met_on)


def _home(demands: list[_Demand], charge: Charge, since: date | None) -> _Demand:
    """The instalment a charge belongs to; one due after the last day joins the last instalment."""
    if since is not None and charge.due_on < since:
        raise ValueError(f"A charge due on {charge.due_on} lies before the loan of {since}.")
    return next((one for one in demands if charge.due_on <= one.instalment.due_on), demands[-1])


class _Money:
    """A payment while it is split."""

    def __init__(self, payment: Payment, unit: Decimal) -> None:
        self.day, self.left, self.unit = payment.on, payment.amount, unit
        self.parts = dict.fromkeys(Part, ZERO)

    def pay(self, demand: _Demand, step: Step, most: Decimal) -> None:
        """Pays an instalment's parts in the step's order; most: no more than that, and no more than is left."""
        by = self.day if step.reach is Reach.DUE_BY_DAY else None
        most = min(most, self.left)
        for part in step.parts:
            taken = demand.pay(part, most, self.day, by)
            self.parts[part] += taken
            self.left -= taken
            most -= taken

    def pay_evenly(self, demands: list[_Demand], step: Step) -> None:
        """Pays equal shares, the last instalment what rounding leaves; each round uses up the money or meets one."""
        while self.left and (unmet := [demand for demand in demands if not demand.is_met]):
            share = rounded(self.left / len(unmet), self.unit, Rounding.HALF_EVEN)
            others = len(unmet) - 1
            for demand, most in zip(unmet, [share] * others + [self.left - share * others], strict=True):
                self.pay(demand, step, max(most, ZERO))


def _pay(demands: list[_Demand], payment: Payment, order: Order, unit: Decimal) -> dict[Part, Decimal]:
    money = _Money(payment, unit)
    for step in order.steps:
        chosen = [demand for demand in demands if demand.is_reached(step.reach, payment.on)]
        if step.turn is Turn.LATEST:
            chosen.reverse()
        if step.turn is Turn.EVENLY:
            money.pay_evenly(chosen, step)
        else:
            for demand in chosen:
                money.pay(demand, step, money.left)
    return money.parts
