"""Content lint: what stands in the way of approving a message template. Pure; staff read finding_words.message.

The words, their levels and sources are data (content_words.toml). A finding of level "block" refuses approval, one of
level "review" asks a second person. No finding is no proof that a text is kind.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from notifications import linkless, sms_text
from notifications.push import words as push_words
from notifications.texts import PLACEHOLDERS, SHORT, Demand, Filling, Sender, fill, values
from notifications.word_list import LANGUAGES, Duty, Level, Practice, WordList

FIELDS = {
    "sms": ("short",),
    "whatsapp": ("short",),
    "email": ("subject", "body"),
    "inbox": ("subject", "body"),
    "push": ("push_title", "push_body"),
}
DISCREET = "discreet"  # a template's code; as a field of a practice: every field of a discreet message
SOFT = "_soft"  # ends the code of softer words for the same message
SIMPLE = "_simple"  # ends the code of plain words for the same message
OF_ONE_BILL = ("upcoming", "due", "overdue")
CATEGORIES = (*OF_ONE_BILL, "digest", "receipt", "service")
CHANNELS = ("sms", "email", "inbox", "push", "whatsapp")  # those a template is written for
MOST_SEGMENTS = 3
POLICY = "Lender's policy"
SIZE = "Lender's policy; 3GPP TS 23.038 and TS 23.040"

# Long values of each placeholder, for a text message's size. Of a digest three bills, and each further one adds a line:
# rupiah are among the longest amounts, the last days of September and December among the longest days.
LONG_DIGEST = 3  # bills
_LONG_NAME = "Maximiliana Featherstonehaugh-Cholmondeley"
_LONG_AMOUNT = Decimal("123456789.00")


def _long(language: str, lender: str, due_on: date) -> Mapping[str, str]:
    demand = Demand(_LONG_AMOUNT, "IDR", due_on, "…0001")
    link = "https://portal.example-lending.example"
    sender = Sender(lender, "+886 2 1234 5678", link, answer=f"{link}/a/{'K' * 24}")
    filling = Filling(_LONG_NAME, [demand] * LONG_DIGEST, sender, language)
    return MappingProxyType(values(filling, is_short=True))


LONGEST = {
    "en": _long("en", "Example Lending Company", date(2027, 9, 30)),
    "zh-hans": _long("zh-hans", "示例消费金融有限公司", date(2027, 12, 31)),
    "zh-hant": _long("zh-hant", "範例消費金融有限公司", date(2027, 12, 31)),
}

_BRACES = re.compile(r"\{([^{}]*)\}")
_STAND_IN = "□"  # for a placeholder: no word, one sign, so that words around it are still seen together
# Where only what others can see is looked at, a placeholder is what it will show them.
_SEEN = {
    name: _STAND_IN if name in ("lender", "name", "phone", *linkless.LINKS) else PLACEHOLDERS[name]
    for name in PLACEHOLDERS
}


@dataclass(frozen=True)
class Draft:
    """The words of one message on one channel. ValueError: a language or channel without rules."""

    texts: Mapping[str, str]  # field → template: "subject", "body", "short", "push_title", "push_body"
    language: str
    category: str  # or "digest"
    channel: str
    is_discreet: bool = False  # says only that a message waits
    longest: Mapping[str, str] = field(default_factory=dict)  # longer values than LONGEST, for the size

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES.values():
            raise ValueError(f"There are no words to check '{self.language}' by, so it cannot be approved.")
        if self.channel not in FIELDS:
            raise ValueError(f"The channel '{self.channel}' is not known; it is one of {', '.join(FIELDS)}.")

    @property
    def fields(self) -> Iterator[tuple[str, str]]:
        """The channel's fields with their text, empty where there is none."""
        return ((name, self.texts.get(name, "")) for name in FIELDS[self.channel])


@dataclass(frozen=True)
class Finding:
    """practice: its id in the list; else "empty", "placeholder", "brace", "segments", or "required." or "linkless." and
    a key."""

    level: Level
    practice: str
    category: str  # of the practice; else empty
    field: str
    words: tuple[str, ...]  # what was found, as it stands there
    source: str  # citation


