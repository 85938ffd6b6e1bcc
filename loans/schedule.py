"""The contract schedule of an instalment loan: what is due when, and how it splits. Pure.

Guaranteed: the principal parts add up to the principal, the last instalment takes what is left, to the unit,
and each row's total is its principal plus its interest.

Percentages are percent a year (12 is 12 %); amounts are in the account's currency.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from loans.annuity import equal_instalment
from loans.rates import PeriodRates
from loans.rounding import Rounding, rounded
from loans.terms import CENT, Books, Conventions, Method, Terms

ZERO = Decimal(0)


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
class Totals:
    principal: Decimal
    interest: Decimal
    total: Decimal


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
        self.terms()

    def terms(self, interest: Rounding = Rounding.HALF_UP) -> Terms:
        return Terms(
            method=Method.FIXED_INSTALMENT,
            principal=self.principal,
            annual_rate_pct=self.annual_rate_pct,
            instalments=self.instalments,
            instalment=self.instalment,
            disbursed_on=self.disbursed_on,
            conventions=Conventions(unit=self.unit, payment_unit=self.unit, interest=interest),
        )


def schedule(terms: Terms) -> list[Row]:
    """The rows of a contract, as printed; exact where the books are `unrounded`.

    Interest is balance · rate of the period (`rates.PeriodRates`), of a flat loan principal · rate. The equal
    instalment is A = P · i / (1 − (1 + i)⁻ⁿ), or that of `annuity.instalment_at`, rounded by the conventions.
    28 000 USD at 14.07 %, 60 instalments of 652.53: the first is 328.30 interest and 324.23 principal.
    Where the instalment is so large that the loan is paid early, the rows end there. A loan repaid over more
    instalments than it has ends with its balloon in the last row's balance.
    """
    if terms.conventions.books is Books.CARRY:
        return [_printed(row, terms.conventions) for row in _rows(terms)]
    return list(_rows(terms))


def contract_schedule(loan: MonthlyLoan) -> list[Row]:
    """The rows of a monthly loan: interest is balance · (rate / 12), half up; the last row takes the rest."""
    return schedule(loan.terms())


def balance_after(loan: MonthlyLoan, paid: int, *, interest: Rounding = Rounding.HALF_UP) -> Decimal:
    """The principal left after the first `paid` instalments, rounded to the unit.

    interest: how each month's is rounded. With `Rounding.NONE` only the answer is: lenders do so whose books
    have more places than their letters.
    """
    balance = loan.principal
    for row in _rows(loan.terms(interest)):
        if row.number > paid:
            break
        balance = row.balance
    return rounded(balance, loan.unit)


def totals(rows: Iterable[Row], unit: Decimal = CENT) -> Totals:
    """What the rows add up to, rounded half up to `unit` at the end."""
    rows = list(rows)
    principal = rounded(sum((row.principal for row in rows), ZERO), unit)
    interest = rounded(sum((row.interest for row in rows), ZERO), unit)
    return Totals(principal, interest, rounded(sum((row.total for row in rows), ZERO), unit))


def instalment_of(terms: Terms) -> Decimal:
    """The first instalment, as printed: the equal one, unless the loan begins with interest alone."""
    if terms.principal_grace or terms.method in (Method.EQUAL_PRINCIPAL, Method.INTEREST_ONLY):
        return schedule(terms)[0].total
    exact = _instalment(PeriodRates(terms), 1, terms.principal, terms.instalment)
    return rounded(exact, terms.conventions.unit, terms.conventions.interest)  # what is carried, in cents


def _rows(terms: Terms) -> Iterator[Row]:
    rates, conventions = PeriodRates(terms), terms.conventions
    balance, instalment, deferred, charged = terms.principal, terms.instalment, ZERO, ZERO
    for number in range(1, terms.instalments + 1):
        is_last = number == terms.instalments and terms.amortised_over is None
        base = terms.principal if terms.method is Method.FLAT else balance
        interest = _booked(base * rates.of(number), conventions)
        if is_last and terms.method is Method.FLAT:
            interest = _flat_total(terms, rates) - charged
        charged += interest
        if number > terms.principal_grace and (instalment is None or rates.change_in(number)):
            instalment = _instalment(rates, number, balance, instalment)
        principal = balance if is_last else min(_part(terms, number, interest, instalment), balance)
        balance -= principal
        interest += deferred
        is_free = number <= terms.interest_free and balance > 0  # what is paid early pays its interest too
        deferred, interest = (interest, ZERO) if is_free else (ZERO, interest)
        yield Row(number, rates.due(number), principal + interest, principal, interest, balance)
        if not balance:
            return


def _booked(interest: Decimal, conventions: Conventions) -> Decimal:
    if conventions.books is not Books.ROUND_EACH:
        return interest
    return rounded(interest, conventions.unit, conventions.interest)


def _flat_total(terms: Terms, rates: PeriodRates) -> Decimal:
    """All interest of a flat loan: the last instalment takes the cents by which its equal parts miss it."""
    share = sum((rates.of(number) for number in range(1, terms.instalments + 1)), ZERO)
    return _booked(terms.principal * share, terms.conventions)


def _part(terms: Terms, number: int, interest: Decimal, instalment: Decimal | None) -> Decimal:
    """The principal that an instalment repays, before the last one takes the rest."""
    if number <= terms.principal_grace or terms.method is Method.INTEREST_ONLY or instalment is None:
        return ZERO
    return instalment if terms.method is Method.EQUAL_PRINCIPAL else instalment - interest


def _instalment(rates: PeriodRates, number: int, balance: Decimal, before: Decimal | None) -> Decimal:
    """The instalment from `number` on; of equal principal parts, that part. before: what it was until then."""
    terms, conventions = rates.terms, rates.terms.conventions
    change = rates.change_in(number)
    is_levelled = terms.method in (Method.ANNUITY, Method.FLAT)
    if before is not None and not (change and change.recast and is_levelled):
        return before
    remaining = (terms.amortised_over or terms.instalments) - number + 1
    if terms.method is Method.ANNUITY:
        exact = equal_instalment(balance, rates.for_instalment(number, number + remaining - 1))
    elif terms.method is Method.FLAT:
        exact = balance / remaining + terms.principal * rates.of(number)
    else:
        exact = balance / remaining
    if before is not None and change and change.cap:
        exact = min(exact, before * change.cap)
    if conventions.books is Books.UNROUNDED:
        return exact
    return rounded(exact, conventions.payment_unit, conventions.payment)


def _printed(row: Row, conventions: Conventions) -> Row:
    """A row of books that carry fractions: printed principal is printed total less printed interest."""
    total, interest, balance = (
        rounded(value, conventions.unit, conventions.interest)
        for value in (row.total, row.interest, row.balance)
    )
    return replace(row, total=total, principal=total - interest, interest=interest, balance=balance)
