"""Push messages: encrypted for each device of a person, counted as one, seen on the sandbox's phone."""

import asyncio
import json
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from py_vapid import Vapid02
from py_vapid.utils import b64urldecode

from notifications import checks, preferences
from notifications.channels import push, push_endpoint, push_key
from notifications.channels.base import (
    Accepted,
    Device,
    Message,
    RefusedForGood,
    RefusedForNow,
    Unknown,
)
from notifications.channels.http import SET_UP_WRONG, Answer
from notifications.choice import DEFAULT
from notifications.law import books
from notifications.models import Attempt, PushDevice
from notifications.past import contacts
from notifications.preferences import Change
from notifications.push import devices as push_devices
from notifications.push.devices import Subscription
from notifications.words import AttemptState, ReminderState
from tests import factories
from tests.notifications.limits import LIMITS, limits_of

PHONE, TABLET = "+15550100001", "+15550100002"
NOW = datetime(2026, 1, 29, 15, tzinfo=UTC)  # 10:00 in New York, three days before the bill is due


@pytest.fixture
def bill(borrower):
    return factories.make_bill(factories.make_loan(borrower), due_on=date(2026, 2, 1))


@pytest.fixture
def wants_push(borrower):
    """Push first, then texts."""
    channels = dict.fromkeys(DEFAULT.channels, ("push", "sms"))
    change = Change(replace(DEFAULT, channels=channels), language="en", words="push first")
    preferences.change(borrower, chosen=change, by=borrower.user, now=NOW - timedelta(days=9))


@pytest.fixture
def device(sandbox, settings, borrower):
    """Adds a browser on a phone to the borrower's devices."""

    def add(number=PHONE, person=borrower):
        told = sandbox.subscribe(number, push_key.public(settings.PUSH_PRIVATE_KEY))
        subscription = Subscription(told["endpoint"], **told["keys"])
        return push_devices.add(person, subscription, name="Chrome on Android", now=NOW)

    return add


def message(devices, text="Open it."):
    return Message(uuid4(), "push", "", "A message", text, "en", devices=tuple(devices))


def known(device):
    return Device(device.pk, device.endpoint, device.p256dh, device.auth, device.key)


def deliver(one, limits=LIMITS):
    async def send():
        provider = push.Push(limits)
        try:
            return await provider.deliver([one])
        finally:
            await provider.close()

    return asyncio.run(send())[one.id]


# ---------- from the plan to the phone ----------


def test_a_reminder_reaches_every_device_as_one_message(
    reminders, sandbox, borrower, bill, device, wants_push
):
    device(PHONE), device(TABLET)
    assert reminders.run(NOW) == 1
    [on_phone], [on_tablet] = sandbox.pushes(PHONE), sandbox.pushes(TABLET)
    attempt = Attempt.objects.get()
    assert attempt.state == AttemptState.ACCEPTED
    assert on_phone["title"] == on_tablet["title"] == "A message from Example Lending"
    assert len(contacts.of([borrower.pk], now=NOW + timedelta(hours=1))[borrower.pk]) == 1
    assert sandbox.texts(borrower.contact_points.get(kind="phone").value) == []


def test_a_push_message_leads_to_the_inbox_and_names_no_bill(
    reminders, sandbox, settings, bill, device, wants_push, signed_in
):
    device()
    reminders.run(NOW)
    [told] = sandbox.pushes(PHONE)
    attempt = Attempt.objects.get()
    assert told["url"] == f"{settings.PORTAL_URL}/inbox/{attempt.pk}/"
    seen = told["title"] + told["text"]
    assert not any(private in seen for private in ("100", "$", "Zhang", "February", "bill"))
    assert "$100.00" in signed_in.get(f"/inbox/{attempt.pk}/").content.decode()


