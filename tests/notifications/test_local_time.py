"""Clock-change nights, date lines, and windows of hours against a plain reading of the wall clock."""
# ruff: noqa: DTZ001  a wall clock time has no zone: that is what is tested

from datetime import UTC, date, datetime, time, timedelta

import pytest
import tzdata
from hypothesis import given
from hypothesis import strategies as st

from notifications import local_time
from notifications.local_time import (
    day_start,
    instant,
    instants,
    next_opening,
    openings,
    transitions,
    zone,
)

BERLIN, NEW_YORK, CAIRO = zone("Europe/Berlin"), zone("America/New_York"), zone("Africa/Cairo")
LORD_HOWE, APIA, TOKYO = zone("Australia/Lord_Howe"), zone("Pacific/Apia"), zone("Asia/Tokyo")
MINUTE = timedelta(minutes=1)

zones = st.sampled_from(
    [BERLIN, NEW_YORK, CAIRO, LORD_HOWE, APIA, TOKYO]
    + [zone(key) for key in ("Africa/Casablanca", "America/Havana", "America/Santiago", "Pacific/Chatham")]
)
# Around a change of clocks more often than by chance: the nights of March, April, September to November.
instants_utc = st.one_of(
    st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.datetimes(datetime(2026, 3, 28, 20), datetime(2026, 3, 29, 6), timezones=st.just(UTC)),
    st.datetimes(datetime(2026, 10, 24, 20), datetime(2026, 10, 25, 6), timezones=st.just(UTC)),
    st.datetimes(datetime(2026, 11, 1, 3), datetime(2026, 11, 1, 12), timezones=st.just(UTC)),
    st.datetimes(datetime(2011, 12, 29), datetime(2012, 1, 2), timezones=st.just(UTC)),
)
times = st.times().map(lambda value: value.replace(second=0, microsecond=0))
windows_of_a_day = st.tuples(times, times | st.just(time.max))
weeks = st.dictionaries(st.integers(0, 6), st.none() | windows_of_a_day)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_the_pinned_database_is_used_not_the_machines():
    import zoneinfo

    assert zoneinfo.TZPATH == ()
    assert tzdata.IANA_VERSION == "2026f"


@pytest.mark.parametrize(
    "key", ["", "Mars/Olympus", "Europe", "../../etc/passwd", "/etc/localtime", "europe/berlin"]
)
def test_an_unknown_zone_is_refused_with_a_hint(key):
    with pytest.raises(ValueError, match="Europe/Berlin"):
        zone(key)


def test_a_skipped_time_never_is_and_a_repeated_one_is_twice():
    assert instants(datetime(2026, 3, 29, 2, 30), BERLIN) == ()
    assert instants(datetime(2026, 10, 25, 2, 30), BERLIN) == (
        utc(2026, 10, 25, 0, 30),
        utc(2026, 10, 25, 1, 30),
    )
    assert instants(datetime(2026, 6, 1, 9), BERLIN) == (utc(2026, 6, 1, 7),)
    assert instants(datetime(2011, 12, 30, 12), APIA) == ()  # the day that never was


def test_the_edges_of_gap_and_repetition_are_half_open():
    assert instants(datetime(2026, 3, 29, 2), BERLIN) == ()
    assert instants(datetime(2026, 3, 29, 3), BERLIN) == (utc(2026, 3, 29, 1),)
    assert len(instants(datetime(2026, 10, 25, 2), BERLIN)) == 2
    assert len(instants(datetime(2026, 10, 25, 3), BERLIN)) == 1


def test_a_time_means_the_first_instant_the_clock_has_reached_it():
    assert instant(datetime(2026, 3, 29, 2, 30), BERLIN) == utc(2026, 3, 29, 1)
    assert instant(datetime(2026, 10, 25, 2, 30), BERLIN) == utc(2026, 10, 25, 0, 30)
    half_an_hours_gap = datetime(2026, 10, 4, 2, 10)
    assert instant(half_an_hours_gap, LORD_HOWE) == utc(2026, 10, 3, 15, 30)


def test_a_day_starts_after_midnight_where_midnight_is_skipped():
    assert day_start(date(2026, 4, 24), CAIRO) == utc(2026, 4, 23, 22)
    assert day_start(date(2011, 12, 30), APIA) == day_start(date(2011, 12, 31), APIA) == utc(2011, 12, 30, 10)


def test_transitions_are_listed_with_their_offsets():
    spring, autumn = transitions(BERLIN, 2026, 2026)
    assert spring == (utc(2026, 3, 29, 1), timedelta(hours=1), timedelta(hours=2))
    assert autumn == (utc(2026, 10, 25, 1), timedelta(hours=2), timedelta(hours=1))
    assert transitions(TOKYO, 2026, 2027) == []


