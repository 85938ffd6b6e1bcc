"""Habit and pace: how a person pays is read off their bills, and may only make us quieter."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.habit import LAST_BILLS, NOBODY_KNOWS, Kind, PastBill, habit
from notifications.pace import PACES, Drop, Rung, Soften, keeps

TODAY = date(2027, 3, 20)
STANDARD = tuple(
    Rung(offset, useful) for offset, useful in ((-7, 3), (-3, 1), (-1, 0), (0, 0), (3, 3), (7, 6))
)
DUE = date(2027, 3, 15)


def paid(*offsets, asked=()):
    """Monthly bills up to the last one, paid so many days from their due dates. asked: the messages' offsets."""
    first = DUE - timedelta(days=30 * (len(offsets) - 1))
    return [
        PastBill(
            due := first + timedelta(days=30 * number),
            due + timedelta(days=offset),
            tuple(due + timedelta(days=day) for day in asked if day <= offset),
        )
        for number, offset in enumerate(offsets)
    ]


def of(*offsets, **more):
    return habit(paid(*offsets, asked=more.pop("asked", ())), today=TODAY, **more)


def kept(pace, how, cadence=STANDARD, due_on=DUE):
    """The offsets of the rungs that are not dropped."""
    return {
        rung.offset_days
        for rung in cadence
        if not isinstance(keeps(pace, how, rung, cadence=cadence, due_on=due_on), Drop)
    }


# ---------- the habit ----------


@pytest.mark.parametrize(
    ("offsets", "kind", "typical"),
    [
        ((-2, -2, -3, -2), Kind.EARLY, -2),
        (
            (-12, -1, -4, -9),
            Kind.EARLY,
            -4,
        ),  # always early, on no particular day; median of -9 and -4: the later
        ((0, 0, 0, 0), Kind.ON_DAY, 0),
        ((-3, 0, -3, 0), Kind.ON_DAY, 0),  # only half of them early
        ((5, 4, 6, 5), Kind.LATE, 5),
        ((-5, 20, -3, 12), Kind.IRREGULAR, 12),
        ((0, 0, 0, 4), Kind.IRREGULAR, 0),  # one in four late is no rule
        ((-2, -2), Kind.NEW, -2),
        ((), Kind.NEW, 0),
    ],
)
def test_a_habit_is_what_most_bills_show(offsets, kind, typical):
    how = of(*offsets)
    assert (how.kind, how.typical_offset, how.bills) == (kind, typical, len(offsets))


def test_one_slip_in_twelve_bills_is_forgiven_and_two_are_not():
    assert of(*[-2] * 11, 3).kind is Kind.EARLY
    assert of(*[-2] * 10, 3, 3).kind is not Kind.EARLY


def test_only_the_last_twelve_bills_count():
    how = of(*[30] * 20, *[-2] * LAST_BILLS)
    assert (how.kind, how.bills, how.on_time) == (Kind.EARLY, LAST_BILLS, LAST_BILLS)


def test_an_open_bill_counts_once_its_due_date_is_past():
    bills = paid(-2, -2, -2)
    late = PastBill(TODAY - timedelta(days=9), None)
    waiting = PastBill(TODAY, None)
    how = habit([waiting, late, *bills], today=TODAY)
    assert (how.bills, how.on_time) == (4, 3)
    assert habit([waiting, *bills], today=TODAY).bills == 3


def test_the_spread_holds_three_of_four_bills():
    assert of(-2, -2, -3, 1).spread == 1
    assert of(-2, -2, -9, 1).spread == 3


def test_a_payment_on_the_day_of_a_message_or_the_next_one_is_its_answer():
    assert of(-3, -2, -3, asked=(-3,)).answers_reminders
    assert not of(-5, -5, -5, asked=(-7,)).answers_reminders
    assert not of(4, 4, 4, asked=(3,)).answers_reminders  # late ones are not what a reminder is for


def test_autopay_is_a_habit_of_its_own_even_without_bills():
    assert of(has_autopay=True).kind is Kind.AUTOPAY
    assert of(-1, 9, -1, has_autopay=True, autopay_failed=True).autopay_failed
    assert not of(-1, 9, -1, autopay_failed=True).autopay_failed


def test_a_first_slip_needs_a_whole_clean_year_before_it():
    assert of(*[-2] * 12, 5).first_slip == DUE
    assert of(*[-2] * 11, 5).first_slip is None  # eleven months on record
    assert of(*[-2] * 6, 1, *[-2] * 6, 5).first_slip is None  # one in that year already
    assert of(1, *[-2] * 13, 5).first_slip == DUE  # the other slip is more than a year ago
    assert of(*[-2] * 13).first_slip is None


# ---------- the pace ----------


def test_who_pays_early_keeps_one_discreet_note_after_their_usual_day():
    how = of(*[-2] * 4)
    assert kept("auto", how) == {-1, 3, 7}
    assert isinstance(keeps("auto", how, STANDARD[2], cadence=STANDARD, due_on=DUE), Soften)


def test_who_pays_early_when_asked_keeps_the_rung_they_answer():
    assert kept("auto", of(*[-2] * 4, asked=(-7, -3))) == {-3, 3, 7}
    assert kept("auto", of(*[-6] * 4, asked=(-7, -3))) == {-7, 3, 7}


