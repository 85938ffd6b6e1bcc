"""The contract schedule of an instalment loan: what is due when, and how it splits. Pure.

Guaranteed: the principal parts add up to the principal, the last instalment takes what is left, to the unit,
and each row's total is its principal plus its interest.

Percentages are percent a year (12 is 12 %); amounts are in the account's currency.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loans.due_dates import MONTHLY, due_on
from loans.rounding import Rounding, rounded

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Row:
    """One instalment. `total` = `principal` + `interest`; `balance` is the principal left after it."""

    number: int
    due_on: date | None
    total: Decimal
    principal: Decimal
    interest: Decimal
    balance: Decimal


@dataclass(frozen=True)
class MonthlyLoan:
    """A loan in equal monthly instalments as large as the lender has printed. ValueError: impossible."""

    principal: Decimal
    annual_rate_pct: Decimal  # percent a year
    instalments: int
    instalment: Decimal  # as printed; the last one differs
    disbursed_on: date | None = None  # the first instalment is due a month later
    unit: Decimal = CENT  # the currency's least amount

    def __post_init__(self) -> None:
        if self.principal <= 0 or self.annual_rate_pct < 0 or self.instalments < 1 or self.instalment <= 0:
            raise ValueError(
                "A loan's principal, instalments and their number are above 0, its rate not below."
            )


def contract_schedule(loan: MonthlyLoan) -> list[Row]:
    """The rows of a monthly loan: interest is balance · (rate / 12), half up; the last row takes the rest.

    28 000 USD at 14.07 %, 60 instalments of 652.53: the first is 328.30 interest and 324.23 principal.
    Where the printed instalment is so large that the loan is paid early, the rows end there.
    """
    rows: list[Row] = []
    for number, (principal, interest, balance) in enumerate(_monthly(loan, Rounding.HALF_UP), start=1):
        due = due_on(loan.disbursed_on, number + 1, MONTHLY) if loan.disbursed_on else None
        rows.append(Row(number, due, principal + interest, principal, interest, balance))
    return rows


def balance_after(loan: MonthlyLoan, paid: int, *, interest: Rounding = Rounding.HALF_UP) -> Decimal:
    """The principal left after the first `paid` instalments, rounded to the unit.

    interest: how each month's is rounded. With `Rounding.NONE` only the answer is: lenders do so whose books
    have more places than their letters.
    """
    balance = loan.principal
    for number, (_, _, left) in enumerate(_monthly(loan, interest), start=1):
        if number > paid:
            break
        balance = left
    return rounded(balance, loan.unit)


def _monthly(loan: MonthlyLoan, rounding: Rounding) -> Iterator[tuple[Decimal, Decimal, Decimal]]:
    """Principal, interest and balance of each instalment."""
    # The monthly rate first, to the 28 digits of a Decimal, as lenders' books do: 19.03 % on 3 000.00 is then
    # a hair below 47.575 and becomes 47.57.
    rate, balance = loan.annual_rate_pct / 1200, loan.principal
    for number in range(1, loan.instalments + 1):
        interest = rounded(balance * rate, loan.unit, rounding)
        last = number == loan.instalments
        principal = balance if last else min(loan.instalment - interest, balance)
        balance -= principal
        yield principal, interest, balance
        if not balance:
            return