def test_a_start_that_is_skipped_opens_at_the_end_of_the_gap():
    window = (time(2, 30), time(8))
    assert list(openings(date(2026, 3, 29), window, BERLIN)) == [(utc(2026, 3, 29, 1), utc(2026, 3, 29, 6))]


def test_an_end_that_is_repeated_closes_the_first_time():
    window = (time(0), time(2, 30))
    assert list(openings(date(2026, 10, 25), window, BERLIN)) == [
        (utc(2026, 10, 24, 22), utc(2026, 10, 25, 0, 30))
    ]


def test_a_start_that_is_repeated_is_shut_while_the_clock_is_before_it_again():
    night = date(2026, 10, 25)
    assert list(openings(night, (time(2, 30), time(8)), BERLIN)) == [
        (utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1)),
        (utc(2026, 10, 25, 1, 30), utc(2026, 10, 25, 7)),
    ]


def test_a_window_wholly_in_the_gap_does_not_open():
    assert list(openings(date(2026, 3, 29), (time(2, 10), time(2, 50)), BERLIN)) == []


def test_the_next_opening_is_now_or_later_today_or_the_next_open_weekday():
    office = {day: (time(9), time(17)) for day in range(5)}
    friday_noon = utc(2026, 6, 5, 10)
    assert next_opening(friday_noon, office, BERLIN) == friday_noon
    assert next_opening(utc(2026, 6, 5, 3), office, BERLIN) == utc(2026, 6, 5, 7)
    assert next_opening(utc(2026, 6, 5, 15), office, BERLIN) == utc(2026, 6, 8, 7)  # 17:00 is already shut
    assert next_opening(friday_noon, dict.fromkeys(range(7)), BERLIN) is None


def open_at(now, windows, zone):
    return next_opening(now, windows, zone) == now


def test_a_window_over_midnight_belongs_to_the_day_it_starts_on():
    night_shift = {4: (time(22), time(6))}  # Friday
    assert open_at(utc(2026, 6, 6, 3, 59), night_shift, BERLIN)  # Saturday 05:59
    assert next_opening(utc(2026, 6, 6, 4), night_shift, BERLIN) == utc(2026, 6, 12, 20)


def test_a_weekday_that_never_was_comes_again_a_week_later():
    assert next_opening(utc(2011, 12, 29, 12), {4: (time(9), time(17))}, APIA) == utc(2012, 1, 5, 19)


@pytest.mark.parametrize("end", [time.max, time(0)])
def test_the_whole_day_has_no_second_in_which_it_is_shut(end):
    always = {day: (time(0), end) for day in range(7)}
    for at in (utc(2026, 3, 29, 0, 59, 59), utc(2026, 3, 28, 22, 59, 59), utc(2026, 10, 25, 0, 30)):
        assert open_at(at.replace(microsecond=999_999), always, BERLIN)


@given(instants_utc, zones)
def test_every_instant_is_among_those_its_wall_clock_time_has(at, zone):
    local = at.astimezone(zone).replace(tzinfo=None, fold=0)
    assert at in instants(local, zone)
    assert instant(local, zone) == min(instants(local, zone))


@given(instants_utc, st.timedeltas(timedelta(0), timedelta(hours=30)), zones)
def test_a_later_local_time_is_never_an_earlier_instant(at, later, zone):
    local = at.replace(tzinfo=None)
    assert instant(local, zone) <= instant(local + later, zone)


@given(instants_utc, weeks, zones)
def test_what_opens_next_is_open_and_nothing_before_it_is(now, week, zone):
    opening = next_opening(now, week, zone)
    if opening is None:
        assert not any(week.values()) or all(_shut(now + n * 30 * MINUTE, week, zone) for n in range(48 * 14))
        return
    assert opening >= now
    assert open_at(opening, week, zone)
    assert not _shut(opening, week, zone)
    gap = (opening - now) // MINUTE
    for minutes in range(0, gap, max(1, gap // 200)):
        assert not open_at(now + minutes * MINUTE, week, zone)


@given(instants_utc, weeks, zones)
def test_hours_are_open_only_while_the_wall_clock_is_inside_them(now, week, zone):
    if open_at(now, week, zone):
        assert not _shut(now, week, zone)
    elif not _shut(now, week, zone):  # the clock shows the hours: then it shows them for the second time
        local = now.astimezone(zone).replace(tzinfo=None)
        assert any(len(instants(local - n * MINUTE, zone)) == 2 for n in range(24 * 60))


def _shut(at: datetime, week: dict[int, local_time.Window | None], zone: object) -> bool:
    """Is the wall clock outside of today's window and of what is left of yesterday's?"""
    local = at.astimezone(zone)
    clock, today, yesterday = local.time(), week.get(local.weekday()), week.get((local.weekday() - 1) % 7)
    if today and today[0] <= clock and (clock < today[1] or today[1] == time.max or today[1] <= today[0]):
        return False
    return not (yesterday and yesterday[1] <= yesterday[0] and clock < yesterday[1])