def test_the_note_of_an_early_payer_is_the_last_rung_where_none_comes_after_their_day():
    assert kept("auto", of(*[-1] * 4), cadence=(Rung(-7), Rung(-3))) == {-3}


def test_who_pays_on_the_day_keeps_the_last_rung_before_it_and_the_day():
    assert kept("auto", of(0, 0, 0, 0)) == {-1, 0, 3, 7}


def test_automatic_payment_is_silent_until_it_fails_or_the_bill_is_open_after_its_due_date():
    assert kept("auto", of(has_autopay=True)) == {3, 7}
    assert kept("auto", of(has_autopay=True, autopay_failed=True)) == {-7, -3, -1, 0, 3, 7}


@pytest.mark.parametrize("how", [of(5, 4, 6, 5), of(-5, 20, -3, 12), NOBODY_KNOWS])
def test_late_irregular_and_new_payers_keep_what_they_chose(how):
    assert kept("auto", how) == kept("standard", how)


def test_a_first_slip_after_a_clean_year_is_softer_and_later():
    how = of(*[-2] * 12, 5)
    verdict = keeps("auto", how, STANDARD[4], cadence=STANDARD, due_on=DUE)
    assert isinstance(verdict, Soften)
    assert (verdict.reason.rule, verdict.later_days) == ("pace.first_slip", 2)


def test_the_next_bill_is_no_first_slip():
    how = of(*[-2] * 12, 5)
    verdict = keeps("auto", how, STANDARD[4], cadence=STANDARD, due_on=DUE + timedelta(days=30))
    assert isinstance(verdict, Soften)
    assert (verdict.reason.rule, verdict.later_days) == ("pace.reliable", 0)


def test_the_gentle_pace_keeps_three_rungs():
    assert kept("gentle", NOBODY_KNOWS) == {-3, 0, 3}
    assert kept("gentle", NOBODY_KNOWS, cadence=(Rung(-5), Rung(-1))) == {-1}  # as near to -3: the later


def test_off_keeps_what_the_law_demands_and_nothing_else():
    cadence = (*STANDARD[:5], Rung(7, 6, is_required=True))
    assert kept("off", NOBODY_KNOWS, cadence=cadence) == {7}


# ---------- properties ----------

RUNGS = st.lists(
    st.builds(
        Rung,
        st.integers(-30, 30),
        st.integers(0, 10),
        st.booleans(),
    ),
    unique_by=lambda rung: rung.offset_days,
    min_size=1,
    max_size=12,
).map(tuple)
BILLS = st.lists(
    st.builds(
        lambda due, offset, asked: PastBill(
            due,
            None if offset is None else due + timedelta(days=offset),
            tuple(due + timedelta(days=day) for day in asked),
        ),
        st.dates(date(2025, 1, 1), date(2027, 4, 30)),
        st.none() | st.integers(-30, 90),
        st.lists(st.integers(-30, 30), max_size=3),
    ),
    max_size=20,
)
HABITS = st.builds(
    lambda bills, has_autopay, failed: habit(
        bills, today=TODAY, has_autopay=has_autopay, autopay_failed=failed
    ),
    BILLS,
    st.booleans(),
    st.booleans(),
)


@given(HABITS, RUNGS)
def test_no_pace_ever_adds_a_rung_and_a_quieter_one_keeps_no_more(how, cadence):
    sets = {pace: kept(pace, how, cadence) for pace in PACES}
    everything = {rung.offset_days for rung in cadence}
    required = {rung.offset_days for rung in cadence if rung.is_required}
    assert sets["standard"] == sets["close"] == everything
    assert required == sets["off"] <= sets["gentle"] <= sets["standard"]
    assert required <= sets["auto"] <= everything


@given(HABITS, RUNGS)
def test_a_rung_is_only_ever_moved_to_a_later_day_on_which_it_is_of_use_and_next_to_no_other(how, cadence):
    for pace in PACES:
        days = []
        for rung in sorted(cadence, key=lambda rung: rung.offset_days):
            verdict = keeps(pace, how, rung, cadence=cadence, due_on=DUE)
            later = verdict.later_days if isinstance(verdict, Soften) else 0
            assert 0 <= later <= rung.useful_days
            days.append(rung.offset_days + later)
        assert len(set(days)) == len(days)


@given(HABITS, RUNGS, st.randoms(use_true_random=False))
def test_the_same_facts_in_any_order_give_the_same_verdicts(how, cadence, random):
    shuffled = list(cadence)
    random.shuffle(shuffled)
    for pace in PACES:
        for rung in cadence:
            first = keeps(pace, how, rung, cadence=cadence, due_on=DUE)
            assert first == keeps(pace, how, rung, cadence=tuple(shuffled), due_on=DUE)


@given(BILLS, st.randoms(use_true_random=False))
def test_the_order_of_the_bills_says_nothing(bills, random):
    shuffled = list(bills)
    random.shuffle(shuffled)
    assert habit(bills, today=TODAY) == habit(shuffled, today=TODAY)


@given(HABITS)
def test_every_count_of_a_habit_is_within_its_bills(how):
    assert 0 <= how.answered <= how.on_time <= how.bills <= LAST_BILLS
    assert how.usual_until < 0
    assert how.spread >= 0
