"""An address that fails for good is closed, its owner is told, and nothing goes there until they prove it anew."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import closing, contact_points
from accounts.addresses import Address
from accounts.models import Borrower, ContactPoint, User
from notifications import closed_addresses, preferences, stops
from notifications.channels import twilio_signature
from notifications.channels.alibaba import Alibaba
from notifications.channels.base import Limits
from notifications.channels.http import Answer
from notifications.heard import Fault, Receipt, Says
from notifications.hooks import alibaba_events
from notifications.models import Attempt, Hold, MessageTemplate, ProviderTemplate
from notifications.words import AttemptState, Delivery
from tests import factories

pytestmark = pytest.mark.django_db
Closed = ContactPoint.Closed
DAYTIME = datetime(2026, 1, 29, 15, tzinfo=UTC)  # 10:00 in New York


@pytest.fixture
def phone(borrower):
    return borrower.contact_points.get(kind=ContactPoint.Kind.PHONE)


@pytest.fixture
def post(client, settings):
    def post(name, form, *arguments):
        path = reverse(f"hooks:{name}", args=arguments)
        signature = twilio_signature.sign(
            settings.TWILIO_AUTH_TOKEN, url=settings.PORTAL_URL + path, form=list(form.items())
        )
        return client.post(path, form, headers={"X-Twilio-Signature": signature})

    return post


@pytest.fixture
def fail(post, borrower, phone):
    """A text that did not arrive, for the reason that Twilio's code names."""

    def fail(code, number):
        sent = Attempt.objects.create(
            borrower=borrower, category="due", channel="sms", provider="twilio", state="accepted", body="x",
            contact_point=phone,
        )  # fmt: skip
        form = {"MessageSid": f"SM{number}", "MessageStatus": "undelivered", "ErrorCode": code}
        post("twilio_status", form, sent.pk)
        phone.refresh_from_db()

    return fail


def texted(post, phone, words, sid="SM1"):
    return post("twilio_inbound", {"MessageSid": sid, "From": phone.value, "To": "+1", "Body": words})


@pytest.mark.parametrize(("code", "times"), [("30005", 2), ("30006", 2), ("30003", 3), ("30004", 3)])
def test_a_number_that_does_not_take_texts_is_closed_after_as_many_as_its_reason_asks(
    fail, phone, code, times
):
    for number in range(times - 1):
        fail(code, number)
    assert phone.closed_at is None
    fail(code, times)
    assert phone.closed_reason == Closed.UNREACHABLE


def test_what_the_network_filtered_is_no_fault_of_the_number(fail, phone):
    for number in range(5):
        fail("30007", number)
    assert phone.closed_at is None


def test_failures_before_the_owner_proved_it_anew_do_not_count(fail, borrower, phone):
    fail("30005", 1)
    fail("30005", 2)
    contact_points.verify(borrower, Address(phone.kind, phone.value), now=timezone.now())
    fail("30005", 3)
    assert phone.closed_at is None


def test_who_is_not_the_borrower_says_so_and_hears_it_once(post, borrower, phone):
    answer = texted(post, phone, "Sorry, wrong number")
    assert b"<Message>" in answer.content
    assert borrower.name.encode() not in answer.content
    phone.refresh_from_db()
    assert phone.closed_reason == Closed.WRONG_PERSON
    assert b"<Message>" not in texted(post, phone, "wrong number!!", sid="SM2").content


def test_who_is_not_the_borrower_cannot_sign_in_with_the_number_any_more(post, borrower, phone):
    User.objects.filter(pk=borrower.user_id).update(phone=phone.value, phone_verified=True)
    texted(post, phone, "wrong number")
    borrower.user.refresh_from_db()
    assert (borrower.user.phone, borrower.user.phone_verified) == (None, False)


def test_another_proved_number_takes_over_the_sign_in(post, borrower, phone):
    other = factories.make_contact_point(borrower)
    User.objects.filter(pk=borrower.user_id).update(phone=phone.value, phone_verified=True)
    texted(post, phone, "wrong number")
    borrower.user.refresh_from_db()
    assert borrower.user.phone.as_e164 == other.value


def test_a_stop_from_a_number_that_we_closed_still_holds(post, borrower, phone):
    closing.close(phone.pk, why=Closed.UNREACHABLE, now=timezone.now())
    texted(post, phone, "STOP")
    assert Hold.objects.filter(borrower=borrower, reason="stop_request", ended_at=None).exists()


