"""A card's billing cycle brought to its statement. Pure. Amounts in the account's currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from loans.card_interest import Entry, average_daily_balance, cycle_rate, finance_charge, new_balance
from loans.cards import MinimumRule

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class CardTerms:
    """What the card agreement says. ValueError: an APR below 0."""

    apr_pct: Decimal  # percent a year
    minimum: MinimumRule
    credit_limit: Decimal | None = None
    counts_new_purchases: bool = True  # in the balance that bears interest
    has_grace: bool = True  # no interest in a cycle whose opening balance was paid in full

    def __post_init__(self) -> None:
        if self.apr_pct < 0:
            raise ValueError("A card's APR is 0 % or more.")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One cycle's close: opening + purchases + interest + fees − payments = closing."""

    opening: Decimal
    purchases: Decimal
    payments: Decimal
    interest: Decimal
    fees: Decimal
    closing: Decimal  # below 0: the lender owes the holder
    average_daily_balance: Decimal  # exact
    past_due: Decimal  # of the last minimum, what was not paid
    over_limit: Decimal
    minimum: Decimal


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """What a billing cycle of so many days began with and brought."""

    opening: Decimal
    entries: Sequence[Entry]
    days: int
    fees: Decimal = ZERO
    last_minimum: Decimal = ZERO  # what the statement before demanded


def close(terms: CardTerms, cycle: Cycle) -> Statement:
    """The statement of a cycle.

    Interest is average daily balance · APR / 365 · days, half up to the unit; none where the opening balance was
    paid in the cycle and the agreement gives grace. 900 at 24 % with +200 on day 14, +99 on day 20 and −500 on
    day 26 of 30: 966.30 · 24 % · 30 / 365 = 19.06, so 718.06.   ValueError: see `average_daily_balance`.
    """
    purchases = sum((entry.amount for entry in cycle.entries if entry.amount > 0), ZERO)
    payments = -sum((entry.amount for entry in cycle.entries if entry.amount < 0), ZERO)
    average = average_daily_balance(
        cycle.opening, cycle.entries, cycle.days, counts_new_purchases=terms.counts_new_purchases
    )
    is_free = terms.has_grace and payments >= cycle.opening
    rate = cycle_rate(terms.apr_pct, cycle.days)
    interest = ZERO if is_free else finance_charge(average, rate, unit=terms.minimum.unit)
    closing = new_balance(cycle.opening, interest + cycle.fees, purchases, payments)
    past_due = max(cycle.last_minimum - payments, ZERO)
    limit = terms.credit_limit
    return Statement(
        opening=cycle.opening,
        purchases=purchases,
        payments=payments,
        interest=interest,
        fees=cycle.fees,
        closing=closing,
        average_daily_balance=average,
        past_due=past_due,
        over_limit=max(closing - limit, ZERO) if limit is not None else ZERO,
        minimum=terms.minimum.demand(closing, interest=interest, past_due=past_due, credit_limit=limit),
    )
