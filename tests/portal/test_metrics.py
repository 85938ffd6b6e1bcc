"""The engine's state for Prometheus: in its own format, the same figures as everywhere, and not for everybody."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import Borrower
from notifications import status, workers
from notifications.models import Attempt, Lane, Tick
from notifications.traffic import shared
from portal import embedded, metrics

TOKEN = "a-token-of-this-test-alone"
ELSEWHERE = {"REMOTE_ADDR": "198.51.100.7"}


def read(client: Client, **headers: str) -> dict[str, dict[tuple[str, ...], float]]:
    """Name → labels' values → value."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        family.name: {tuple(each.labels.values()): each.value for each in family.samples}
        for family in text_string_to_metric_families(answer.content.decode())
    }


@pytest.mark.django_db
def test_each_metric_is_named_after_the_portal_and_says_what_it_is(client: Client) -> None:
    text = client.get("/metrics").content.decode()
    families = list(text_string_to_metric_families(text))
    assert len(families) == 20
    for family in families:
        assert family.name.startswith("portal_")
        assert family.type == "gauge"
        assert family.documentation.endswith(".")
        assert f"# HELP {family.name} " in text
        assert f"# TYPE {family.name} gauge\n" in text


@pytest.mark.django_db
def test_each_alert_of_the_handbook_asks_for_a_metric_that_is_there(client: Client) -> None:
    handbook = (embedded.ROOT / "docs" / "operation.md").read_text()
    asked = set(re.findall(r"\bportal_[a-z_]+", handbook))
    text = client.get("/metrics").content.decode()
    assert len(asked) > 8
    assert asked - {family.name for family in text_string_to_metric_families(text)} == set()


def test_the_figures_are_those_of_the_status(client: Client, borrower: Borrower) -> None:
    now = timezone.now()
    Lane.objects.create(borrower=borrower, next_at=now - timedelta(minutes=2))
    workers.beat("run_engine@a:1", now=now)
    workers.beat("run_engine@b:2", now=now - workers.late_after() - timedelta(seconds=1))
    Tick.objects.create(name="plan", slot=now, finished_at=now, planned=10)
    for state in ("accepted", "accepted", "unknown"):
        Attempt.objects.create(
            borrower=borrower, category="due", channel="sms", provider="twilio", body="", state=state,
            started_at=now - timedelta(seconds=1),
        )  # fmt: skip
    found = read(client)
    assert found["portal_borrowers_due"] == {(): 1}
    assert 120 <= found["portal_oldest_due_seconds"][()] < 180
    assert found["portal_workers"] == found["portal_workers_silent"] == {(): 1}
    assert found["portal_attempts_unknown"] == {(): 1}
    assert found["portal_reminders_planned_per_minute"] == {(): 2}
    assert found["portal_attempts_per_minute"] == {
        ("sms", "twilio", "accepted"): 0.4,
        ("sms", "twilio", "unknown"): 0.2,
    }


@pytest.mark.django_db
def test_an_open_breaker_is_told(client: Client, settings: Any) -> None:
    settings.CHANNEL_PROVIDERS = {"sms": {"twilio": 1.0}}
    assert read(client)["portal_provider_breaker"] == {
        ("sms", "twilio", "closed"): 1,
        ("sms", "twilio", "open"): 0,
        ("sms", "twilio", "half_open"): 0,
    }
    shared.tell_calls(("sms", "twilio"), calls=20, faults=20, now=timezone.now().timestamp())
    found = read(client)
    assert found["portal_provider_breaker"]["sms", "twilio", "open"] == 1
    assert found["portal_provider_share_ratio"] == {("sms", "twilio"): 0}


@pytest.mark.django_db
def test_an_engine_that_never_ran_has_no_age_that_could_look_young(client: Client) -> None:
    assert read(client)["portal_tick_age_seconds"] == {}


def test_a_scrape_costs_what_the_status_costs(
    client: Client, borrower: Borrower, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(10):
        client.get("/metrics")


@pytest.mark.django_db
def test_elsewhere_only_the_token_opens_it(client: Client, settings: Any) -> None:
    def status_of(said: str) -> int:
        return client.get("/metrics", headers={"Authorization": said}, **ELSEWHERE).status_code  # type: ignore[arg-type]

    assert [status_of(said) for said in ("", "Bearer ", "Bearer None")] == [404, 404, 404]
    settings.METRICS_TOKEN = TOKEN
    assert [status_of(said) for said in ("", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x")] == [404] * 4
    assert status_of(f"Bearer {TOKEN}") == 200


@pytest.mark.django_db
def test_in_production_this_computer_is_not_enough(client: Client, settings: Any) -> None:
    settings.LOCAL = False  # a proxy on the same machine would open it to everybody
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


@pytest.mark.django_db
def test_an_address_that_is_none_is_not_this_computer(client: Client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 404


@pytest.mark.django_db
def test_where_the_database_is_away_there_is_nothing_to_tell(client: Client) -> None:
    def away(*args: object) -> None:
        raise OperationalError("away")

    with connection.execute_wrapper(away):
        assert client.get("/metrics").status_code == 503


@pytest.mark.django_db
def test_a_label_is_quoted_whatever_stands_in_it() -> None:
    now = status.read(now=timezone.now())
    odd = status.Flow('s"m\\s\n', "twilio", "accepted", 5)
    text = metrics.exposition(replace(now, flow=(odd,)), {}).decode()
    [family] = [each for each in text_string_to_metric_families(text) if "attempts_per" in each.name]
    assert family.samples[0].labels["channel"] == 's"m\\s\n'
