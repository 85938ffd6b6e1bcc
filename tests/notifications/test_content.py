"""Content lint: what may not be approved is found, says why, and what is kind passes."""

import re
import tomllib
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from notifications import finding_words, reply_words, sms_text, texts
from notifications.carried import carried
from notifications.content import (
    LONGEST,
    MOST_SEGMENTS,
    SOFT,
    Draft,
    allowed_placeholders,
    blocks,
    drafts,
    lint,
    lint_all,
    practices_found,
)
from notifications.texts import Demand, Filling, Sender, Words, render
from notifications.word_list import LANGUAGES, PATH, WordListError, parse, word_list

WORDS = word_list()
GOOD = "{lender}: {amount} is due on {due_date}. Need help? {phone}. Reply STOP to end reminders."
MAIL = {
    "subject": "Your reminder",
    "body": "Hello {name}, {amount} is due on {due_date}.\n{phone} {link}\n{lender}",
}


def draft(short=GOOD, **more):
    more = {"language": "en", "category": "upcoming", "channel": "sms", **more}
    return Draft({"short": short, **more.pop("texts", {})}, **more)


def practices(one, **required):
    return [finding.practice for finding in lint(one, WORDS, required)]


def _templates():
    for language in LANGUAGES.values():
        path = settings.BASE_DIR / "templates" / "messages" / f"{language}.toml"
        for code, words in tomllib.loads(path.read_text(encoding="utf-8")).items():
            yield pytest.param(language, code, words, id=f"{language} {code}")


TEMPLATES = list(_templates())


# ---------- the list itself ----------


@pytest.mark.parametrize("example", WORDS.examples, ids=lambda one: one.text[:40])
def test_every_example_of_the_list_is_found_as_it_says(example):
    assert practices_found(example.text, WORDS) == example.expect


def test_every_practice_of_words_names_its_source_and_speaks_every_language():
    for practice in WORDS.practices:
        assert practice.source
        assert not practice.patterns or set(practice.patterns) == set(LANGUAGES.values())


def test_what_a_list_says_wrongly_names_file_practice_and_reason():
    whole = PATH.read_text(encoding="utf-8")
    for old, new, says in [
        ('\nlevel = "block"', '\nlevel = "stop"', "practice violence: the level 'stop' is not known"),
        ('category = "threat"', 'category = "rude"', "practice violence: the category 'rude' is not known"),
        (r"'\b(hurt|harm|", r"'\b((hurt|harm|", "practice violence: missing ), unterminated subpattern"),
        ('source = "12 CFR', 'sauce = "12 CFR', "practice violence: the key 'source' is missing"),
        ('id = "insult"', 'id = "violence"', "practice violence: stands there twice"),
        (
            'expect = ["arrest"]',
            'expect = ["nothing"]',
            "example Pay today or you will be arrested.: the practice",
        ),
        (
            'key = "opt_out"\nchannels',
            'key = "opt_out"\nways',
            "required opt_out: the key 'channels' is missing",
        ),
        ("schema = 1", "schema = 2", "schema 2 is not known"),
        ("schema = 1", "schema = ", "not TOML"),
        ("schema = 1", "", "the key 'schema' is missing"),
    ]:
        assert old in whole
        with pytest.raises(WordListError, match=re.escape(says)) as caught:
            parse(whole.replace(old, new, 1), "list.toml")
        assert str(caught.value).startswith("list.toml: ")


def test_a_practice_or_duty_that_could_find_nothing_is_refused():
    whole = PATH.read_text(encoding="utf-8")
    empty = (
        '[[practice]]\nid = "x"\ncategory = "threat"\nlevel = "block"\nwhat = "x"\nsource = "x"\nurl = ""\n'
    )
    with pytest.raises(WordListError, match="practice x: it has neither patterns nor"):
        parse(f'{whole}\n{empty}confidence = "verified"\n', "list.toml")
    duty = '[[required]]\nkey = "x"\nchannels = []\nalways_for = []\nplaceholders = []\nsource = "x"\n'
    with pytest.raises(WordListError, match="required x: it has neither placeholders nor"):
        parse(f"{whole}\n{duty}", "list.toml")


# ---------- our own words ----------


