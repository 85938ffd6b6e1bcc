"""The verdict finds each thing that must never be: a harness that cannot fail proves nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.faults.verdict import Books, Received, Reminder, Wrong, judge

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CALL = UUID(int=1)
SENT = Reminder(bill=7, state="sent", has_reasons=True, is_waiting=False)
TEXT = Received(at=NOON + 3 * SECOND, attempt=CALL, person=1, reference="SM1", bills=(7,))
BOOKS = Books(
    due={7: NOON},
    closed=frozenset(),
    reminders=[SENT],
    decided={CALL: NOON + SECOND},
    references={CALL: "SM1"},
    stopped={},
    paid={},
)


def found(books: Books, *received: Received) -> list[Wrong]:
    verdict = judge(books, received, lag_until=NOON + 10 * SECOND)
    return [kind for kind, what in verdict.wrong.items() if what]


def with_state(state: str, **fields) -> Books:
    return replace(BOOKS, reminders=[replace(SENT, state=state, **fields)])


def test_a_reminder_sent_once_is_delivered_with_its_lag() -> None:
    verdict = judge(BOOKS, [TEXT], lag_until=NOON + 10 * SECOND)
    assert verdict.is_clean
    figures = verdict.to_json()
    assert (figures["reminders"], figures["delivered"], figures["lag_p50_s"]) == (1, 1, 3.0)


def test_a_note_in_the_inbox_is_delivered() -> None:
    assert found(with_state("sent", notes=1)) == []


@pytest.mark.parametrize(
    "books",
    [
        BOOKS,  # sent by the books, and nobody received it
        with_state("calling"),
        with_state("failed"),
        with_state("planned", is_waiting=False),
        with_state("planned", is_waiting=True, has_reasons=False),
        with_state("suppressed", has_reasons=False),
        replace(BOOKS, reminders=[]),
    ],
)
def test_what_neither_went_out_nor_waits_nor_fell_away_with_a_reason_is_lost(books: Books) -> None:
    assert found(books) == [Wrong.LOST]


@pytest.mark.parametrize("state", ["planned", "suppressed", "expired", "cancelled", "unknown"])
def test_what_was_not_sent_for_a_reason_is_not_lost(state: str) -> None:
    assert found(with_state(state, is_waiting=True)) == []


def test_a_bill_paid_before_it_was_planned_is_not_lost() -> None:
    assert found(replace(BOOKS, reminders=[], closed=frozenset([7]))) == []


def test_two_messages_for_one_bill_are_double_and_over_the_cap() -> None:
    assert found(BOOKS, TEXT, TEXT) == [Wrong.DUPLICATED, Wrong.OVER_CAP]


def test_two_messages_a_day_for_one_person_are_over_the_cap() -> None:
    books = replace(BOOKS, due={7: NOON, 8: NOON}, reminders=[SENT, replace(SENT, bill=8)])
    assert found(books, TEXT, replace(TEXT, bills=(8,))) == [Wrong.OVER_CAP]


@pytest.mark.parametrize("books", [with_state("suppressed"), replace(BOOKS, decided={})])
def test_what_was_received_against_the_books_is_unbooked(books: Books) -> None:
    assert found(books, TEXT) == [Wrong.UNBOOKED]


def test_a_stop_that_the_books_do_not_have_is_lost() -> None:
    said = replace(BOOKS, said_stop={1: "by text; the hook: nothing", 2: "by staff; the hook: nothing"})
    verdict = judge(replace(said, stopped={2: NOON + 9 * SECOND}), [TEXT], lag_until=NOON)
    assert verdict.wrong[Wrong.STOP_LOST] == ["person 1: by text; the hook: nothing"]


def test_a_message_booked_under_anothers_id_is_mistaken() -> None:
    assert found(replace(BOOKS, references={CALL: "SM2"}), TEXT) == [Wrong.MISTAKEN]


def test_a_notice_about_the_account_is_none_of_the_days_messages_and_a_reminder_never_a_notice() -> None:
    notice = Received(NOON + SECOND, UUID(int=2), person=1, reference="", bills=())
    known = replace(BOOKS, notices=frozenset([notice.attempt]))
    assert found(known, TEXT, notice) == []
    assert found(known, TEXT, replace(notice, bills=(7,))) == [
        Wrong.DUPLICATED,
        Wrong.UNBOOKED,
        Wrong.OVER_CAP,
    ]


@pytest.mark.parametrize(("of", "kind"), [("stopped", Wrong.AFTER_STOP), ("paid", Wrong.AFTER_PAYMENT)])
def test_a_decision_after_a_stop_or_payment_is_wrong_and_one_before_it_was_on_its_way(
    of: str, kind: Wrong
) -> None:
    key = {"stopped": 1, "paid": 7}[of]
    assert found(replace(BOOKS, **{of: {key: NOON}}), TEXT) == [kind]
    before = replace(BOOKS, **{of: {key: NOON + 2 * SECOND}})
    verdict = judge(before, [TEXT], lag_until=NOON)
    assert verdict.is_clean
    assert verdict.to_json()["on_their_way_at_" + {"stopped": "stop", "paid": "payment"}[of]] == {
        "messages": 1,
        "longest_ms": 1000,
    }
