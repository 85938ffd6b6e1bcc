"""What was perhaps sent is asked for where it can be, closed after half an hour, and never sent again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from notifications import reconcile
from notifications.channels.base import Accepted, Provider
from notifications.models import Attempt
from notifications.words import AttemptState

CALLED = datetime(2026, 1, 29, 15, tzinfo=UTC)


class Asked(Provider):
    """A provider that can be asked, and says what a test has told it."""

    name = "asked"
    can_be_asked = True
    known: set = set()
    questions: list = []

    async def ask(self, questions):
        self.questions.append([question.to for question in questions])
        return {question.id: Accepted("ref") for question in questions if question.id in self.known}


@pytest.fixture
def attempt(borrower, settings):
    settings.PROVIDERS = {**settings.PROVIDERS, "asked": f"{__name__}.Asked"}
    Asked.known, Asked.questions = set(), []
    return Attempt.objects.create(
        borrower=borrower,
        category="due",
        channel="sms",
        provider="asked",
        contact_point=borrower.contact_points.get(kind="phone"),
        state=AttemptState.UNKNOWN,
        body="",
        started_at=CALLED,
    )


def every_minute(minutes):
    for minute in range(minutes):
        reconcile.run(now=CALLED + timedelta(minutes=minute))


def test_it_is_asked_three_times_and_then_closed_as_unknown(attempt):
    every_minute(30)
    attempt.refresh_from_db()
    assert len(Asked.questions) == 3
    assert attempt.reconciled_at is None
    reconcile.run(now=CALLED + timedelta(minutes=30))
    attempt.refresh_from_db()
    assert (attempt.state, attempt.reconciled_at) == (AttemptState.UNKNOWN, CALLED + timedelta(minutes=30))
    every_minute(60)
    assert len(Asked.questions) == 3


def test_what_the_provider_has_is_settled_as_taken(attempt):
    Asked.known = {attempt.pk}
    assert reconcile.run(now=CALLED + timedelta(minutes=1)) == 1
    attempt.refresh_from_db()
    assert (attempt.state, attempt.provider_reference) == (AttemptState.ACCEPTED, "ref")
    assert Asked.questions == [[attempt.contact_point.value]]


def test_a_provider_that_cannot_be_asked_is_not_and_it_is_closed_all_the_same(attempt):
    Attempt.objects.update(provider="twilio")
    every_minute(31)
    attempt.refresh_from_db()
    assert Asked.questions == []
    assert attempt.reconciled_at == CALLED + timedelta(minutes=30)


def test_staff_see_what_may_still_be_learnt_and_what_is_closed(attempt, admin_client):
    def listed(perhaps: str) -> list[Attempt]:
        page = admin_client.get("/admin/notifications/attempt/", {"perhaps": perhaps})
        return list(page.context["cl"].result_list)

    Attempt.objects.update(started_at=timezone.now())  # the list begins with the last day's
    assert (listed("open"), listed("closed")) == ([attempt], [])
    Attempt.objects.update(reconciled_at=CALLED)
    assert listed("closed") == [attempt]