@pytest.mark.parametrize(("language", "code", "words"), TEMPLATES)
def test_our_own_templates_may_be_approved(language, code, words):
    findings = lint_all(drafts(words, code=code, language=language), WORDS, {})
    assert not blocks(findings)
    shown = [(finding.practice, finding.field, finding.words) for finding in findings]
    expected = [("collector_visible", "subject", ("{amount}",))] if "{amount}" in words["subject"] else []
    assert shown == expected  # a second person decides about an amount in a subject


@pytest.mark.parametrize(("language", "code", "words"), TEMPLATES)
def test_the_word_our_texts_name_to_end_them_is_one_the_portal_understands(language, code, words):
    for named in re.findall(r"(?:Reply |回复|回覆)([A-Z]+)", words["short"]):
        assert reply_words.read(named) is reply_words.Wish.STOP


def test_every_message_has_softer_words_and_one_that_says_nothing():
    for language in LANGUAGES.values():
        written = {one.values[1] for one in TEMPLATES if one.values[0] == language}
        assert written >= {"upcoming_soft", "due_soft", "overdue_soft", "discreet"}


@pytest.mark.parametrize(("language", "code", "words"), TEMPLATES)
def test_softer_words_carry_for_the_law_what_the_plain_ones_do(language, code, words):
    if not code.endswith(SOFT):
        return
    plain = next(one.values[2] for one in TEMPLATES if one.values[:2] == (language, code.removesuffix(SOFT)))
    assert carried(Words(**words), language) == carried(Words(**plain), language)


# ---------- words that may not stand there ----------


@pytest.mark.parametrize(
    ("text", "practice"),
    [
        ("You will be ar\u200brested", "arrest"),
        ("You will be ａｒｒｅｓｔｅｄ", "arrest"),
        ("We publish\nyour name", "public_shame"),
        ("We publish {amount} your name", "public_shame"),
        ("PAY YOUR DEBT TODAY", "ultimatum"),
    ],
)
def test_a_banned_word_is_found_however_it_is_hidden(text, practice):
    assert practice in practices(draft(f"{GOOD} {text}"))


@pytest.mark.parametrize(
    ("text", "practice"),
    [("不还就坐 牢", "arrest"), ("老\u200b赖", "insult"), ("立即{amount}还款", "ultimatum")],
)
def test_spaces_and_placeholders_hide_no_chinese_word(text, practice):
    assert practice in practices(draft(f"【{{lender}}】{text}{{phone}}回复TD", language="zh-hans"))


def test_every_language_s_list_holds_for_every_language():
    assert "arrest" in practices(
        draft("【{lender}】{phone} You will be arrested. 回复TD", language="zh-hant")
    )


def test_a_finding_names_level_words_and_source():
    [finding] = lint(draft(f"{GOOD} You deadbeat."), WORDS)
    assert (finding.level, finding.practice, finding.category) == ("block", "insult", "insult")
    assert finding.words == ("deadbeat",)
    assert "12 CFR 1006.14(d)" in finding.source
    assert (
        finding_words.message(finding)
        == "Short text, “deadbeat”: this insults. Write as you would to a guest."
    )


def test_lawful_but_heavy_words_ask_a_second_person_and_do_not_block():
    findings = lint(draft(f"{GOOD} We may take legal action."), WORDS)
    assert [finding.level for finding in findings] == ["review"]
    assert not blocks(findings)


def test_a_wide_net_speaks_only_where_nothing_more_exact_was_found():
    assert practices(draft(f"{GOOD} Ask your mother.")) == ["others_named"]
    assert practices(draft(f"{GOOD} We will tell your mother.")) == ["contacts"]
    assert not blocks(lint(draft(f"{GOOD} Ask your mother."), WORDS))


# ---------- what must stand there ----------


@pytest.mark.parametrize(
    ("taken", "missing"),
    [
        ("{lender}: ", "required.lender_name"),
        ("Need help? {phone}.", "required.contact"),
        ("Reply STOP to end reminders.", "required.opt_out"),
    ],
)
def test_lender_contact_and_opt_out_must_be_there(taken, missing):
    one = draft(GOOD.replace(taken, ""))
    assert practices(one) == [missing]
    assert blocks(lint(one, WORDS))


def test_an_email_s_way_out_is_its_link():
    assert practices(draft(texts=MAIL, channel="email")) == []
    without = {**MAIL, "body": MAIL["body"].replace("{link}", "")}
    assert practices(draft(texts=without, channel="email")) == ["required.opt_out"]


