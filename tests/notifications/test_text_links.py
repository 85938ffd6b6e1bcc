"""One short link in a text: where it may stand, where it leads, and that holding it is not enough for anything else."""

import re
import uuid
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.conf import settings as conf
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts import phones
from notifications import check_code, content, context, notices, preferences, sms_text
from notifications.choice import CATEGORIES
from notifications.content import lint
from notifications.deciding import Outgoing
from notifications.law import books, links
from notifications.linkless import without_links
from notifications.material import Look, material
from notifications.models import (
    Attempt,
    ConversationMessage,
    HelpRequest,
    Hold,
    MessageTemplate,
    Preference,
    ProviderTemplate,
    ReminderAnswer,
)
from notifications.reply_links import short
from notifications.texts import Demand
from notifications.word_list import word_list
from tests import factories
from tests.notifications.test_reply_links import NOON, standing
from tests.portal.rows import belongings

KINDS = ["paid", "date", "help", "wrong", "stop"]
LINK = re.compile(r"https?://\S+/a/(\w{24})(?!\S)")


@pytest.fixture
def attempt(borrower):
    """A reminder by text that has arrived."""
    attempt = belongings(borrower)[Attempt]
    phone = borrower.contact_points.filter(kind="phone").first()
    Attempt.objects.filter(pk=attempt.pk).update(channel="sms", contact_point=phone)
    with time_machine.travel(NOON, tick=False):
        yield Attempt.objects.get(pk=attempt.pk)


def offered(attempt):
    """What the page of a text's link offers: answer → its address."""
    page = Client().get(short.path(attempt.pk))
    assert page.status_code == 200
    found = re.findall(r'href="(/answer/(\w+)/[^"]+)"', page.content.decode())
    return {kind: path for path, kind in found}


def texted(borrower, reminders, sandbox, now):
    """The text of a reminder as it arrived, and its attempt."""
    only = dict.fromkeys(preferences.of(borrower).channels, ("sms",))
    choice = replace(preferences.of(borrower), channels=only)
    Preference.objects.update_or_create(borrower=borrower, defaults={"choice": choice.to_json()})
    factories.make_bill(factories.make_loan(borrower))
    reminders.run(now)
    attempt = Attempt.objects.get(borrower=borrower)
    return sandbox.texts(attempt.contact_point.value)[-1], attempt


# ---------- in the text ----------


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_a_text_carries_one_link_of_ours_that_leads_to_its_answers_and_our_record_does_not(
    borrower, reminders, sandbox, ten, language
):
    type(borrower).objects.filter(pk=borrower.pk).update(language=language)
    text, attempt = texted(borrower, reminders, sandbox, ten)
    (token,) = LINK.findall(text)
    assert text.count("://") == 1
    assert f"{conf.PORTAL_URL}/a/{token}" in text
    assert token.startswith(check_code.of(attempt.pk))
    assert token not in attempt.body
    assert len(attempt.body) == len(text)
    assert attempt.segments == sms_text.measure(text).segments <= content.MOST_SEGMENTS
    with time_machine.travel(ten, tick=False):
        page = Client().get(f"/a/{token}")
    assert re.findall(r'href="/answer/(\w+)/', page.content.decode()) == KINDS
    assert page["Content-Language"] == language


@pytest.mark.parametrize(
    ("place", "number", "link"),
    [
        ({"country": "US", "region": "NY"}, "+12125550100", "personal"),
        ({"country": "FR", "region": ""}, "+33612345678", "address"),  # no rulebook speaks of links
        ({"country": "GB", "region": ""}, "+447911123456", "address"),
        ({"country": "SG", "region": ""}, "+6581234567", "none"),
        ({"country": "HK", "region": ""}, "+85251234567", "none"),
        ({"country": "MY", "region": ""}, "+60123456789", "none"),
        ({"country": "US", "region": "NY"}, "+6581234567", "none"),  # Singapore's networks carry it
        ({"country": "US", "region": "NY"}, "+447911123456", "address"),
    ],
)
def test_the_place_and_the_number_say_which_link_a_text_may_carry(borrower, defaults, place, number, link):
    type(borrower).objects.filter(pk=borrower.pk).update(**place)
    borrower.contact_points.filter(kind="phone").update(value=number)
    found = text_for(borrower, NOON)
    assert (conf.PORTAL_URL in found) == (link != "none")
    assert (short.STAND_IN in found) == (link == "personal")
    assert "Answer:" in found or link == "none"
    assert "Need help?" in found
    assert "Reply STOP to end reminders." in found