# ---------- in the engine ----------


def test_nothing_goes_there_until_it_is_proved_anew(borrower, phone, reminders, sandbox, ten):
    closing.close(phone.pk, why=Closed.UNREACHABLE, now=ten - timedelta(days=9))
    ContactPoint.objects.update(told_at=ten)
    factories.make_bill(factories.make_loan(borrower))
    reminders.run(ten)
    assert sandbox.texts(phone.value) == []
    contact_points.verify(borrower, Address(phone.kind, phone.value), now=ten)
    factories.make_bill(factories.make_loan(borrower))
    reminders.run(ten + timedelta(days=1))
    assert len(sandbox.texts(phone.value)) == 1


def test_a_number_that_cannot_be_texted_is_closed_and_the_next_channel_is_used(
    borrower, phone, reminders, ten
):
    phone.value = "+15005550009"  # 21614 at Twilio: not a mobile number
    phone.save()
    factories.make_bill(factories.make_loan(borrower))
    reminders.run(ten)
    phone.refresh_from_db()
    assert phone.closed_reason == Closed.UNREACHABLE
    sent = Attempt.objects.filter(borrower=borrower, state=AttemptState.ACCEPTED, category="upcoming")
    assert sent.exclude(channel="sms").count() == 1


def test_a_stop_that_only_the_provider_heard_is_a_stop(borrower, phone, reminders, ten):
    phone.value = "+15005550004"  # 21610 at Twilio: has sent STOP
    phone.save()
    factories.make_bill(factories.make_loan(borrower))
    reminders.run(ten)
    phone.refresh_from_db()
    assert phone.closed_at is None
    assert Hold.objects.filter(borrower=borrower, reason="stop_request", ended_at=None).exists()


def test_its_owner_is_told_in_the_inbox_and_once_by_another_channel(borrower, phone, reminders, ten):
    closing.close(phone.pk, why=Closed.UNREACHABLE, now=ten)
    assert reminders.run(ten) == 1
    note = Attempt.objects.get(borrower=borrower, channel="inbox")
    assert phone.value[-4:] in note.body
    outside = Attempt.objects.get(borrower=borrower, channel="email")
    assert phone.value[-4:] not in outside.body
    assert reminders.run(ten + timedelta(minutes=5)) == 0


def test_nobody_is_told_outside_at_night_but_in_the_morning(borrower, phone, reminders, ten):
    night = ten.replace(hour=8)  # 3:00 in New York
    closing.close(phone.pk, why=Closed.UNREACHABLE, now=night)
    assert reminders.run(night) == 0
    assert reminders.run(ten) == 1


def test_who_has_said_stop_is_told_in_the_inbox_alone(borrower, phone, reminders, ten):
    stops.stop(borrower, words="STOP", way="sms", by=None, now=ten)
    closing.close(phone.pk, why=Closed.UNREACHABLE, now=ten)
    assert reminders.run(ten) == 0
    assert Attempt.objects.filter(borrower=borrower, channel="inbox").count() == 1


# ---------- on the pages ----------


@pytest.mark.parametrize("page", ["loans:dashboard", "accounts:profile"])
def test_the_page_says_which_address_why_and_what_to_do_until_it_is_proved_anew(
    signed_in: Client, borrower, phone, page
):
    closing.close(phone.pk, why=Closed.UNREACHABLE, now=timezone.now())
    shown = signed_in.get(reverse(page)).content.decode()
    assert "Our texts do not reach it" in shown
    assert reverse("accounts:contact_confirm", args=[phone.pk]) in shown
    contact_points.verify(borrower, Address(phone.kind, phone.value), now=timezone.now())
    assert "Our texts do not reach it" not in signed_in.get(reverse(page)).content.decode()


def test_a_removed_address_is_spoken_of_no_more(signed_in: Client, borrower, phone):
    closing.close(phone.pk, why=Closed.UNREACHABLE, now=timezone.now())
    phone.refresh_from_db()
    contact_points.remove(borrower, phone, now=timezone.now())
    assert closing.notices(borrower) == []


def test_nobody_is_told_twice(borrower, phone, defaults, sandbox, ten):
    closing.close(phone.pk, why=Closed.UNREACHABLE, now=ten)
    assert not closing.close(phone.pk, why=Closed.BOUNCED, now=ten)
    closed_addresses.tell_due(now=ten)
    closed_addresses.tell_due(now=ten)
    assert Attempt.objects.filter(borrower=borrower, channel="inbox").count() == 1


