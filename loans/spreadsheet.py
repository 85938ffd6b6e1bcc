"""The annuity functions as spreadsheets name and print them, so that a borrower's own sheet can be compared. Pure.

Source: OpenDocument 1.3, part 4, section 6.12 (PV, FV, PMT, PPMT, IPMT, CUMPRINC, CUMIPMT, NPER). All rest on

    PV · (1 + i)ⁿ + PMT · (1 + i · t) · ((1 + i)ⁿ − 1) / i + FV = 0        t = 1: paid at each period's start

Their signs are cash flows: what is received is above 0, what is paid below. Nothing is rounded.
"""

from dataclasses import dataclass
from decimal import Decimal

ONE = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Annuity:
    """Equal payments at a constant rate. ValueError: fewer than one period, or a rate of −100 % or less."""

    rate: Decimal  # a fraction per period: 0.01 is 1 %
    periods: int
    present_value: Decimal
    future_value: Decimal = Decimal(0)
    at_start: bool = False

    def __post_init__(self) -> None:
        if self.periods < 1 or self.rate <= -1:
            raise ValueError("An annuity has at least one period and a rate above −100 %.")

    def payment(self) -> Decimal:
        """PMT.  15 000 at 8 % / 12 in 60: −304.145914…"""
        if not self.rate:
            return -(self.present_value + self.future_value) / self.periods
        growth = (1 + self.rate) ** self.periods
        due = self.present_value * growth + self.future_value
        return -due * self.rate / ((growth - 1) * self._at_start)

    def balance(self, periods: int) -> Decimal:
        """FV after so many payments, as the function gives it: below 0 while something is owed."""
        growth = (1 + self.rate) ** periods
        paid = self.payment() * self._at_start * ((growth - 1) / self.rate if self.rate else periods)
        return -(self.present_value * growth + paid)

    def interest(self, period: int) -> Decimal:
        """IPMT: the interest in payment `period`, from 1. ValueError: there is no such period."""
        if not 1 <= period <= self.periods:
            raise ValueError(f"Period {period} is not one of {self.periods}.")
        if self.at_start and period == 1:
            return Decimal(0)  # the first payment comes before any interest
        interest = self.balance(period - 1) * self.rate
        return interest / (1 + self.rate) if self.at_start else interest

    def principal(self, period: int) -> Decimal:
        """PPMT: the principal in payment `period`, from 1. ValueError: there is no such period."""
        interest = self.interest(period)
        return self.payment() - interest

    def principal_paid(self, first: int, last: int) -> Decimal:
        """CUMPRINC: the principal of the payments `first` to `last`. ValueError: no such periods."""
        return sum((self.principal(period) for period in _periods(first, last)), Decimal(0))

    def interest_paid(self, first: int, last: int) -> Decimal:
        """CUMIPMT: the interest of the payments `first` to `last`. ValueError: no such periods."""
        return sum((self.interest(period) for period in _periods(first, last)), Decimal(0))

    @property
    def _at_start(self) -> Decimal:
        return 1 + self.rate if self.at_start else ONE


def _periods(first: int, last: int) -> range:
    if first > last:
        raise ValueError(f"Periods run from the earlier to the later, not from {first} to {last}.")
    return range(first, last + 1)


def periods_needed(
    rate: Decimal,
    payment: Decimal,
    present_value: Decimal,
    *,
    future_value: Decimal = Decimal(0),
    at_start: bool = False,
) -> Decimal:
    """NPER: how many payments it takes, with fractions.  8 000 at 7 % / 12, −150 a month: 64.07…

    ValueError: the payments never get there (they do not cover the interest).
    """
    if not rate:
        if not payment:
            raise ValueError("Without payments or interest nothing is ever repaid.")
        return -(present_value + future_value) / payment
    worth = payment * (1 + rate if at_start else ONE) / rate
    left, right = worth - future_value, worth + present_value
    if not left or not right or left / right <= 0:
        raise ValueError("The payments do not cover the interest, so they never end.")
    return (left / right).ln() / (1 + rate).ln()


def present_value(
    rate: Decimal,
    periods: int,
    payment: Decimal,
    *,
    future_value: Decimal = Decimal(0),
    at_start: bool = False,
) -> Decimal:
    """PV: what so many payments are worth today.  1 % in 12, −888.49 a month: 10 000.02…"""
    growth = (1 + rate) ** periods
    worth = (1 - 1 / growth) / rate if rate else Decimal(periods)
    return -(payment * (1 + rate if at_start else ONE) * worth + future_value / growth)


def future_value(
    rate: Decimal,
    periods: int,
    payment: Decimal,
    *,
    present_value: Decimal = Decimal(0),
    at_start: bool = False,
) -> Decimal:
    """FV: what is there after so many payments.  5 % / 12 in 120, −100 a month and −100 now: 15 692.92…"""
    growth = (1 + rate) ** periods
    worth = (growth - 1) / rate if rate else Decimal(periods)
    return -(present_value * growth + payment * (1 + rate if at_start else ONE) * worth)
