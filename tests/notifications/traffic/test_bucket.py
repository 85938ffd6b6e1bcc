"""A provider's rate holds over all workers, codes never wait for it, and without Valkey it only gets slower."""

import threading
import time

import pytest
from redis.exceptions import ConnectionError as NoValkey

from notifications.traffic import bucket, shared


@pytest.fixture(autouse=True)
def _rate(settings):
    settings.PROVIDER_RATES = {"twilio": 100}


@pytest.fixture
def no_valkey(monkeypatch):
    """Valkey is away: every question to it fails."""

    class Away:
        def __getattr__(self, name):
            raise NoValkey("away")

        def __hash__(self):
            return id(self)

    monkeypatch.setattr(shared, "client", Away)
    monkeypatch.setattr(bucket, "client", Away)
    monkeypatch.setattr(shared, "_away_until", 0.0)
    bucket._alone.cache_clear()
    yield
    bucket._alone.cache_clear()


def test_without_a_rate_there_is_no_limit(settings):
    settings.PROVIDER_RATES = {}
    assert bucket.take("twilio", "+1", 10**6).tokens == 10**6


def test_of_what_is_asked_a_second_of_the_rate_is_given_but_for_the_reserve():
    granted = bucket.take("twilio", "+1", 1000)
    assert granted.tokens == 80  # a burst of 100, of which 20 are kept for codes
    assert granted.rate == 100


def test_each_sender_has_a_bucket_of_its_own():
    bucket.take("twilio", "+1", 1000)
    assert bucket.take("twilio", "+2", 1000).tokens == 80


def test_tokens_come_back_at_the_rate():
    started = time.monotonic()
    bucket.take("twilio", "+1", 1000)
    time.sleep(0.2)
    assert 20 <= bucket.take("twilio", "+1", 1000).tokens <= 100 * (time.monotonic() - started) + 1


def test_those_who_wait_get_turns_one_after_the_other_so_no_queue_is_looked_at_each_second():
    started = time.monotonic()
    first = bucket.take("twilio", "+1", 1080)  # 1,000 wait: for 10 seconds
    second = bucket.take("twilio", "+1", 500)
    assert first.wait < 0.1
    assert 10 - (time.monotonic() - started) <= second.wait < 10.1


def test_a_code_takes_its_token_though_none_is_left_and_reminders_pay_for_it(settings, monkeypatch):
    settings.PROVIDER_RATES = {"twilio": 0.1}
    monkeypatch.setattr(bucket, "BURST", 1000.0)  # the same 100 tokens, which are hours in coming back
    bucket.take("twilio", "+1", 1000)
    for _ in range(50):
        bucket.take_for_a_code("twilio", "+1")
    granted = bucket.take("twilio", "+1", 10)
    assert granted.tokens == 0


def test_eight_threads_together_get_no_more_than_one_would():
    given = []
    together = threading.Barrier(8)

    def ask():
        together.wait()
        for _ in range(20):
            given.append(bucket.take("twilio", "+1", 10).tokens)

    started = time.monotonic()
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - started
    assert 80 <= sum(given) <= 80 + 100 * seconds + 1


def test_without_valkey_each_worker_keeps_to_a_tenth_and_begins_with_nothing(no_valkey):
    assert bucket.take("twilio", "+1", 1000).tokens <= 1
    time.sleep(0.5)
    assert 4 <= bucket.take("twilio", "+1", 1000).tokens <= 10  # 10 a second


def test_without_valkey_a_code_goes_all_the_same(no_valkey):
    bucket.take_for_a_code("twilio", "+1")


def test_without_valkey_breakers_count_as_closed_and_nothing_raises(no_valkey):
    way = ("sms", "twilio")
    shared.tell_calls(way, calls=100, faults=100, now=1.0)
    assert shared.read([way]) == {way: shared.Standing()}
    assert shared.take_probes(way, 5, now=1.0) == 0
