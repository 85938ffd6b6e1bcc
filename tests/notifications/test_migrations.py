"""A release can be taken back: the migrations run backwards and forwards again on a database with rows."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from notifications import stops
from notifications.conversations import journeys as conversations
from notifications.conversations.journeys import Said
from notifications.models import Attempt, Consent, Hold
from notifications.push import devices as push_devices
from notifications.push.devices import Subscription

FIRST = "0006"  # what came after it are additions: nothing that was there before may be lost on the way


@pytest.mark.django_db(transaction=True)
def test_migrations_run_back_and_forth_and_lose_nothing_that_was_there_before(borrower):
    now = timezone.now()
    Attempt.objects.create(
        borrower=borrower, category="due", channel="sms", provider="twilio", state="unknown", body="x"
    )
    conversations.write(borrower, said=Said("A question."), topic="other", now=now)
    push_devices.add(
        borrower, Subscription("https://push.example/1", "key", "secret"), name="Chrome", now=now
    )
    stops.stop(borrower, words="STOP", way="sms", by=None, now=now)
    chain = list(Consent.objects.order_by("pk").values_list("pk", "digest"))
    holds = list(Hold.objects.order_by("pk").values_list("pk", "reason"))
    try:
        call_command("migrate", "notifications", FIRST, verbosity=0)
    finally:
        call_command("migrate", verbosity=0)
    assert Attempt.objects.get().state == "unknown"
    assert list(Consent.objects.order_by("pk").values_list("pk", "digest")) == chain
    assert list(Hold.objects.order_by("pk").values_list("pk", "reason")) == holds
