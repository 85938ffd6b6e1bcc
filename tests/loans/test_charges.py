"""Charges by percentage."""

from datetime import date
from decimal import Decimal

import pytest

from loans.charges import Percentage, on_each, on_overdue, once, read_basis
from loans.replay import Instalment, Payment, replay

LOAN = [Instalment(number, date(2023, number + 1, 1), Decimal(1000), Decimal(30)) for number in (1, 2, 3)]


def percentage(basis: str, percent: str = "1.5") -> Percentage:
    return Percentage(percent=Decimal(percent), basis=read_basis(basis))


@pytest.mark.parametrize(
    ("basis", "charge"),
    [("principal", "45.00"), ("interest", "1.35"), ("principal+interest", "46.35")],
)
def test_a_charge_on_the_whole_loan(basis: str, charge: str) -> None:
    assert once(percentage(basis), Decimal(3000), LOAN) == Decimal(charge)


def test_a_charge_on_each_instalment() -> None:
    assert on_each(percentage("principal+interest of each instalment"), LOAN) == [Decimal("15.45")] * 3


def test_a_late_charge_is_on_what_is_unpaid_and_past_due() -> None:
    paid = replay(LOAN, [Payment(date(2023, 2, 1), Decimal(1130))]).instalments
    late = percentage("overdue principal of each instalment")
    # the first is paid; 100 on the second paid its interest of 30 and 70 principal; the third is due today
    assert on_overdue(late, paid, date(2023, 4, 1)) == [0, Decimal("13.95"), 0]


@pytest.mark.parametrize("name", ["", "fees", "principal+principal", "overdue principal", "principal of it"])
def test_a_basis_that_is_not_known_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"percentage of|each instalment"):
        read_basis(name)


def test_a_charge_is_not_below_nothing() -> None:
    with pytest.raises(ValueError, match="0 % or more"):
        percentage("principal", "-1")
