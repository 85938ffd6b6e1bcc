"""Payments over instalments: money is conserved, a reversal undoes, and the orders split as they say."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans import allocation_order
from loans.allocation_order import Order, Part
from loans.replay import Charge, Event, Instalment, Payment, Reversal, replay

START = date(2026, 1, 1)
LOAN = [
    Instalment(number, START + timedelta(days=30 * number), Decimal(100), Decimal(number))
    for number in (1, 2, 3)
]
ORDERS = st.sampled_from(
    [
        allocation_order.read(name)
        for name in (
            "oldest-instalment:penalty,fee,interest,principal",
            "oldest-instalment:interest,principal,fee,penalty",
            "due:penalty,fee,interest,principal;in-advance:principal,penalty,fee,interest",
            "due:penalty,interest,principal,fee;in-advance:penalty,interest,principal,fee",
            "past-due,due,in-advance(earliest first):penalty,fee,principal,interest",
            "past-due,due,in-advance(latest first):penalty,fee,principal,interest",
            "past-due,due,in-advance(evenly):penalty,fee,principal,interest",
        )
    ]
)
AMOUNTS = st.integers(1, 20_000).map(lambda cents: Decimal(cents) / 100)
DAYS = st.integers(0, 120).map(lambda days: START + timedelta(days=days))
PAYMENTS = st.builds(Payment, DAYS, AMOUNTS)
CHARGES = st.builds(Charge, st.sampled_from([Part.FEE, Part.PENALTY]), DAYS, AMOUNTS)
MADE = st.builds(Charge, st.sampled_from([Part.FEE, Part.PENALTY]), DAYS, AMOUNTS, DAYS)
EVENTS = st.lists(st.one_of(PAYMENTS, CHARGES, MADE), max_size=8)
AS_THEY_COME = allocation_order.read("past-due,due,in-advance(earliest first):penalty,fee,principal,interest")


@given(EVENTS, ORDERS)
def test_what_is_paid_in_is_split_or_overpaid_to_the_cent(events: list[Event], order: Order) -> None:
    state = replay(LOAN, events, order=order)
    received = sum(one.amount for one in events if isinstance(one, Payment))
    owed = 306 + sum(one.amount for one in events if isinstance(one, Charge))
    assert owed - state.outstanding + state.overpaid == received
    assert state.outstanding == max(owed - received, 0)
    for one in state.instalments:
        assert all(0 <= one.paid[part] <= one.owed[part] for part in Part)
        assert (one.met_on is not None) == (one.outstanding == 0)


@given(EVENTS, ORDERS, PAYMENTS)
def test_a_reversal_leaves_what_there_was_without_the_payment(
    events: list[Event], order: Order, payment: Payment
) -> None:
    of_day = sum(1 for one in events if isinstance(one, Payment) and one.on == payment.on)
    undone = [*events, payment, Reversal(payment.on, of_day + 1)]
    assert replay(LOAN, undone, order=order) == replay(LOAN, events, order=order)


@given(EVENTS, ORDERS, CHARGES)
def test_a_charge_entered_late_counts_as_if_it_had_been_known(
    events: list[Event], order: Order, charge: Charge
) -> None:
    assert replay(LOAN, [*events, charge], order=order) == replay(LOAN, [charge, *events], order=order)


@given(EVENTS, MADE)
def test_a_charge_that_comes_after_the_last_payment_leaves_every_split(
    events: list[Event], charge: Charge
) -> None:
    paid = [one for one in events if isinstance(one, Payment) and one.on <= charge.known_from]
    others = [one for one in events if not isinstance(one, Payment)]
    before = replay(LOAN, [*others, *paid], order=AS_THEY_COME)
    assert replay(LOAN, [*others, *paid, charge], order=AS_THEY_COME).splits == before.splits


# 101 are due on 31 January; 150 are paid then.
@pytest.mark.parametrize(
    ("due", "made", "is_entered_first", "fee", "left"),
    [
        (30, 30, True, 20, ["0", "73", "103"]),  # made that day before the payment
        (30, 30, False, 0, ["20", "53", "103"]),  # and after it: it stays unpaid
        (30, 90, False, 0, ["20", "53", "103"]),
        (29, 90, False, 20, ["0", "73", "103"]),  # booked back to a day before the payment
        (31, 90, False, 0, ["0", "73", "103"]),  # to the day after it, with the next instalment
        (45, 10, True, 20, ["0", "73", "103"]),  # made before the payment though due after it
    ],
)
def test_charges_as_they_come_are_known_to_later_payments_only(
    due: int, made: int, *, is_entered_first: bool, fee: int, left: list[str]
) -> None:
    charge = Charge(Part.FEE, START + timedelta(due), Decimal(20), START + timedelta(made))
    payment = Payment(START + timedelta(30), Decimal(150))
    events: list[Event] = [charge, payment] if is_entered_first else [payment, charge]
    state = replay(LOAN, events, order=AS_THEY_COME)
    assert state.splits[0].parts[Part.FEE] == fee
    assert [one.outstanding for one in state.instalments] == [Decimal(amount) for amount in left]
    assert state.instalments[0].met_on == (None if left[0] != "0" else payment.on)


def test_due_comes_first_and_principal_of_what_comes_later() -> None:
    order = allocation_order.read(
        "due:penalty,fee,interest,principal;in-advance:principal,penalty,fee,interest"
    )
    day = START + timedelta(days=10)  # before the first due day: only the charge is due
    events = [Charge(Part.PENALTY, day, Decimal(5)), Payment(day, Decimal(50))]
    split = replay(LOAN, events, order=order).splits[0]
    # 5 penalty due by the day, then 45 principal in advance; the interest of 1 waits
    assert split.parts == {Part.PENALTY: 5, Part.PRINCIPAL: 45, Part.INTEREST: 0, Part.FEE: 0}
    assert split.principal_balance == 255


def test_latest_first_pays_the_last_instalment_of_those_to_come() -> None:
    order = allocation_order.read("past-due,due,in-advance(latest first):penalty,fee,principal,interest")
    state = replay(LOAN, [Payment(START + timedelta(days=30), Decimal(151))], order=order)
    assert [one.outstanding for one in state.instalments] == [0, 102, 53]  # 101 due, 50 to the last
    assert state.instalments[2].paid_in_advance == 50


@pytest.mark.parametrize(
    ("paid", "left"),
    [
        # 101 was due that day; the rest in halves of 102 and 103
        ("102.01", ["0", "101.50", "102.49"]),  # 1.01: 0.50 and, with the cent left over, 0.51
        ("305.50", ["0", "0", "0.50"]),  # 204.50: halves of 102.25, of which the second takes only 102
        ("101.01", ["0", "102", "102.99"]),
    ],
)
def test_what_is_paid_ahead_evenly_makes_each_instalment_to_come_smaller(paid: str, left: list[str]) -> None:
    order = allocation_order.read("past-due,due,in-advance(evenly):penalty,fee,principal,interest")
    state = replay(LOAN, [Payment(START + timedelta(days=30), Decimal(paid))], order=order)
    assert [one.outstanding for one in state.instalments] == [Decimal(amount) for amount in left]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "newest-instalment:penalty,fee,interest,principal",
        "oldest-instalment:penalty,fee,interest",
        "oldest-instalment:penalty,fee,interest,interest",
        "past-due,due,in-advance(any first):penalty,fee,principal,interest",
    ],
)
def test_an_order_that_is_not_known_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=r"order of payment|does not name"):
        allocation_order.read(name)


@pytest.mark.parametrize(
    "events",
    [
        [Reversal(START)],
        [Payment(START, Decimal(1)), Reversal(START, 2)],
        [Charge(Part.FEE, START - timedelta(days=1), Decimal(1))],
    ],
)
def test_events_that_cannot_be_are_refused(events: list[Event]) -> None:
    with pytest.raises(ValueError, match=r"take back|before the loan"):
        replay(LOAN, events, since=START)


def test_interest_is_no_charge_and_nothing_is_no_payment() -> None:
    with pytest.raises(ValueError, match="a fee or a penalty"):
        Charge(Part.INTEREST, START, Decimal(1))
    with pytest.raises(ValueError, match="above 0"):
        Payment(START, Decimal(0))