def lint(draft: Draft, words: WordList, required: Mapping[str, str] | None = None) -> tuple[Finding, ...]:
    """All that stands against a draft, the same for the same draft.

    required: what the rulebooks of the place demand of this message, key → citation.
    """
    return (
        *_form(draft),
        *_practices(draft, words.practices),
        *_duties(draft, words.duties, required or {}),
        *(_linkless(draft, words.duties) if draft.channel in SHORT else ()),
        *_size(draft),
    )


def drafts(
    texts: Mapping[str, str], *, code: str, language: str, categories: Sequence[str] = ()
) -> list[Draft]:
    """A template on all its channels, as each message that it may have to serve for.

    categories: what a code of the lender's own is used for; else the code says it, and one that nobody uses may
    have to serve for any bill. Discreet words serve for all.
    """
    is_discreet, known = code == DISCREET, code.removesuffix(SOFT).removesuffix(SIMPLE)
    texts = {**texts, **push_words.fields(texts.get("subject", ""), language)}
    meant = (known,) if known in CATEGORIES else tuple(categories) or OF_ONE_BILL
    return [
        Draft(texts, language, category, channel, is_discreet)
        for category in meant
        for channel in channels(is_discreet=is_discreet)
    ]


def channels(*, is_discreet: bool) -> list[str]:
    """Those that use such words. In the inbox all is said; a push message says only that one waits."""
    never = "inbox" if is_discreet else "push"
    return [one for one in CHANNELS if one != never]


def lint_all(
    drafts: Iterable[Draft], words: WordList, required: Mapping[str, Mapping[str, str]]
) -> tuple[Finding, ...]:
    """The findings of one template on all its channels, each once. required: channel → key → citation."""
    found = (finding for draft in drafts for finding in lint(draft, words, required.get(draft.channel)))
    return tuple(dict.fromkeys(found))


def blocks(findings: Iterable[Finding]) -> bool:
    """May the template not be approved?"""
    return any(finding.level == "block" for finding in findings)


def fulfilled(draft: Draft, words: WordList) -> frozenset[str]:
    """The keys of the duties that a message keeps, whether or not it must."""
    return frozenset(
        duty.key for duty in words.duties if draft.channel in duty.channels and _is_fulfilled(duty, draft)
    )


def allowed_placeholders(words: WordList, name: str, *, is_discreet: bool = False) -> frozenset[str]:
    """The placeholders that may stand in a field."""
    bounds = (one.only_placeholders for one in words.practices if one.fields & _tags(name, is_discreet))
    return frozenset(PLACEHOLDERS).intersection(*(bound for bound in bounds if bound is not None))


def practices_found(text: str, words: WordList) -> frozenset[str]:
    """The ids of the practices that hold for every field and are found in a plain text."""
    found = [one for one in words.practices if not one.fields and _found(one, text)]
    return frozenset(one.id for one in _without_echo(found))


# ---------- form ----------


def _form(draft: Draft) -> Iterator[Finding]:
    for name, text in draft.fields:
        if not text.strip():
            yield Finding("block", "empty", "", name, (), POLICY)
        unknown = tuple(dict.fromkeys(f"{{{one}}}" for one in _names(text) if one not in PLACEHOLDERS))
        if unknown:
            yield Finding("block", "placeholder", "", name, unknown, POLICY)
        if "{" in (rest := _BRACES.sub("", text)) or "}" in rest:
            yield Finding("block", "brace", "", name, (), POLICY)


def _names(text: str) -> list[str]:
    return _BRACES.findall(text)


# ---------- what may not stand there ----------


def _practices(draft: Draft, practices: Iterable[Practice]) -> Iterator[Finding]:
    for name, text in draft.fields:
        tags = _tags(name, draft.is_discreet)
        found = {
            practice: (*_found_in_template(practice, text), *_forbidden_placeholders(practice, text))
            for practice in practices
            if not practice.fields or practice.fields & tags
        }
        for practice in _without_echo([one for one, hits in found.items() if hits]):
            hits = tuple(dict.fromkeys(found[practice]))
            yield Finding(practice.level, practice.id, practice.category, name, hits, practice.source)


def _without_echo(found: Sequence[Practice]) -> list[Practice]:
    """A wide net says nothing new where a practice of words has been found already."""
    is_named = any(not practice.only_alone and not practice.fields for practice in found)
    return [practice for practice in found if not (is_named and practice.only_alone)]