def test_a_receipt_that_is_years_late_says_nothing_of_the_number_today(post, borrower, phone):
    long_ago = timezone.now() - timedelta(days=3 * 365)
    sent = Attempt.objects.create(
        borrower=borrower, category="due", channel="email", provider="email", state="accepted", body="x",
        contact_point=phone, started_at=long_ago,
    )  # fmt: skip
    receipt = Receipt("", sent.pk, Delivery.UNDELIVERED, fault=Fault.SURE)
    closed_addresses.weigh(sent, receipt, now=timezone.now())
    phone.refresh_from_db()
    assert phone.closed_at is None


def test_a_notice_goes_by_the_template_that_stands_for_its_words(
    reminders, sandbox, borrower, phone, settings
):
    settings.CHANNEL_PROVIDERS = {"email": {"email": 1}, "sms": {"alibaba": 1}}
    mail = borrower.contact_points.get(kind=ContactPoint.Kind.EMAIL)
    closing.close(mail.pk, why=Closed.BOUNCED, now=DAYTIME)
    words = MessageTemplate.objects.get(code="discreet", language="en", state="approved")
    ProviderTemplate.objects.create(
        provider="alibaba", code="discreet", language="en", version=words.version, provider_code="SMS_7",
        gaps="who=lender",
    )  # fmt: skip
    assert reminders.run(DAYTIME) == 1
    assert sandbox.texts(phone.value) == ["【示例消费金融】SMS_7 who: Example Lending"]


def test_a_notice_without_such_a_template_stays_in_the_inbox(reminders, sandbox, borrower, phone, settings):
    settings.CHANNEL_PROVIDERS = {"email": {"email": 1}, "sms": {"alibaba": 1}}
    mail = borrower.contact_points.get(kind=ContactPoint.Kind.EMAIL)
    closing.close(mail.pk, why=Closed.BOUNCED, now=DAYTIME)
    assert reminders.run(DAYTIME) == 0
    assert borrower.attempts.get().channel == "inbox"


@pytest.mark.parametrize(
    ("payload", "fault", "says"),
    [
        ("MOBILE_NOT_ON_SERVICE", Fault.PERHAPS, Says.NOTHING),
        ("MK:0001", Fault.LIKELY, Says.NOTHING),
        ("MOBILE_SEND_LIMIT", Fault.NONE, Says.NOTHING),
        ("USER_REJECT", Fault.NONE, Says.NOT_HERE),
    ],
)
def test_alibabas_report_says_whose_fault_it_is(payload, fault, says):
    report = {"biz_id": "1^0", "success": False, "err_code": payload}
    receipt = alibaba_events.receipt({"attempt": str(uuid4()), "report": report})
    assert (receipt.fault, receipt.says) == (fault, says)


def test_who_has_unsubscribed_at_the_provider_gets_no_reminders_over_that_channel(borrower, phone):
    sent = Attempt.objects.create(
        borrower=borrower, category="due", channel="sms", provider="alibaba", state="accepted", body="x",
        contact_point=phone,
    )  # fmt: skip
    receipt = Receipt("", sent.pk, Delivery.UNDELIVERED, says=Says.NOT_HERE)
    closed_addresses.weigh(sent, receipt, now=timezone.now())
    phone.refresh_from_db()
    assert phone.closed_at is None  # codes may still go there
    assert preferences.of(Borrower.objects.get(pk=borrower.pk)).channels["due"] == ("email", "inbox")


def test_a_number_that_the_provider_says_is_none_is_closed_at_once(
    reminders, sandbox, borrower, phone, settings
):
    settings.CHANNEL_PROVIDERS = {"sms": {"alibaba": 1}}
    outcome = Alibaba(Limits(timedelta(seconds=1), 1)).outcome(
        Answer(200, {"Code": "isv.MOBILE_NUMBER_ILLEGAL"})
    )
    Attempt.objects.create(
        borrower=borrower, category="due", channel="sms", provider="alibaba", state="refused_final", body="x",
        contact_point=phone, said_against=outcome.said_against,
    )  # fmt: skip
    closed_addresses.draw([borrower.pk], now=timezone.now())
    phone.refresh_from_db()
    assert phone.closed_reason == Closed.UNREACHABLE
