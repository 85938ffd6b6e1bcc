"""What a loan contract says about its money: the terms, and the conventions by which they become cents. Pure.

Percentages are percent a year (12 is 12 %); amounts are in the account's currency.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from loans.daycount import DayCount
from loans.due_dates import MONTHLY, Period
from loans.rounding import Rounding

CENT = Decimal("0.01")


class Method(StrEnum):
    """How the principal comes back."""

    ANNUITY = "annuity"  # equal instalments (等额本息)
    EQUAL_PRINCIPAL = "equal_principal"  # equal principal parts, so falling instalments (等额本金)
    FLAT = "flat"  # interest on the first principal, spread evenly
    FIXED_INSTALMENT = "fixed_instalment"  # an amount agreed; the last instalment takes the rest
    INTEREST_ONLY = "interest_only"  # all principal with the last instalment


class Basis(StrEnum):
    """The rate from which the equal instalment is computed."""

    NOMINAL = "nominal"  # rate / periods a year
    PER_PERIOD = "per_period"  # each period's real length
    DAYS_30_365 = "days30/365"  # months of 30 days in a year of 365


class Books(StrEnum):
    """What happens to fractions of the least unit."""

    ROUND_EACH = "round_each"  # interest is rounded each period, the balance is what is left
    CARRY = "carry"  # nothing is rounded inside; each printed figure is
    UNROUNDED = "unrounded"  # rows stay exact, only sums and answers are rounded


class Compounding(StrEnum):
    """How often a year the stated rate is added. Without one it is divided by the periods of a year."""

    ANNUAL = "annual"
    SEMI_ANNUAL = "semi_annual"  # Canada, Interest Act, section 6
    QUARTERLY = "quarterly"
    MONTHLY = "monthly"
    DAILY = "daily"

    @property
    def times_a_year(self) -> int:
        return {"annual": 1, "semi_annual": 2, "quarterly": 4, "monthly": 12, "daily": 365}[self]


@dataclass(frozen=True, kw_only=True)
class Conventions:
    """The lender's way to whole cents. ValueError: a unit of 0 or less."""

    payment: Rounding = Rounding.HALF_UP  # of the equal instalment
    payment_unit: Decimal = CENT  # 1: instalments are whole
    interest: Rounding = Rounding.HALF_UP  # of each period's interest, and of printed figures
    unit: Decimal = CENT  # the currency's least amount
    basis: Basis = Basis.NOMINAL
    books: Books = Books.ROUND_EACH

    def __post_init__(self) -> None:
        if self.payment_unit <= 0 or self.unit <= 0:
            raise ValueError("Money is rounded to a unit above 0, such as 0.01.")


@dataclass(frozen=True, kw_only=True)
class RateChange:
    """From one instalment or one day on, another rate. ValueError: not one of the two; the cap is not above 0."""

    from_number: int | None = None  # the first instalment whose interest bears it
    on: date | None = None  # interest after this day bears it, as an advance of that day does
    annual_rate_pct: Decimal
    recast: bool = True  # a new equal instalment over what remains; else the old one stays
    # At most so many times the instalment before; interest may then grow the balance.
    cap: Decimal | None = None

    def __post_init__(self) -> None:
        if (self.from_number is None) == (self.on is None):
            raise ValueError("A rate changes from an instalment on or on a day. Name one of them.")
        if self.cap is not None and self.cap <= 0:
            raise ValueError("An instalment's cap is a factor above 0, such as 1.075.")


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A loan contract. ValueError: impossible, and why."""

    principal: Decimal
    annual_rate_pct: Decimal
    instalments: int
    method: Method = Method.ANNUITY
    period: Period = MONTHLY
    day_count: DayCount = DayCount.THIRTY_360  # 30/360: each period bears rate / periods a year
    compounding: Compounding | None = None
    disbursed_on: date | None = None  # interest runs from here
    due_on: tuple[date, ...] = ()  # as agreed; else one period after another from `disbursed_on`
    instalment: Decimal | None = None  # as printed, where the lender did not compute it
    amortised_over: int | None = None  # more instalments than there are: the balance left is the balloon
    principal_grace: int = 0  # so many first instalments are interest only
    # The interest of so many first periods is collected with the instalment after them.
    interest_free: int = 0
    rate_changes: tuple[RateChange, ...] = ()  # in order
    conventions: Conventions = Conventions()

    def __post_init__(self) -> None:
        if self.principal <= 0 or self.annual_rate_pct < 0 or self.instalments < 1:
            raise ValueError("A loan's principal and instalments are above 0, its rate not below.")
        if self.method is Method.FIXED_INSTALMENT and (self.instalment or 0) <= 0:
            raise ValueError("A loan with a fixed instalment says how much it is.")
        if not 0 <= self.principal_grace < self.instalments or not 0 <= self.interest_free < self.instalments:
            raise ValueError("A grace period ends before the last instalment.")
        if self.amortised_over is not None and self.amortised_over < self.instalments:
            raise ValueError("A loan is not repaid over fewer instalments than it has.")
        if self.day_count is not DayCount.THIRTY_360:
            if self.disbursed_on is None:
                raise ValueError(f"Interest by {self.day_count} needs the day the loan was paid out.")
            if self.compounding is not None:
                raise ValueError("A rate compounds by periods of 30/360, not by days.")
        if self.due_on and len(self.due_on) < self.instalments:
            raise ValueError(f"{len(self.due_on)} due dates for {self.instalments} instalments.")
        self._check_rate_changes()

    def _check_rate_changes(self) -> None:
        numbers = (change.from_number for change in self.rate_changes if change.from_number is not None)
        if any(not 1 < number <= self.instalments for number in numbers):
            raise ValueError("A rate changes from the second instalment on, and not after the last.")
        days = [change.on for change in self.rate_changes if change.on is not None]
        if days and (self.disbursed_on is None or min(days) < self.disbursed_on):
            raise ValueError("A rate changes on a day from that on which the loan was paid out.")