def test_a_receipt_needs_no_way_out():
    assert practices(draft("{lender}: thank you. {phone}", category="receipt")) == []


def test_what_a_rulebook_demands_is_looked_for_and_else_asked_of_a_person():
    law = {"amount": "law 1", "rights": "law 2", "collector_disclosure": "law 3"}
    found = lint(draft(GOOD.replace("{amount}", "something")), WORDS, law)
    assert [(one.practice, one.level, one.source) for one in found] == [
        ("required.amount", "block", "law 1"),
        ("required.rights", "review", "law 2"),
        ("required.collector_disclosure", "block", "law 3"),
    ]
    fulfilled = draft(f"{GOOD} This is an attempt to collect a debt.")
    assert practices(fulfilled, collector_disclosure="law 3") == []
    chinese = draft("【{lender}】{phone}回复TD", language="zh-hans")
    assert [one.level for one in lint(chinese, WORDS, {"collector_disclosure": "law 3"})] == ["review"]


def test_a_digest_lists_its_bills():
    assert practices(draft(category="digest")) == ["required.bills"]
    assert practices(draft(f"{GOOD} {{lines}}", category="digest")) == []


# ---------- private facts ----------


def test_a_text_message_holds_no_full_name():
    [finding] = lint(draft(f"{{name}}, {GOOD}"), WORDS)
    assert (finding.practice, finding.words) == ("name_in_text", ("{name}",))


@pytest.mark.parametrize("name", ["name", "account", "lines"])
def test_a_subject_holds_neither_name_nor_account(name):
    assert "private_in_subject" in practices(draft(texts={**MAIL, "subject": f"{{{name}}}"}, channel="email"))


@pytest.mark.parametrize("name", ["name", "amount", "due_date", "account", "lines"])
def test_a_push_message_holds_no_private_fact(name):
    push = {"push_title": "{lender}", "push_body": "A message waits for you."}
    assert practices(draft(texts=push, channel="push")) == []
    assert "private_in_preview" in practices(
        draft(texts={**push, "push_body": f"For you: {{{name}}}"}, channel="push")
    )


def test_words_that_give_the_debt_away_are_looked_for_where_others_can_see_them():
    assert practices(draft(texts={**MAIL, "subject": "Your account is overdue"}, channel="email")) == [
        "collector_visible"
    ]
    inside = {**MAIL, "body": f"{MAIL['body']} It is overdue."}
    assert practices(draft(texts=inside, channel="email")) == []


DISCREET_WORDS = {
    "en": "{lender}: a message waits for you at {link} Questions? {phone}. Reply STOP to end these notes.",
    "zh-hans": "【{lender}】您有一条新消息，请登录{link}查看。如有疑问请致电{phone}。回复TD停止提醒。",
    "zh-hant": "【{lender}】您有一則新訊息，請登入{link}查看。如有疑問請電{phone}。回覆STOP停止提醒。",
}


@pytest.mark.parametrize(("language", "text"), list(DISCREET_WORDS.items()))
@pytest.mark.parametrize("category", ["upcoming", "overdue", "digest"])
def test_a_discreet_message_says_only_that_a_message_waits(language, text, category):
    assert practices(draft(text, language=language, category=category, is_discreet=True)) == []


@pytest.mark.parametrize(
    ("language", "more"),
    [
        *(("en", f" {{{name}}}") for name in ("name", "amount", "due_date", "account", "lines")),
        *(
            ("en", more)
            for more in (" Your bill is ready.", " It is overdue.", " $250", " Your payment is late.")
        ),
        ("zh-hans", "您的账单已出。"),
        ("zh-hans", "请及时还款。"),
        ("zh-hant", "您的帳單已出。"),
        ("zh-hant", "您的信用卡。"),
    ],
)
def test_a_discreet_message_holds_no_word_or_fact_of_money(language, more):
    one = draft(DISCREET_WORDS[language] + more, language=language, is_discreet=True)
    assert "discreet" in practices(one)
    assert blocks(lint(one, WORDS))


def test_staff_are_told_what_each_field_may_hold():
    assert allowed_placeholders(WORDS, "body") == set(texts.PLACEHOLDERS)
    assert allowed_placeholders(WORDS, "short") == set(texts.PLACEHOLDERS) - {"name"}
    assert allowed_placeholders(WORDS, "body", is_discreet=True) == {"lender", "phone", "link", "answer"}


