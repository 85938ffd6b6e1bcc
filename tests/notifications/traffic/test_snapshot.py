"""What staff and metrics read of the providers."""

from datetime import UTC, datetime

import pytest

from notifications.traffic import bucket, shared, snapshot

NOW = datetime(2026, 1, 29, 15, tzinfo=UTC)
AT = NOW.timestamp()


@pytest.fixture
def two(settings):
    settings.PROVIDERS = {**settings.PROVIDERS, "second": settings.PROVIDERS["twilio"]}
    settings.CHANNEL_PROVIDERS = {"sms": {"twilio": 3, "second": 1}}


def test_nothing_known_is_the_configured_shares_in_full_health(two):
    first, second = snapshot.read(now=NOW)
    assert (first.channel, first.provider, first.weight, first.share) == ("sms", "twilio", 3, 0.75)
    assert (first.breaker, first.opens_in, first.error_rate) == ("closed", None, 0)
    assert (first.rate, first.tokens) == (None, None)
    assert second.share == 0.25


def test_an_open_breaker_leaves_the_others_the_whole(two):
    shared.tell_calls(("sms", "twilio"), calls=100, faults=100, now=AT)
    first, second = snapshot.read(now=NOW)
    assert (first.breaker, first.opens_in, first.share) == ("open", 30, 0)
    assert second.share == 1


def test_a_bucket_shows_what_is_left_and_the_debt_of_codes(two, settings):
    settings.PROVIDER_RATES = {"twilio": 0.1}
    assert snapshot.read(now=NOW)[0].tokens == 1
    bucket.take_for_a_code("twilio", settings.TWILIO_FROM)
    bucket.take_for_a_code("twilio", settings.TWILIO_FROM)
    first, _ = snapshot.read(now=NOW)
    assert first.rate == 0.1
    assert first.tokens == pytest.approx(-1, abs=0.2)
