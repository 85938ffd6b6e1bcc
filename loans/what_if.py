"""What paying more each month saves. Pure. Amounts in the account's currency."""

from dataclasses import dataclass, replace
from decimal import Decimal

from loans.schedule import Row, instalment_of, schedule, totals
from loans.terms import Method, Terms


@dataclass(frozen=True)
class WhatIf:
    """A loan as agreed, and with so much more each period."""

    plain: tuple[Row, ...]
    more: tuple[Row, ...]
    periods_saved: int
    interest_saved: Decimal


def paying_more(terms: Terms, extra: Decimal) -> WhatIf:
    """The loan with each instalment larger by `extra`, beside the loan as agreed.

    For a loan under way the terms name what is left: the balance, the instalments to come, the printed one.
    10 000 at 12 %, 24 months of 470.73, with 100 more: 4 months and 248.04 interest less.
    ValueError: the extra is below 0, or the loan has no equal instalment.
    """
    if extra < 0:
        raise ValueError("What is paid on top is 0 or more.")
    if terms.method not in (Method.ANNUITY, Method.FIXED_INSTALMENT) or terms.amortised_over:
        raise ValueError("Only a loan with an equal instalment can be paid faster by a larger one.")
    plain = tuple(schedule(terms))
    larger = replace(terms, method=Method.FIXED_INSTALMENT, instalment=instalment_of(terms) + extra)
    more = tuple(schedule(larger)) if extra else plain
    unit = terms.conventions.unit
    saved = totals(plain, unit).interest - totals(more, unit).interest
    return WhatIf(plain, more, len(plain) - len(more), saved)
