"""Reasons in words: every rule and every kind has its sentence, in every language, for the person and for staff."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import LANGUAGES
from notifications import hold_words, law_words, reason, reasons
from notifications.law import books
from notifications.law.rule import Rule
from notifications.reason import Reason
from notifications.words import HoldReason

SOURCES = Path(reasons.__file__).parent
CHINESE = ["zh-hans", "zh-hant"]
RULES = [rule for book in books.all_books().values() for rule in book.rules]
NEW_YORK = ZoneInfo("America/New_York")

# Enough for every sentence.
FACTS: dict[str, Any] = {
    "days": 3,
    "due_on": "2026-02-01",
    "channel": "email",
    "passed": ["sms", "email"],
    "at": "2026-02-01T03:00-05:00",
    "weekday": 6,
    "most": 2,
    "until": "2026-02-03",
    "holds": list(HoldReason.values),
    "category": "overdue",
    "bills": 4,
    "on_time": 3,
    "prompted": False,
}
REASONS = [
    *(Reason(rule, FACTS) for rule in reasons.SENTENCES),
    *(
        Reason(rule.id, {**FACTS, "kind": rule.kind, "version": rule.version}, rule.citation)
        for rule in RULES
    ),
    *(
        Reason(rule, {**FACTS, **change})
        for rule in reasons.SENTENCES
        for change in ({"days": 0}, {"days": 1, "bills": 1, "most": 1}, {"day_off": True}, {"prompted": True})
    ),
]


def kinds(of: type[Rule] = Rule) -> set[str]:
    return {kind.kind for kind in of.__subclasses__()}


def test_every_reason_that_the_engine_can_give_has_its_sentence():
    given_somewhere = {
        rule
        for path in SOURCES.glob("*.py")
        for rule in re.findall(r'Reason\(\s*"([a-z_.]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(given_somewhere) > 20
    assert given_somewhere <= set(reasons.SENTENCES)


def test_every_kind_of_law_has_its_sentence():
    said = {kind: reasons.sentence([Reason("somewhere.rule", {**FACTS, "kind": kind})]) for kind in kinds()}
    assert {rule.kind for rule in RULES} <= set(said)
    assert len(set(said.values())) == len(said)  # each says its own


@pytest.mark.parametrize("language", [code for code, _ in LANGUAGES])
def test_every_reason_is_one_whole_sentence(language):
    end = "." if language == "en" else "。"
    with translation.override(language):
        for one in REASONS:
            text = reasons.sentence([one])
            assert text.endswith(end), one
            assert text.count(end) == 1, one
            assert "%(" not in text


@pytest.mark.parametrize("language", CHINESE)
def test_no_english_word_stands_in_a_chinese_sentence(language):
    with translation.override(language):
        for one in REASONS:
            text = reasons.sentence([one]) + reasons.sent(datetime(2026, 1, 27, 10, tzinfo=UTC), [one])
            assert not re.search("[A-Za-z]", text), one


@pytest.mark.parametrize("language", [code for code, _ in LANGUAGES])
def test_why_we_are_silent_is_told_for_every_hold(language):
    assert set(hold_words.WHY) == set(HoldReason.values)
    with translation.override(language):
        assert len({str(words) for words in hold_words.WHY.values()}) == len(HoldReason)


@given(st.lists(st.sampled_from(REASONS), max_size=4), st.sampled_from([code for code, _ in LANGUAGES]))
def test_the_same_reasons_give_the_same_sentence_before_and_after_they_are_stored(some, language):
    with translation.override(language):
        for audience in ("borrower", "staff"):
            told = reasons.sentence(some, audience=audience)
            assert told == reasons.sentence(reason.to_json(some), audience=audience)
            assert told == reasons.sentence(tuple(some), audience=audience)


def test_a_message_tells_when_it_went_out_and_why_not_before():
    at = datetime(2026, 1, 27, 10, tzinfo=NEW_YORK)
    why = [
        Reason("choice.lead_day", {"days": 3, "due_on": "2026-01-28"}),
        Reason("choice.window", {"at": "2026-01-25T10:00-05:00", "weekday": 6, "day_off": True}),
    ]
    assert reasons.sent(at, why) == (
        "Sent on Tuesday at 10:00, because you chose a reminder 3 days before a bill is due. "
        "Not on Sunday at 10:00, because you chose no messages on that day."
    )
    with translation.override("zh-hans"):
        assert reasons.sent(at, why) == (
            "于星期二 10:00 发送，因为您选择了在账单到期前 3 天收到提醒。"
            "没有在 星期日 10:00 发送，因为您选择当天不接收消息。"
        )


def test_a_message_with_any_other_reason_still_tells_when_it_went_out():
    at = datetime(2026, 1, 27, 10, tzinfo=NEW_YORK)
    assert (
        reasons.sent(at, [Reason("receipt")])
        == "Sent on Tuesday at 10:00. A payment arrived on your account."
    )
    assert reasons.sent(at, []) == "Sent on Tuesday at 10:00."


# ---------- for staff ----------


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_staff_read_the_law_with_its_source_its_version_and_how_sure_we_are(rule):
    facts = {**FACTS, "kind": rule.kind, "version": rule.version}
    told = reasons.sentence([Reason(rule.id, facts, rule.citation)], audience="staff")
    for part in (f"{rule.id}@{rule.version}", rule.plain, rule.citation):
        assert part in told
    assert ("unverified" in told.rsplit(" · ", 1)[1]) == rule.is_unverified
    assert rule.plain not in reasons.sentence([Reason(rule.id, facts, rule.citation)])


def test_staff_are_told_where_the_text_is_not_the_one_that_decided():
    rule = RULES[0]
    old = Reason(rule.id, {**FACTS, "kind": rule.kind, "version": "2020-01-01"}, "Old Act, s. 1")
    told = reasons.sentence([old], audience="staff")
    assert f"{rule.id}@2020-01-01" in told
    assert f"the rulebook is at {rule.version} by now" in told
    assert "Old Act, s. 1" in told
    gone = Reason("us.gone", {"kind": "cap", "version": "2020-01-01"}, "Old Act, s. 2")
    assert "no longer in the rulebook" in reasons.sentence([gone], audience="staff")


def test_the_lenders_own_policy_is_not_told_as_law():
    said = {law_words.checked(rule) for rule in books.careful().rules}
    assert said == {"the lender's own policy"}
    assert said.isdisjoint(law_words.checked(rule) for rule in RULES if rule not in books.careful().rules)


def test_a_borrowers_own_choice_needs_no_law():
    told = reasons.sentence([Reason("choice.week", {"most": 2})], audience="staff")
    assert told == "Later, because you chose at most 2 messages in seven days. [choice.week]"


def test_dates_are_written_as_the_language_writes_them():
    paused = [Reason("choice.pause", {"until": date(2026, 2, 3).isoformat()})]
    assert "February 3, 2026" in reasons.sentence(paused)
    with translation.override("zh-hant"):
        assert "2026年2月3日" in reasons.sentence(paused)