def test_a_push_message_speaks_the_persons_language(reminders, sandbox, borrower, bill, device):
    channels = dict.fromkeys(DEFAULT.channels, ("push",))
    change = Change(replace(DEFAULT, channels=channels), language="zh-hans", words="push")
    preferences.change(borrower, chosen=change, by=borrower.user, now=NOW - timedelta(days=9))
    device()
    reminders.run(NOW)
    [told] = sandbox.pushes(PHONE)
    assert told["title"] == "来自Example Lending的消息"
    assert told["text"] == "打开即可阅读，也可停止此类消息。"


def test_without_a_device_the_next_way_is_used(reminders, sandbox, borrower, bill, wants_push):
    reminders.run(NOW)
    assert len(sandbox.texts(borrower.contact_points.get(kind="phone").value)) == 1


def test_a_device_that_is_gone_is_retired_and_the_others_go_on(
    reminders, sandbox, borrower, bill, device, wants_push
):
    gone, here = device(PHONE), device(TABLET)
    sandbox.unsubscribe(gone.endpoint)
    reminders.run(NOW)
    assert len(sandbox.pushes(TABLET)) == 1
    assert Attempt.objects.get().state == AttemptState.ACCEPTED
    assert list(push_devices.of(borrower)) == [here]
    closed = borrower.contact_points.get(kind="push", closed_at__isnull=False)
    assert closed.closed_reason == push_devices.GONE


def test_with_every_device_gone_the_next_way_is_tried_at_once(
    reminders, sandbox, borrower, bill, device, wants_push
):
    sandbox.unsubscribe(device().endpoint)
    assert reminders.run(NOW) == 2
    refused, sent = Attempt.objects.order_by("started_at", "settled_at")
    assert {refused.channel: refused.state, sent.channel: sent.state} == {
        "push": AttemptState.REFUSED_FINAL,
        "sms": AttemptState.ACCEPTED,
    }
    assert len(sandbox.texts(borrower.contact_points.get(kind="phone").value)) == 1
    assert not push_devices.of(borrower).exists()


def test_a_busy_push_service_is_asked_again_when_it_said(reminders, sandbox, bill, device, wants_push):
    device()
    sandbox.faults(mode="rate_limited", times=1, retry_after="600")
    reminders.run(NOW)
    reminders.run(NOW + timedelta(minutes=9))
    assert sandbox.pushes(PHONE) == []
    reminders.run(NOW + timedelta(minutes=11))
    assert len(sandbox.pushes(PHONE)) == 1


def test_what_may_have_arrived_is_never_sent_again(reminders, sandbox, bill, device, wants_push):
    device()
    sandbox.faults(mode="error_500_after_accept", times=1)
    for minutes in range(0, 120, 30):
        reminders.run(NOW + timedelta(minutes=minutes))
    assert len(sandbox.pushes(PHONE)) == 1
    assert bill.reminders.get(state=ReminderState.UNKNOWN)


def test_without_a_key_nobody_is_sent_push_messages(
    reminders, sandbox, settings, borrower, bill, device, wants_push
):
    device()
    settings.CHANNEL_PROVIDERS = {
        name: one for name, one in settings.CHANNEL_PROVIDERS.items() if name != "push"
    }
    reminders.run(NOW)
    assert sandbox.pushes(PHONE) == []
    assert len(sandbox.texts(borrower.contact_points.get(kind="phone").value)) == 1


# ---------- what a push service's answer proves ----------


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("ok", Accepted),
        ("error_500", Unknown),
        ("reset_after_accept", Unknown),
        ("hang", Unknown),
        ("rate_limited", RefusedForNow),
        ("refuse_for_good", RefusedForGood),
    ],
)
def test_an_answer_of_the_push_service_is_an_outcome(sandbox, borrower, device, mode, expected):
    one = known(device())
    sandbox.faults(mode=mode, times=1)
    assert isinstance(deliver(message([one]), limits_of(mode)), expected)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_device_that_was_made_for_another_key_of_ours_is_void(sandbox, settings, device, is_known):
    one = known(device())
    settings.PUSH_PRIVATE_KEY = push_key.new()
    asked = one if is_known else replace(one, key="")  # one that was added before keys were written down
    assert deliver(message([asked])).gone == (one.contact_point,)