def text_for(borrower, now):
    """What a reminder by text says, at whatever hour it may go."""
    demand = Demand(Decimal(100), "USD", date(2026, 2, 1), "…0001")
    look = Look(0, 0, "upcoming", demand, facts=None)
    batch = context.about([borrower.pk], now=now, known=material())
    return batch.words(borrower.pk, Outgoing("sms", "upcoming", (look,), ())).text


def test_the_lender_can_do_without(borrower, reminders, sandbox, ten, settings):
    settings.TEXT_ANSWER_LINKS = False
    text, _attempt = texted(borrower, reminders, sandbox, ten)
    assert f"Answer: {conf.PORTAL_URL} Reply STOP" in text


def test_words_without_the_placeholder_go_out_as_they_did(borrower, reminders, sandbox, ten):
    words = "{lender}: {amount} is due on {due_date}. Help? {phone}. See {link} Reply STOP to end reminders."
    MessageTemplate.objects.filter(code="upcoming", language="en").update(short=words)
    text, _attempt = texted(borrower, reminders, sandbox, ten)
    assert f"Help? {conf.LENDER_PHONE}. See {conf.PORTAL_URL} Reply STOP to end reminders." in text
    assert "/a/" not in text


@pytest.mark.parametrize("country", ["US", "SG"])
def test_a_note_that_a_message_waits_carries_no_link_either_where_texts_carry_none(
    borrower, defaults, country
):
    type(borrower).objects.filter(pk=borrower.pk).update(country=country, region="")
    batch = context.about([borrower.pk], now=NOON, known=material())
    words = batch.known.templates[content.DISCREET, "en"]
    if batch.may_link(borrower.pk, "sms", *CATEGORIES) == links.NONE:
        words = words.without_links()
    said = notices._said(words, "sms", "en").text
    assert ("://" in said) == (country == "US")
    assert "a message waits for you" in said


def test_a_providers_own_template_is_filled_with_the_link(borrower, reminders, sandbox, ten):
    for code, gaps in (("upcoming", "amount\nanswer"), ("digest", "lines\nanswer")):
        words = MessageTemplate.objects.get(code=code, language="en", state="approved")
        ProviderTemplate.objects.create(
            provider="whatsapp", provider_code=f"{code}_v1", provider_language="en_US", gaps=gaps,
            code=code, language="en", version=words.version,
        )  # fmt: skip
    only = dict.fromkeys(preferences.of(borrower).channels, ("whatsapp",))
    choice = replace(preferences.of(borrower), channels=only)
    Preference.objects.create(borrower=borrower, choice=choice.to_json())
    factories.make_bill(factories.make_loan(borrower))
    reminders.run(ten)
    attempt = Attempt.objects.get()
    assert sandbox.texts(attempt.contact_point.value) == [
        f"upcoming_v1 (en_US) $100.00, {conf.PORTAL_URL}{short.path(attempt.pk)}"
    ]


# ---------- the page ----------


