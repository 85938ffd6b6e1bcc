"""Money, days and rates in the reader's language. Expected texts: Unicode CLDR, as Babel carries it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from loans.templatetags import money as tags

DAY = date(2026, 12, 3)


@pytest.mark.parametrize(
    ("language", "amount", "currency", "text"),
    [
        ("en", "1234.5", "USD", "$1,234.50"),
        ("en", "1234", "JPY", "¥1,234"),  # the yen has no smaller unit
        ("en", "1.25", "KWD", "KWD\N{NO-BREAK SPACE}1.250"),  # the dinar has a thousand
        ("en", "-5", "EUR", "-€5.00"),
        ("en", "-0", "USD", "$0.00"),
        ("zh-hans", "1234.5", "CNY", "¥1,234.50"),
        ("zh-hant", "1234.5", "TWD", "$1,234.50"),
        ("zh-hant", "1234.5", "CNY", "CN¥1,234.50"),
    ],
)
def test_an_amount_is_written_as_its_reader_writes_it(
    language: str, amount: str, currency: str, text: str
) -> None:
    with translation.override(language):
        assert tags.money(Decimal(amount), currency) == text


@pytest.mark.parametrize(
    ("language", "full", "short", "weekday"),
    [
        ("en", "December 3, 2026", "Dec 3, 2026", "Thursday, December 3"),
        ("zh-hans", "2026年12月3日", "2026年12月3日", "12月3日星期四"),
        ("zh-hant", "2026年12月3日", "2026年12月3日", "12月3日 星期四"),
    ],
)
def test_a_day_is_written_as_its_reader_writes_it(language: str, full: str, short: str, weekday: str) -> None:
    with translation.override(language):
        assert (tags.day(DAY), tags.short_day(DAY), tags.weekday(DAY)) == (full, short, weekday)


@pytest.mark.parametrize("filter_name", ["day", "short_day", "weekday", "day_and_time", "weekday_and_time"])
def test_an_instant_counts_by_the_day_on_its_readers_clock(filter_name: str) -> None:
    page = Template("{% load money %}{{ at|" + filter_name + " }}")
    late_in_greenwich = datetime(2026, 12, 2, 19, 46, tzinfo=UTC)
    with timezone.override("Asia/Taipei"):
        said = page.render(Context({"at": late_in_greenwich}))
    assert "3" in said
    assert "Dec" in said
    assert ("03:46" in said) == filter_name.endswith("time")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "December 3, 2026, 09:05"),
        ("zh-hans", "2026年12月3日 09:05"),
        ("zh-hant", "2026年12月3日 09:05"),
    ],
)
def test_an_instant_is_a_day_and_a_time(language: str, text: str) -> None:
    with translation.override(language):
        assert tags.day_and_time(datetime(2026, 12, 3, 9, 5, tzinfo=UTC)) == text


@pytest.mark.parametrize(
    ("language", "zone", "text"),
    [
        ("en", "America/New_York", "Eastern Time"),
        ("zh-hant", "Asia/Taipei", "台北時間"),
        ("zh-hans", "UTC", "UTC"),
    ],
)
def test_a_time_zone_is_called_by_the_name_that_people_use(language: str, zone: str, text: str) -> None:
    with translation.override(language):
        assert tags.zone_name(zone) == text


def test_one_instant_is_another_day_elsewhere() -> None:
    at = datetime(2026, 12, 3, 3, tzinfo=UTC)
    assert tags.day(at) == "December 3, 2026"
    assert tags.day(at.astimezone(ZoneInfo("America/New_York"))) == "December 2, 2026"


@pytest.mark.parametrize(
    ("on", "text"),
    [
        (date(2026, 12, 1), "2 days ago"),
        (date(2026, 12, 2), "yesterday"),
        (date(2026, 12, 3), "today"),
        (date(2026, 12, 4), "tomorrow"),
        (date(2027, 1, 2), "in 30 days"),
    ],
)
def test_a_day_near_by_is_told_by_its_distance(on: date, text: str) -> None:
    assert tags.from_today(on, DAY) == text


def test_a_day_far_off_is_not_counted_in_days() -> None:
    assert tags.when_near(date(2027, 2, 1), DAY) == "in 60 days"
    assert tags.when_near(date(2027, 2, 2), DAY) == ""


def test_a_rate_has_no_places_that_say_nothing() -> None:
    assert tags.rate(Decimal("11.9000")) == "11.9%"
    assert tags.rate(Decimal("14.0725")) == "14.0725%"
    assert tags.rate(Decimal(0)) == "0%"