def test_a_signature_that_does_not_hold_is_our_set_up_and_loses_no_device(device):
    one = known(device())
    assert push.outcome(Answer(403, {}), one) == SET_UP_WRONG
    assert push.outcome(Answer(400, {"reason": "VapidPkHashMismatch"}), one) == push.GONE
    assert push.outcome(Answer(401, {"message": "VAPID public key mismatch"}), one) == push.GONE


def test_a_device_whose_keys_are_none_is_gone(device):
    one = known(device())
    broken = replace(one, p256dh="AAAA")
    assert deliver(message([broken])).gone == (one.contact_point,)


def test_a_message_that_is_too_long_is_refused_before_it_is_sent(sandbox, device):
    one = known(device())
    room = push.LONGEST - len(push.payload(message([one], "")))
    assert isinstance(deliver(message([one], "x" * room)), Accepted)
    assert isinstance(deliver(message([one], "x" * (room + 1))), RefusedForGood)
    assert len(sandbox.pushes(PHONE)) == 1


ACCEPTED, NEVER, LATER, PERHAPS = Accepted(""), RefusedForGood("no"), RefusedForNow("busy"), Unknown("?")


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([ACCEPTED, PERHAPS, LATER, push.GONE], Accepted),
        ([PERHAPS, LATER, push.GONE], Unknown),
        ([LATER, NEVER, push.GONE], RefusedForNow),
        ([NEVER, push.GONE], RefusedForGood),
        ([push.GONE], RefusedForGood),
        ([], RefusedForGood),
    ],
)
def test_the_best_of_the_devices_answers_counts(results, expected):
    assert isinstance(push.together(dict(enumerate(results))), expected)


def test_only_what_the_push_service_calls_gone_is_gone():
    assert push.together({7: push.GONE, 8: ACCEPTED, 9: LATER}).gone == (7,)


def test_the_longest_patience_of_the_devices_is_kept():
    soon, late = RefusedForNow("busy", timedelta(seconds=5)), RefusedForNow("busy", timedelta(minutes=5))
    assert push.together({1: soon, 2: late, 3: LATER}).retry_after == timedelta(minutes=5)


# ---------- the key ----------


def test_the_proof_names_the_push_service_and_ends_within_a_day(settings):
    proof = push_key.headers("https://fcm.googleapis.com/fcm/send/abc")["Authorization"]
    fields = dict(pair.split("=", 1) for pair in proof.removeprefix("vapid ").split(","))
    claims = json.loads(b64urldecode(fields["t"].split(".")[1].encode()))
    assert claims["aud"] == "https://fcm.googleapis.com"
    assert claims["sub"] == f"mailto:{settings.LENDER_EMAIL}"
    assert 0 < claims["exp"] - time.time() <= 24 * 3600
    assert fields["k"] == push_key.public(settings.PUSH_PRIVATE_KEY)
    signed, _dot, signature = fields["t"].rpartition(".")
    assert Vapid02.from_raw_public(fields["k"].encode()).verify_token(signed.encode(), signature)


def test_a_key_that_is_none_is_told_at_the_start(settings):
    assert checks.push_key_is_one() == []
    settings.PUSH_PRIVATE_KEY = ""
    assert checks.push_key_is_one() == []
    for wrong in ("secret", "AAAA", "ключ", push_key.new()[:-4]):
        settings.PUSH_PRIVATE_KEY = wrong
        assert [error.id for error in checks.push_key_is_one()] == ["notifications.E004"]


def test_a_new_key_is_another_one_each_time():
    assert len({push_key.public(push_key.new()) for _ in range(20)}) == 20