# ---------- form and size ----------


def test_empty_fields_unknown_placeholders_and_open_braces_are_refused():
    assert practices(draft(" ", category="service"))[0] == "empty"
    [unknown] = lint(draft(f"{GOOD} {{iban}}"), WORDS)
    assert (unknown.practice, unknown.words) == ("placeholder", ("{iban}",))
    assert practices(draft(f"{GOOD} {{amount")) == ["brace"]


@pytest.mark.parametrize("language", list(LANGUAGES.values()))
def test_a_text_is_measured_with_long_values_against_three_segments(language):
    short = DISCREET_WORDS[language]
    fits = draft(short, language=language, category="service")
    assert practices(fits) == []
    long = draft(short + "x" * 153 * MOST_SEGMENTS, language=language, category="service")
    assert practices(long) == ["segments"]
    longest = {"lender": "y" * 153 * MOST_SEGMENTS}
    assert practices(draft(short, language=language, category="service", longest=longest)) == ["segments"]


@pytest.mark.parametrize("currency", ["INR", "NGN", "PHP", "KRW", "VND", "ILS", "IDR", "TWD", "EUR", "XOF"])
def test_no_currency_s_sign_makes_an_english_text_dearer(currency):
    demand = Demand(Decimal("12345678.90"), currency, date(2027, 9, 30), "…0001")
    [words] = [Words(**one.values[2]) for one in TEMPLATES if one.values[:2] == ("en", "digest")]
    sender = Sender("Example Lending Company", "+91 22 1234 5678", "https://portal.example-lending.example")
    text = render(words, Filling("", [demand] * 3, sender, "en"), channel="sms").text
    size = sms_text.measure(sms_text.downgrade(text))
    assert (size.encoding, size.segments) == ("GSM-7", 2)


def test_a_pasted_sign_without_a_shape_does_not_double_the_price_of_a_text():
    """Spaces of other widths and line separators are spaces, marks of no width go, French quotes are quotes."""
    pasted = "Pay\u202f100\u2028to\u2029us\u180e\u2060, «today»\u200e"
    assert sms_text.downgrade(pasted) == 'Pay 100 to us, "today"'
    assert sms_text.measure(sms_text.downgrade(pasted)).encoding == "GSM-7"


def test_a_digest_is_short_in_a_text_and_whole_in_a_letter():
    demand = Demand(Decimal(250), "USD", date(2027, 3, 15), "…0001")
    words = Words(subject="", body="{lines}", short="{lines}")
    filling = Filling("", [demand], Sender("", "", ""), "en")
    lines = {channel: render(words, filling, channel=channel).text for channel in ("sms", "email")}
    assert lines == {"sms": "$250.00 Mar 15 …0001", "email": "$250.00 · March 15, 2027 · …0001"}


def test_each_language_has_a_long_value_for_every_placeholder():
    assert set(LONGEST) == set(LANGUAGES.values())
    assert all(set(values) == set(texts.PLACEHOLDERS) for values in LONGEST.values())


def test_what_there_are_no_rules_for_cannot_be_approved():
    with pytest.raises(ValueError, match="'fr'"):
        draft(language="fr")
    with pytest.raises(ValueError, match="'fax'"):
        draft(channel="fax")


@given(
    st.text(alphabet="{}abcamountSTOP 还款$2.!\u200b\n", max_size=60),
    st.sampled_from(list(LANGUAGES.values())),
    st.sampled_from(["sms", "email", "inbox", "push", "whatsapp"]),
    st.booleans(),
)
def test_any_text_is_judged_the_same_twice_and_each_finding_can_be_told(text, language, channel, is_discreet):
    fields = dict.fromkeys(("short", "subject", "body", "push_title", "push_body"), text)
    one = Draft(fields, language, "overdue", channel, is_discreet)
    findings = lint(one, WORDS, {"rights": "law"})
    assert findings == lint(one, WORDS, {"rights": "law"})
    assert all(finding_words.message(finding).endswith((".", "?")) for finding in findings)


def test_every_category_of_the_list_has_its_words():
    assert {practice.category for practice in WORDS.practices} <= set(finding_words.CATEGORIES)