def _found_in_template(practice: Practice, text: str) -> Iterator[str]:
    """What is found, or the placeholders that will bring it."""
    shown = _SEEN if practice.fields else {}
    for hit in _found(practice, _BRACES.sub(lambda one: shown.get(one[1], _STAND_IN), text)):
        brought = [f"{{{name}}}" for name in _names(text) if hit in shown.get(name, "")]
        yield from brought or [hit]


def _tags(name: str, is_discreet: bool) -> frozenset[str]:
    return frozenset({name, DISCREET} if is_discreet else {name})


def _found(practice: Practice, text: str) -> tuple[str, ...]:
    """What the patterns of all languages find, each once."""
    plain, dense = _plain(text), _dense(text)
    hits = (
        hit[0]
        for language, patterns in practice.patterns.items()
        for pattern in patterns
        if (hit := pattern.search(plain if language == "en" else dense))
    )
    return tuple(dict.fromkeys(hits))


def _plain(text: str) -> str:
    """Without what hides a word from a search: wide letters, invisible characters, line breaks."""
    wide = unicodedata.normalize("NFKC", text)
    return " ".join("".join(one for one in wide if unicodedata.category(one) != "Cf").split())


def _dense(text: str) -> str:
    """Chinese needs no spaces, so they only hide."""
    return _plain(text).replace(" ", "")


def _forbidden_placeholders(practice: Practice, text: str) -> tuple[str, ...]:
    if practice.only_placeholders is None:
        return ()
    names = (name for name in _names(text) if name in PLACEHOLDERS and name not in practice.only_placeholders)
    return tuple(dict.fromkeys(f"{{{name}}}" for name in names))


# ---------- what must stand there ----------


def _duties(draft: Draft, duties: Iterable[Duty], required: Mapping[str, str]) -> Iterator[Finding]:
    """A duty that no machine can see fulfilled asks a person to look."""
    here = {duty.key: duty for duty in duties if draft.channel in duty.channels}
    always = {
        duty.key: duty.source
        for duty in here.values()
        if draft.category in duty.always_for and not (draft.is_discreet and duty.waived_when_discreet)
    }
    last = FIELDS[draft.channel][-1]
    for key, source in {**always, **required}.items():
        duty = here.get(key)
        if duty is None or not (duty.placeholders or draft.language in duty.patterns):
            yield Finding("review", f"required.{key}", "", last, (), source)
        elif not _is_fulfilled(duty, draft):
            shown = tuple(f"{{{name}}}" for name in sorted(duty.placeholders))
            yield Finding("block", f"required.{key}", "", last, shown, source)


def _linkless(draft: Draft, duties: Iterable[Duty]) -> Iterator[Finding]:
    """Where texts carry no links, the clause that leads to one is left out: what must be said stands in no such
    clause. Asks a person, for most lenders send nothing there."""
    if not linkless.has_link(short := draft.texts.get("short", "")):
        return
    rest = replace(draft, texts={**draft.texts, "short": linkless.without_links(short)})
    for duty in duties:
        is_due = draft.channel in duty.channels and draft.category in duty.always_for
        if is_due and _is_fulfilled(duty, draft) and not _is_fulfilled(duty, rest):
            yield Finding("review", f"linkless.{duty.key}", "", "short", (), duty.source)


def _is_fulfilled(duty: Duty, draft: Draft) -> bool:
    text = "\n".join(text for _, text in draft.fields)
    plain = _plain(text) if draft.language == "en" else _dense(text)
    named = duty.placeholders & set(_names(text))
    return bool(named) or any(one.search(plain) for one in duty.patterns.get(draft.language, ()))


# ---------- size ----------


def _size(draft: Draft) -> Iterator[Finding]:
    for name, text in draft.fields:
        if name != "short" or any(one not in PLACEHOLDERS for one in _names(text)):
            continue
        longest = fill(text, {**LONGEST[draft.language], **draft.longest})
        size = sms_text.measure(sms_text.downgrade(longest) if draft.language == "en" else longest)
        if size.segments > MOST_SEGMENTS:
            yield Finding("block", "segments", "", name, (str(size.segments),), SIZE)