# ---------- where a message may go ----------


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/abc",
        "https://wns2-par02p.notify.windows.com/w/?token=abc%2b",
        "https://fcm.googleapis.com:443/fcm/send/abc",
    ],
)
def test_the_push_services_of_the_browsers_are_known(endpoint):
    assert push_endpoint.is_known(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com:8443/fcm/send/abc",
        "https://fcm.googleapis.com@evil.example/abc",
        "https://user:pass@fcm.googleapis.com/abc",
        "https://fcm.googleapis.com.evil.example/abc",
        "https://evil.example/?x=.push.apple.com",
        "https://evil.example#.push.apple.com",
        "https://evil.example\\.push.apple.com/abc",
        "https://push.apple.com.evil.example/",
        "https://127.0.0.1/abc",
        "https://[::1]/abc",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/abc",
        "file:///etc/passwd",
        "//fcm.googleapis.com/abc",
        "https://fcm.googleapis.com:port/abc",
        "https://fcm.googleapis.com/\nabc",
        "https://fcm.googleapis.com/" + "a" * 1000,
        "https://fcm。googleapis.com/abc",
        "",
    ],
)
def test_no_other_address_is_posted_to(endpoint):
    assert not push_endpoint.is_known(endpoint)


def test_the_sandbox_is_a_push_service_only_where_there_is_one(settings):
    settings.SANDBOX_URL = "http://127.0.0.1:8001"
    assert push_endpoint.is_known("http://127.0.0.1:8001/push/abc")
    assert not push_endpoint.is_known("http://127.0.0.1:80011/push/abc")
    settings.SANDBOX_URL = ""
    assert not push_endpoint.is_known("http://127.0.0.1:8001/push/abc")


def test_an_address_that_is_known_no_more_is_not_posted_to(sandbox, settings, device):
    one = known(device())
    settings.SANDBOX_URL = ""
    assert deliver(message([one])).gone == (one.contact_point,)
    assert sandbox.pushes(PHONE) == []


# ---------- whose device it is ----------


def test_a_browser_shows_the_messages_of_whom_it_was_allowed_last(borrower, stranger):
    same = Subscription("https://fcm.googleapis.com/fcm/send/one", "key", "secret")
    push_devices.add(borrower, same, name="Firefox", now=NOW)
    push_devices.add(stranger, same, name="Firefox", now=NOW)
    assert not push_devices.of(borrower).exists()
    assert push_devices.of(stranger).count() == 1
    assert borrower.contact_points.get(kind="push").closed_reason == push_devices.TAKEN_OVER


def test_allowing_again_renews_the_keys_of_the_same_device(borrower):
    for key in ("old", "new"):
        again = Subscription("https://fcm.googleapis.com/fcm/send/one", key, "secret")
        push_devices.add(borrower, again, name="Firefox", now=NOW)
    assert PushDevice.objects.get().p256dh == "new"


def test_a_removed_device_can_be_added_again(borrower):
    one = Subscription("https://fcm.googleapis.com/fcm/send/one", "key", "secret")
    push_devices.remove(push_devices.add(borrower, one, name="Firefox", now=NOW), now=NOW)
    assert not push_devices.of(borrower).exists()
    push_devices.add(borrower, one, name="Firefox", now=NOW)
    assert push_devices.of(borrower).count() == 1
    assert borrower.contact_points.get(kind="push").closed_at is None


def test_nobody_has_more_devices_than_a_message_can_go_to(borrower):
    for number in range(push_devices.MOST):
        one = Subscription(f"https://fcm.googleapis.com/fcm/send/{number}", "key", "secret")
        push_devices.add(borrower, one, name="Firefox", now=NOW)
    with pytest.raises(ValueError, match="Remove one first"):
        push_devices.add(
            borrower, Subscription("https://fcm.googleapis.com/x", "key", "secret"), name="Firefox", now=NOW
        )


# ---------- law ----------


def test_what_binds_texts_binds_push_messages():
    for book in books.all_books().values():
        for rule in book.rules:
            assert "sms" not in rule.channels or "push" in rule.channels, rule.id
