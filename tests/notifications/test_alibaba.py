"""Alibaba Cloud SMS: its signature as published, its answers over real HTTP, its reports and replies."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import ContactPoint
from notifications import answer_words, checks, provider_templates, receipts
from notifications.channels.alibaba import Alibaba, e164, local_number
from notifications.channels.alibaba_signature import signature
from notifications.channels.base import (
    Accepted,
    Approved,
    Message,
    Question,
    RefusedForGood,
    RefusedForNow,
    Unknown,
)
from notifications.channels.deliver import deliver
from notifications.channels.http import NOT_APPROVED, SET_UP_WRONG, Answer
from notifications.models import Attempt, Hold, ProviderEvent, ProviderTemplate
from notifications.words import AttemptState, Delivery
from tests.notifications.limits import LIMITS, limits_of
from tests.waiting import until

NUMBER = "+8613900001234"
WORDS = Approved("SMS_154950909", "", (("money", "¥250.00"),))


@pytest.fixture(autouse=True)
def alibaba(settings):
    settings.CHANNEL_PROVIDERS = {**settings.CHANNEL_PROVIDERS, "sms": {"alibaba": 1}}


def message(to=NUMBER, approved=True):
    words = {"alibaba": WORDS} if approved else {}
    return Message(uuid4(), "sms", to, subject="", text="x", language="zh-hans", approved=words)


def sent(one, limits=LIMITS):
    return deliver({"alibaba": [one]}, limits)[one.id]


def ask(*questions):
    async def asked():
        provider = Alibaba(LIMITS)
        try:
            return await provider.ask(questions)
        finally:
            await provider.close()

    return asyncio.run(asked())


# ---------- the signature ----------


def test_the_signature_is_that_of_the_published_example():
    """Alibaba Cloud, ECS, "Request signatures": DescribeRegions with testid and testsecret."""
    parameters = {
        "AccessKeyId": "testid",
        "Action": "DescribeRegions",
        "Format": "XML",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
        "SignatureVersion": "1.0",
        "Timestamp": "2016-02-23T12:46:24Z",
        "Version": "2014-05-26",
    }
    assert signature(parameters, secret="testsecret", method="GET") == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="


def test_chinese_words_and_json_are_signed_as_in_the_published_example_of_texts():
    """Alibaba Cloud SMS, "HTTP protocol and signature": SendSms with testId and testSecret."""
    parameters = {
        "AccessKeyId": "testId",
        "Action": "SendSms",
        "Format": "XML",
        "OutId": "123",
        "PhoneNumbers": "15300000001",
        "RegionId": "cn-hangzhou",
        "SignName": "阿里云短信测试专用",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "45e25e9b-0a6f-4070-8c85-2956eda1b466",
        "SignatureVersion": "1.0",
        "TemplateCode": "SMS_71390007",
        "TemplateParam": '{"customer":"test"}',
        "Timestamp": "2017-07-12T02:42:19Z",
        "Version": "2017-05-25",
    }
    assert signature(parameters, secret="testSecret", method="GET") == "zJDF+Lrzhj/ThnlvIToysFRq6t4="


@pytest.mark.parametrize(
    ("number", "local"),
    [(NUMBER, "13900001234"), ("+85291234567", "85291234567"), ("+12025550143", "12025550143")],
)
def test_a_number_is_written_with_its_country_code_outside_mainland_china_only(number, local):
    assert local_number(number) == local


def test_a_reply_from_china_finds_the_number_in_e164():
    assert {e164("13900001234"), e164("8613900001234"), e164("+8613900001234")} == {NUMBER}


# ---------- sending, over HTTP ----------


def test_a_text_goes_out_by_the_providers_own_template(sandbox):
    outcome = sent(message())
    assert isinstance(outcome, Accepted)
    assert "^" in outcome.reference
    assert sandbox.texts(NUMBER) == ["【示例消费金融】SMS_154950909 money: ¥250.00"]


def test_words_without_a_template_of_the_providers_never_leave(sandbox):
    assert sent(message(approved=False)) == NOT_APPROVED
    assert sandbox.count() == 0


def test_a_wrong_secret_is_a_set_up_to_mend(sandbox, monkeypatch):
    monkeypatch.setattr("notifications.channels.alibaba.settings.ALIBABA_SMS_KEY_SECRET", "wrong")
    assert sent(message()) == SET_UP_WRONG


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("rate_limited", RefusedForNow),
        ("refuse_for_good", RefusedForGood),
        ("error_500", Unknown),
        ("error_500_after_accept", Unknown),
        ("hang", Unknown),
        ("reset_after_accept", Unknown),
        ("garbage_201", Unknown),
        ("lying_201", Unknown),
        ("endless_201", Unknown),
    ],
)
def test_an_answer_proves_what_it_says_and_no_more(sandbox, mode, kind):
    sandbox.faults(mode=mode)
    assert isinstance(sent(message(), limits_of(mode)), kind)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", RefusedForNow),
        ("isv.MOBILE_NUMBER_ILLEGAL", RefusedForGood),
        ("isv.SOMETHING_NEW", RefusedForNow),
        ("isp.SYSTEM_ERROR", Unknown),
    ],
)
def test_each_error_is_mapped_to_what_it_proves(code, kind):
    assert isinstance(Alibaba(LIMITS).outcome(Answer(200, {"Code": code})), kind)


@pytest.mark.parametrize(
    "code", ["isv.AMOUNT_NOT_ENOUGH", "isv.SMS_SIGNATURE_ILLEGAL", "SignatureDoesNotMatch"]
)
def test_an_error_of_the_account_is_one_of_set_up(code):
    assert Alibaba(LIMITS).outcome(Answer(400, {"Code": code})) == SET_UP_WRONG


def test_an_unknown_is_asked_for_by_our_reference(sandbox):
    sandbox.faults(mode="reset_after_accept", times=1)
    taken, never = message(), message()
    assert isinstance(sent(taken), Unknown)
    now = datetime.now(UTC)
    assert ask(Question(taken.id, NUMBER, now), Question(never.id, NUMBER, now)) == {taken.id: Accepted("")}


def test_an_answer_that_does_not_come_tells_nothing_of_an_unknown(sandbox, settings):
    settings.ALIBABA_SMS_BASE_URL = "http://127.0.0.1:9"
    assert ask(Question(uuid4(), NUMBER, datetime.now(UTC))) == {}


# ---------- reports and replies ----------


@pytest.fixture
def attempt(borrower):
    return Attempt.objects.create(
        borrower=borrower, category="due", channel="sms", provider="alibaba", state="calling", body="x"
    )


@pytest.fixture
def post(client, settings):
    def post(name, entries, token=None):
        path = reverse(f"hooks:alibaba_{name}", args=[token or settings.ALIBABA_SMS_HOOK_TOKEN])
        body = entries if isinstance(entries, str) else json.dumps(entries)
        return client.post(path, body, content_type="application/json")

    return post


def entry(attempt, success=True, code="DELIVERED"):
    return {"out_id": str(attempt.pk), "biz_id": "1^0", "success": success, "err_code": code}


def test_a_report_before_our_commit_settles_the_attempt(db, post, attempt):
    answer = post("report", [entry(attempt)])
    assert answer.json()["code"] == 0
    attempt.refresh_from_db()
    assert (attempt.state, attempt.delivery) == (AttemptState.ACCEPTED, Delivery.DELIVERED)
    assert attempt.provider_reference == "1^0"


def test_a_report_that_comes_twice_is_heard_once(db, post, attempt):
    for _ in range(2):
        post("report", [entry(attempt, success=False, code="BLACK")] * 2)
    attempt.refresh_from_db()
    assert (attempt.delivery, attempt.detail) == (Delivery.UNDELIVERED, "error BLACK")
    assert ProviderEvent.objects.count() == 1


def test_a_report_at_a_guessed_address_is_refused(db, post, attempt):
    assert post("report", [entry(attempt)], token="guessed").status_code == 403
    assert not ProviderEvent.objects.exists()


def test_without_a_token_no_address_is_ours(db, post, settings, attempt):
    settings.ALIBABA_SMS_HOOK_TOKEN = ""
    assert post("report", [entry(attempt)], token="any").status_code == 403


@pytest.mark.parametrize("body", ["", "[", "{}", "[1]", "NaN", '["\\ud800"]', "[" * 100_000])
def test_a_body_that_is_no_list_of_reports_is_refused(db, post, body):
    assert post("report", body or " ").status_code == 400


def test_a_report_of_somebody_elses_text_is_left_alone(db, post):
    assert post("report", [{"out_id": "", "biz_id": "9^0", "success": True}]).status_code == 200
    assert not ProviderEvent.objects.exists()


def test_a_stop_by_reply_holds_once(db, post, borrower):
    borrower.contact_points.filter(kind=ContactPoint.Kind.PHONE).update(value=NUMBER)
    reply = {"phone_number": "13900001234", "content": "退订", "sequence_id": "77"}
    for _ in range(2):
        assert post("inbound", [reply]).status_code == 200
    assert Hold.objects.filter(borrower=borrower, reason="stop_request", ended_at=None).count() == 1


# ---------- the answer to a reply: no free words there ----------


def write(post, borrower, words, key="77"):
    borrower.contact_points.filter(kind=ContactPoint.Kind.PHONE).update(value=NUMBER)
    borrower.language = "zh-hans"
    borrower.save(update_fields=["language"])
    post("inbound", [{"phone_number": "13900001234", "content": words, "sequence_id": key}])


def stand_for(name, gaps="name=lender_name"):
    ProviderTemplate.objects.create(
        provider="alibaba", code=f"letter:{name}", language="zh-hans", provider_code="SMS_1", gaps=gaps
    )


@pytest.mark.django_db(transaction=True)
def test_a_stop_is_confirmed_by_the_template_that_stands_for_the_words(sandbox, post, borrower):
    stand_for("stop_confirmed")
    write(post, borrower, "退订")
    until(lambda: sandbox.texts(NUMBER), "the answer arrives")
    assert sandbox.texts(NUMBER) == ["【示例消费金融】SMS_1 name: Example Lending"]
    assert not borrower.attempts.exists()


def test_without_a_template_the_person_reads_it_in_the_inbox_and_by_email(
    sandbox, post, borrower, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        write(post, borrower, "退订")
    until(lambda: mailoutbox, "the mail has left")
    assert [mail.to for mail in mailoutbox] == [[borrower.user.email]]
    note = borrower.attempts.get()
    assert (note.channel, note.language, note.reasons[0]["rule"]) == ("inbox", "zh-hans", "reply.heard")
    assert "Example Lending" in note.body
    assert Hold.objects.filter(borrower=borrower, reason="stop_request", ended_at=None).exists()
    assert sandbox.count() == 0


def test_a_wrong_person_is_not_answered_in_the_inbox_of_whom_we_meant(db, post, borrower):
    write(post, borrower, "打错了")
    assert not borrower.attempts.exists()
    assert borrower.contact_points.get(value=NUMBER).closed_reason == ContactPoint.Closed.WRONG_PERSON


def test_a_stop_heard_too_late_to_be_confirmed_there_is_confirmed_in_the_inbox(db, post, borrower):
    stand_for("stop_confirmed")
    borrower.contact_points.filter(kind=ContactPoint.Kind.PHONE).update(value=NUMBER)
    up = {"phone_number": "13900001234", "content": "T", "sequence_id": "78"}
    now = datetime.now(UTC)
    ProviderEvent.objects.create(
        provider="alibaba",
        event_key="78",
        kind="inbound",
        payload={"up": up},
        received_at=now - timedelta(hours=1),
    )
    assert receipts.sweep(now=now, limit=10) == 1
    assert borrower.attempts.get().channel == "inbox"


def test_the_check_and_the_page_say_which_answers_want_a_template(db, settings, staff_client):
    assert "letter:stop_confirmed (zh-hans)" in checks.replies_can_be_answered(databases=["default"])[0].msg
    page = reverse("admin:notifications_providertemplate_changelist")
    assert "letter:stop_confirmed (zh-hans)" in staff_client.get(page).content.decode()
    for name in answer_words.NAMES:
        for language in ("en", "zh-hans", "zh-hant"):
            ProviderTemplate.objects.create(
                provider="alibaba", code=f"letter:{name}", language=language, provider_code="SMS_1"
            )
    assert checks.replies_can_be_answered(databases=["default"]) == []


def test_where_another_provider_takes_any_words_no_template_is_wanted(db, settings):
    settings.CHANNEL_PROVIDERS = {"sms": {"alibaba": 5, "twilio": 1}}
    assert checks.replies_can_be_answered(databases=["default"]) == []


@pytest.mark.django_db(transaction=True)
def test_the_answer_goes_by_another_provider_where_alibaba_has_no_template(sandbox, post, borrower, settings):
    settings.CHANNEL_PROVIDERS = {"sms": {"alibaba": 5, "twilio": 1}}
    write(post, borrower, "退订")
    until(lambda: sandbox.texts(NUMBER), "the answer arrives")
    [text] = sandbox.texts(NUMBER)
    assert text.startswith("Example Lending")


def test_an_answer_takes_no_value_that_only_a_code_has(db):
    row = ProviderTemplate(
        provider="alibaba", code="letter:stop_confirmed", language="en", provider_code="SMS_1", gaps="a=code"
    )
    assert set(provider_templates.problems(row)) == {"gaps"}