def test_a_scanner_changes_nothing_and_sees_nothing(borrower, attempt):
    before = standing(borrower)
    page = Client().get(short.path(attempt.pk))
    assert Client().head(short.path(attempt.pk)).status_code == 200
    for path in offered(attempt).values():
        assert Client().get(path).status_code == Client().head(path).status_code == 200
    assert standing(borrower) == before
    text = page.content.decode()
    for secret in (borrower.name, "$", attempt.body, attempt.contact_point.value, str(attempt.pk)):
        assert secret not in text
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_answer_given_from_a_text_does_what_it_says_and_once(borrower, attempt, kind):
    Hold.objects.all().delete()
    HelpRequest.objects.all().delete()
    fields = {"day": "2026-02-03"} if kind == "date" else {}
    for _ in range(2):
        assert Client().post(offered(attempt)[kind], fields, follow=True).status_code == 200
    assert ReminderAnswer.objects.filter(attempt=attempt).count() == 1
    attempt.contact_point.refresh_from_db()
    changed = {
        "paid": Hold.objects.filter(borrower=borrower, reason="paid").count(),
        "date": HelpRequest.objects.filter(borrower=borrower, kind="promise").count(),
        "help": ConversationMessage.objects.filter(answers=attempt, channel="sms").count(),
        "wrong": int(attempt.contact_point.closed_reason == "wrong person"),
        "stop": Hold.objects.filter(borrower=borrower, reason="stop_request", ended_at=None).count(),
    }
    assert changed == {**dict.fromkeys(KINDS, 0), kind: 1}
    assert Client().get(short.path(attempt.pk)).content.decode().count("You have told us.") == 1


def test_a_discreet_text_leads_to_what_tells_nothing(borrower, attempt, defaults):
    discreet = MessageTemplate.objects.get(code="discreet", language="en")
    Attempt.objects.filter(pk=attempt.pk).update(template=discreet)
    assert list(offered(attempt)) == ["wrong", "stop"]


def test_each_link_opens_its_own_message_alone(borrower, attempt):
    """Two messages whose references are the same, too."""
    twin_id = uuid.UUID(int=attempt.pk.int ^ 1)
    Attempt.objects.filter(pk=attempt.pk).update(language="zh-hans")
    Attempt.objects.create(
        id=twin_id, borrower=factories.make_borrower(), category="due", channel="sms", provider="twilio",
        state="accepted", language="zh-hant", body="…", started_at=NOON,
    )  # fmt: skip
    assert Client().get(short.path(attempt.pk))["Content-Language"] == "zh-hans"
    assert Client().get(short.path(twin_id))["Content-Language"] == "zh-hant"
    assert list(offered(Attempt.objects.get(pk=twin_id))) == ["paid", "date", "help", "stop"]  # no address


@pytest.mark.parametrize("method", ["get", "head", "post"])
@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
        lambda token: token[:8] + "0" * 16,
        lambda token: token[:8],
        lambda token: token + "0",
        lambda token: "0" * 24,
        lambda token: "x",
        lambda token: "٠" * 24,
    ],
)
def test_a_link_that_we_did_not_make_is_not_found(borrower, attempt, change, method):
    before = standing(borrower)
    assert getattr(Client(), method)(f"/a/{change(short.token(attempt.pk))}").status_code == 404
    assert standing(borrower) == before


@pytest.mark.parametrize(
    "change",
    [
        {"started_at": NOON - timedelta(days=31)},
        {"category": "service"},
        {"state": "refused_final"},
    ],
)
def test_a_link_that_is_good_no_more_is_not_found_either(attempt, change):
    Attempt.objects.filter(pk=attempt.pk).update(**change)
    assert Client().get(short.path(attempt.pk)).status_code == 404


def test_a_link_is_read_however_a_phone_or_a_person_hands_it_on(attempt):
    path = short.path(attempt.pk)
    for typed in (f"{path}/", path.lower(), f"{path}.", path.replace("0", "O").replace("1", "l")):
        assert Client().get(typed.replace("/A/", "/a/")).status_code == 200, typed


def test_a_link_outlives_a_change_of_the_key_and_no_other_key_opens(attempt, settings):
    path = short.path(attempt.pk)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 10
    assert Client().get(path).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert Client().get(path).status_code == 404


