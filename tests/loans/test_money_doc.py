"""Every figure in docs/money.md is what the rules say."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from loans import allocation_order
from loans.allocation_order import Part
from loans.daycount import DayCount
from loans.recalculation import AfterExtra, Course, recalculate
from loans.replay import Charge, Instalment, Payment, replay
from loans.rounding import Rounding
from loans.schedule import schedule, totals
from loans.terms import Basis, Books, Compounding, Conventions, Method, Terms

LINES = (Path(__file__).parents[2] / "docs" / "money.md").read_text(encoding="utf-8").splitlines()
BY_DAYS = {"disbursed_on": date(2026, 1, 31)}
YEN = Conventions(unit=Decimal(1), payment_unit=Decimal(1), payment=Rounding.DOWN, interest=Rounding.DOWN)
DINAR = Conventions(unit=Decimal("0.001"), payment_unit=Decimal("0.001"))

CONTRACTS = {
    "annuity, half up": {},
    "annuity, up to the next cent": {"conventions": Conventions(payment=Rounding.UP)},
    "annuity, whole units": {"conventions": Conventions(payment_unit=Decimal(1))},
    "annuity, nothing rounded inside": {"conventions": Conventions(payment=Rounding.NONE, books=Books.CARRY)},
    "annuity, interest by days, actual/365": {"day_count": DayCount.ACTUAL_365, **BY_DAYS},
    "the same, instalment from the real days": {
        "day_count": DayCount.ACTUAL_365,
        "conventions": Conventions(basis=Basis.PER_PERIOD),
        **BY_DAYS,
    },
    "annuity, interest by days, actual/360": {"day_count": DayCount.ACTUAL_360, **BY_DAYS},
    "annuity, compounded twice a year (Canada)": {"compounding": Compounding.SEMI_ANNUAL},
    "equal principal": {"method": Method.EQUAL_PRINCIPAL},
    "flat": {"method": Method.FLAT},
    "interest only": {"method": Method.INTEREST_ONLY},
    "one month of principal grace": {"principal_grace": 1},
    "fixed instalment of 400.00": {"method": Method.FIXED_INSTALMENT, "instalment": Decimal(400)},
    "100 000 yen, rounded down": {"principal": Decimal(100000), "conventions": YEN},
    "1 000.000 dinar": {"conventions": DINAR},
}


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_contract_s_cents_are_those_of_the_table(contract: str) -> None:
    usual = {"principal": Decimal(1000), "annual_rate_pct": Decimal(10), "instalments": 3}
    terms = Terms(**(usual | CONTRACTS[contract]))  # type: ignore[arg-type]
    rows = schedule(terms)
    instalments = " + ".join(str(row.total) for row in rows)
    assert f"| {contract} | {instalments} | {totals(rows, terms.conventions.unit).interest} |" in LINES


@pytest.mark.parametrize(
    "order",
    [
        "oldest-instalment:penalty,fee,interest,principal",
        "due:penalty,fee,interest,principal;in-advance:principal,penalty,fee,interest",
        "past-due,due,in-advance(earliest first):penalty,fee,principal,interest",
    ],
)
def test_an_order_s_split_is_that_of_the_table(order: str) -> None:
    loan = [
        Instalment(1, date(2026, 2, 1), Decimal(100), Decimal(10)),
        Instalment(2, date(2026, 3, 1), Decimal(100), Decimal(10)),
    ]
    events = [
        Charge(Part.PENALTY, date(2026, 1, 20), Decimal(5)),
        Payment(date(2026, 2, 1), Decimal(150)),
    ]
    state = replay(loan, events, order=allocation_order.read(order))
    parts = state.splits[0].parts
    split = " | ".join(str(parts[part]) for part in (Part.PENALTY, Part.INTEREST, Part.PRINCIPAL))
    assert f"| `{order}` | {split} | {state.instalments[1].outstanding} |" in LINES


@pytest.mark.parametrize(
    ("what", "payment", "after"),
    [
        (
            "1 500 paid on the first due day, smaller instalments",
            Payment(date(2022, 12, 1), Decimal(1500)),
            AfterExtra.RE_AMORTISE,
        ),
        (
            "the same, instalments as large as before",
            Payment(date(2022, 12, 1), Decimal(1500)),
            AfterExtra.KEEP,
        ),
        (
            "the same, the next ones count as paid",
            Payment(date(2022, 12, 1), Decimal(1500)),
            AfterExtra.PAY_AHEAD,
        ),
        ("1 500 paid four days early", Payment(date(2022, 11, 27), Decimal(1500)), AfterExtra.RE_AMORTISE),
        (
            "the same, interest to the day first, then the next instalments",
            Payment(date(2022, 11, 27), Decimal(1500)),
            AfterExtra.NEXT_INSTALMENTS,
        ),
        ("862 paid four days late", Payment(date(2022, 12, 5), Decimal(862)), AfterExtra.RE_AMORTISE),
    ],
)
def test_a_loan_s_course_is_that_of_the_table(what: str, payment: Payment, after: AfterExtra) -> None:
    terms = Terms(
        principal=Decimal(5000),
        annual_rate_pct=Decimal(12),
        instalments=6,
        day_count=DayCount.ACTUAL_365,
        disbursed_on=date(2022, 11, 1),
        instalment=Decimal(862),
        conventions=Conventions(payment_unit=Decimal(1)),
    )
    course = Course(
        terms=terms, events=[payment], as_of=payment.on, after_extra=after, rounds_each_stretch=True
    )
    rows = ", ".join(f"{row.total:.2f}" for row in recalculate(course))
    assert f"| {what} | {rows} |" in LINES
