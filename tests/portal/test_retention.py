"""What is too old goes, in batches; what is still open, and what the record keeps, stays."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db.models import Model
from django.utils import timezone

from accounts import checks, retention
from accounts.models import Borrower, Invitation, StaffLook
from accounts.retention import KINDS
from loans.models import ApiCall, ApiKey
from notifications.models import ProviderEvent, WebhookDelivery, WebhookEndpoint
from portal import celery, embedded

pytestmark = pytest.mark.django_db
NOW = timezone.now()
SECOND = timedelta(seconds=1)
Make = Callable[[datetime, Borrower], Model]


def api_call(at: datetime, borrower: Borrower) -> Model:
    key, _made = ApiKey.objects.get_or_create(name="Core", start="bpk_", digest="1", scopes=["read"])
    return ApiCall.objects.create(key=key, method="GET", path="/api/v1/", at=at, status=200)


def delivery(at: datetime, borrower: Borrower, **fields: Any) -> Model:
    to, _made = WebhookEndpoint.objects.get_or_create(name="CRM", url="https://lender.example", secret="x")
    return WebhookDelivery.objects.create(
        endpoint=to, event="reminders.stopped", body="{}", created_at=at, **fields
    )


def event(at: datetime, borrower: Borrower, *, handled: bool = True) -> Model:
    return ProviderEvent.objects.create(
        provider="twilio", event_key=str(at), kind="status", payload={}, received_at=at,
        handled_at=at if handled else None,
    )  # fmt: skip


def invitation(at: datetime, borrower: Borrower, **fields: Any) -> Model:
    return Invitation.objects.create(borrower=borrower, created_at=at - SECOND, expires_at=at, **fields)


def seen(at: datetime, borrower: Borrower) -> Model:
    return UserSession.objects.create(
        user=borrower.user, session_key=str(at), ip="127.0.0.1", user_agent="", last_seen_at=at
    )


MADE: dict[str, Make] = {
    "sessions": lambda at, _: Session.objects.create(session_key=str(at), session_data="", expire_date=at),
    "seen_sessions": seen,
    "unused_invitations": invitation,
    "staff_looks": lambda at, who: StaffLook.objects.create(at=at, kind="x", borrowers=[who.pk]),
    "api_calls": api_call,
    "provider_events": event,
    "webhook_deliveries": delivery,
}


def ids(rows: Any) -> set[Any]:
    return set(rows.values_list("pk", flat=True))


def test_every_kind_goes_when_its_days_are_over_and_not_before(borrower: Borrower) -> None:
    assert set(MADE) == set(KINDS)
    for name, make in MADE.items():
        edge = NOW - timedelta(days=KINDS[name].days)
        old, young = make(edge - SECOND, borrower), make(edge + SECOND, borrower)
        deleted = retention.run(now=NOW)
        assert deleted == {each: int(each == name) for each in KINDS}
        assert ids(type(old)._default_manager) == {young.pk}
        young.delete()


def test_what_is_still_open_or_on_record_stays_however_old(borrower: Borrower) -> None:
    long_ago = NOW - timedelta(days=5000)
    event(long_ago, borrower, handled=False)
    delivery(long_ago, borrower, next_attempt_at=NOW)
    invitation(long_ago, borrower, used_at=long_ago)
    assert set(retention.run(now=NOW).values()) == {0}


def test_a_lender_keeps_longer_or_for_ever(borrower: Borrower, settings: Any) -> None:
    settings.RETENTION_DAYS = {"api_calls": 0.0, "provider_events": 1000.0}
    for make in (api_call, event):
        make(NOW - timedelta(days=999), borrower)
    assert not any(retention.run(now=NOW).values())
    event(NOW - timedelta(days=1001), borrower)
    assert retention.run(now=NOW)["provider_events"] == 1


def test_it_goes_on_batch_by_batch_and_stops_when_told(borrower: Borrower, monkeypatch: Any) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for days in range(5):
        event(NOW - timedelta(days=900 + days), borrower)
    answers = iter([False, True])
    rows = KINDS["provider_events"].rows(NOW)
    assert retention._delete(rows, lambda: next(answers)) == 2
    assert retention._delete(rows, lambda: False) == 3


def test_a_kind_that_is_none_is_told(settings: Any) -> None:
    settings.RETENTION_DAYS = {"api_call": 10.0, "staff_looks": -1.0}
    told = [error.msg for error in checks.retention_is_of_known_kinds()]
    assert told == ["RETENTION_DAYS has api_call:10.", "RETENTION_DAYS has staff_looks:-1."]


def test_the_command_says_what_went_and_beat_orders_it_each_night(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("delete_old")
    assert "staff_looks: 0" in capsys.readouterr().out
    assert celery.app.conf.beat_schedule["delete_old"]["task"] == "accounts.tasks.delete_old"


def test_the_handbook_tells_every_kind_with_its_days() -> None:
    handbook = (embedded.ROOT / "docs" / "operation.md").read_text()
    for kind in KINDS.values():
        assert f"| `{kind.name}` | {kind.days} |" in handbook