def test_wrong_links_are_limited_and_right_ones_are_not(attempt):
    client = Client()
    answers = [client.get("/a/x").status_code for _ in range(31)]
    assert answers[-2:] == [404, 429]
    assert client.get(short.path(attempt.pk)).status_code == 200


@given(st.uuids(version=4), st.uuids(version=4))
def test_a_token_is_24_signs_and_names_one_message(one, other):
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{24}", short.token(one))
    assert (short.token(one) == short.token(other)) == (one == other)
    assert short.filled(f"{short.address()} …", one).count(short.token(one)) == 1
    assert len(short.filled(short.address(), one)) == len(short.address())


# ---------- the rules ----------


def test_the_strictest_rule_holds_and_an_unknown_place_has_no_personal_link():
    def may(*places, channel="sms", day=date(2026, 6, 1)):
        found = sum((books.for_place(*place) for place in places), ())
        return links.allowed(found, binds="creditor", stages=("due",), channel=channel, day=day)

    assert may(("US", "NY")) == may(("US", "NY"), channel="whatsapp") == "personal"
    assert may(("FR",)) == may(("GB",)) == may(("CN",)) == may(("US",), ("TW",)) == "address"
    assert may(("SG",)) == may(("US",), ("SG",)) == may(("GB",), ("HK",)) == "none"
    assert may(("MY",), day=date(2024, 8, 31)) == "address"
    assert may(("US",), channel="email") == "address"


def test_a_number_tells_whose_networks_carry_a_text():
    assert phones.regions("+12125550100")[0] == "US"
    assert phones.regions("+6581234567") == ("SG",)
    assert phones.regions("") == ()


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        ("{lender}: bill. Help? {phone}. Details: {link} Reply STOP.", "{lender}: bill. Help? {phone}. Reply STOP."),
        ("Due today. See {link} or call {phone}. Bye.", "Due today. Bye."),
        ("{lender}: see {answer} Reply STOP.", "{lender}: Reply STOP."),
        ("{phone}. {link}", "{phone}."),
        ("{link}", ""),
        ("Nothing to leave out.", "Nothing to leave out."),
        ("【{lender}】您有一则消息，请登录{link}查看。请电{phone}。", "【{lender}】您有一则消息。请电{phone}。"),
        ("【{lender}】到期。明细：{link} 回复TD停止。", "【{lender}】到期。回复TD停止。"),
        ("请登录 {link} 查看。谢谢。", "谢谢。"),
    ],
)  # fmt: skip
def test_a_link_goes_with_the_clause_that_leads_to_it(words, rest):
    assert without_links(words) == rest


@given(st.text(alphabet="a B.?:，。{}linkasweropn \n", max_size=80))
def test_no_link_is_left_whatever_the_words(words):
    assert not re.search(r"\{(link|answer)\}", without_links(words))


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_our_own_words_keep_all_their_duties_without_links(defaults, language):
    for row in MessageTemplate.objects.filter(language=language):
        texts = {name: getattr(row, name) for name in ("subject", "body", "short")}
        for draft in content.drafts(texts, code=row.code, language=language):
            found = [one.practice for one in lint(draft, word_list())]
            assert [one for one in found if not one.startswith("collector")] == [], row.code


def test_the_linter_knows_the_placeholder_and_asks_about_what_would_go_with_a_link():
    def found(short_text):
        draft = content.Draft({"short": short_text}, "en", "due", "sms")
        return [(one.level, one.practice) for one in lint(draft, word_list())]

    good = "{lender}: {amount} is due. Help? {phone}. Answer: {answer} Reply STOP to end reminders."
    assert found(good) == []
    lost = "{lender}: {amount} is due. Answer at {answer} or {phone}. Reply STOP to end reminders."
    assert found(lost) == [("review", "linkless.contact")]
    long = good.replace("Answer:", "Answer us here if you like, whenever it suits you, day or night:" * 5)
    assert ("block", "segments") in found(long)
