"""Calendar files: folding loses nothing and cuts no character, rules mean the days RFC 5545 prints."""

from datetime import date
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loans.calendar_text import escape, fold, occurrences, unescape, unfold

LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), min_size=1, max_size=300)


@given(LINES)
def test_a_folded_line_has_75_octets_at_most_and_unfolds_to_itself(line: str) -> None:
    folded = fold(line)
    assert all(len(part.encode()) <= 75 for part in folded.split("\r\n"))
    assert folded.endswith("\r\n")
    assert unfold(folded) == [line]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
def test_an_escaped_text_is_one_line_and_says_the_same(text: str) -> None:
    assert "\n" not in escape(text)
    assert unescape(escape(text)) == text


def test_every_sign_with_a_meaning_is_escaped() -> None:
    assert escape("a;b,c\\d\r\ne") == "a\\;b\\,c\\\\d\\ne"


@pytest.mark.parametrize(
    ("start", "rule", "days"),
    [
        (date(2026, 1, 31), "FREQ=MONTHLY", [date(2026, 1, 31), date(2026, 3, 31), date(2026, 5, 31)]),
        (date(2026, 1, 31), "FREQ=MONTHLY;BYMONTHDAY=-1", [date(2026, 1, 31), date(2026, 2, 28)]),
    ],
)
def test_a_rule_without_end_means_its_days(start: date, rule: str, days: list[date]) -> None:
    assert list(islice(occurrences(start, rule), len(days))) == days


@pytest.mark.parametrize(
    ("rule", "last"),
    [
        ("FREQ=DAILY;UNTIL=20260103", date(2026, 1, 3)),  # the day is taken in
        ("FREQ=DAILY;UNTIL=20260103T000000Z", date(2026, 1, 2)),  # the instant comes before the day's event
        ("UNTIL=20260103;FREQ=DAILY;INTERVAL=2", date(2026, 1, 3)),
        ("FREQ=DAILY;COUNT=4", date(2026, 1, 4)),
    ],
)
def test_a_rule_ends_where_it_says(rule: str, last: date) -> None:
    assert list(occurrences(date(2026, 1, 1), rule))[-1] == last


@pytest.mark.parametrize("rule", ["", "FREQ=SOMETIMES", "BYDAY=MO", "FREQ=DAILY;INTERVAL=x"])
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="not a recurrence rule"):
        occurrences(date(2026, 1, 1), rule)
