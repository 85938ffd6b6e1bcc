"""The picture of what is paid and left."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from loans import charts
from loans.bill_lines import BillLine, BillState

amounts = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False)


def line(number: int, *, amount: Decimal, paid: Decimal, state: BillState = BillState.TO_PAY) -> BillLine:
    return BillLine(
        number=number,
        due_on=date(2026, 1, 15) + timedelta(days=30 * number),
        amount=amount,
        paid=paid,
        left=amount - paid,
        state=state,
    )


@st.composite
def schedules(draw: st.DrawFn) -> list[BillLine]:
    pairs = draw(st.lists(st.tuples(amounts, amounts), max_size=400))
    return [line(i, amount=max(pair), paid=min(pair)) for i, pair in enumerate(pairs)]


@given(schedules())
def test_every_column_stays_inside_the_drawing_and_beside_the_others(lines: list[BillLine]) -> None:
    chart = charts.paid_and_left(lines)
    if chart is None:
        assert not any(each.amount for each in lines)
        return
    edge = 0
    for column in chart.columns:
        assert edge <= column.x
        assert column.width > 0
        edge = column.x + column.width
        assert 0 <= column.left_y <= column.paid_y <= chart.height
    assert edge <= chart.width


@given(schedules())
def test_the_columns_hold_all_that_is_paid_and_left(lines: list[BillLine]) -> None:
    chart = charts.paid_and_left(lines)
    columns = chart.columns if chart else ()
    assert sum(column.paid for column in columns) == sum(each.paid for each in lines)
    assert sum(column.left for column in columns) == sum(each.left for each in lines)


def test_a_schedule_of_two_years_has_a_column_for_each_bill_and_a_longer_one_for_each_year() -> None:
    months = [line(number, amount=Decimal(100), paid=Decimal(0)) for number in range(25)]
    short, long = charts.paid_and_left(months[:24]), charts.paid_and_left(months)
    assert short is not None
    assert long is not None
    assert (len(short.columns), short.by_year) == (24, False)
    assert (len(long.columns), long.by_year) == (3, True)


def test_the_paid_part_is_as_high_as_its_share() -> None:
    chart = charts.paid_and_left([line(0, amount=Decimal(200), paid=Decimal(50))])
    assert chart is not None
    [column] = chart.columns
    assert (column.paid_height, column.left_height) == (60, 180)  # of 240: a quarter, three quarters


def test_a_column_with_an_overdue_bill_says_so() -> None:
    late = line(0, amount=Decimal(100), paid=Decimal(0), state=BillState.OVERDUE)
    chart = charts.paid_and_left([late, line(1, amount=Decimal(100), paid=Decimal(0))])
    assert chart is not None
    assert [column.is_overdue for column in chart.columns] == [True, False]
    assert chart.has_overdue
