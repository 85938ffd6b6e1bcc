"""Which of a provider's own templates stands for which words of ours, and what fills it.

Providers that send only approved templates: Alibaba Cloud SMS, WhatsApp. Where nobody has said which template it is,
the channel is passed over for these words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import LANGUAGES
from notifications import answer_words, content
from notifications.channels.base import Approved, Message
from notifications.models import MessageTemplate, ProviderTemplate
from notifications.texts import PLACEHOLDERS
from notifications.word_list import word_list
from notifications.words import Channel

MAP_THEM = _(
    "Write down which of the provider's approved templates says it. Until then people read the answer in their inbox "
    "and by e-mail."
)
LETTER = "letter:"  # begins the code of what the portal itself writes (accounts.letters)
LETTER_PLACEHOLDERS = frozenset({"code", "minutes", "link", "lender_name", "lender_phone", "lender_email"})
# Without the provider's own name for each gap there is nothing to fill it by; in WhatsApp's the order may say it.
NAMES_GAPS = frozenset({"alibaba"})
SPELLS_LANGUAGE = frozenset({"whatsapp"})

Gaps = tuple[tuple[str, str], ...]  # the provider's name of each gap, or "", and our placeholder


@dataclass(frozen=True)
class Mapped:
    """A provider's template with the gaps still open."""

    code: str
    language: str
    gaps: Gaps

    def filled(self, values: Mapping[str, str]) -> Approved:
        """KeyError: a placeholder without a value; `problems` refuses such a row."""
        return Approved(
            self.code, self.language, tuple((theirs, one_line(values[ours])) for theirs, ours in self.gaps)
        )


def one_line(value: str) -> str:
    """Neither provider takes a line break or many spaces inside a value: the bills of a digest stand in one line."""
    return " ".join("; ".join(value.splitlines()).split())


def parsed(gaps: str) -> Gaps:
    """The lines of ProviderTemplate.gaps."""
    pairs = (line.rpartition("=") for line in gaps.splitlines() if line.strip())
    return tuple((theirs.strip(), ours.strip()) for theirs, _sign, ours in pairs)


# ---------- which providers these are ----------


@cache
def needs_approved(provider: str) -> bool:
    """Does it send nothing but what it has approved?"""
    path = settings.PROVIDERS.get(provider)
    return bool(path and import_string(path).needs_approved)


@cache
def takes_free_answers(provider: str) -> bool:
    """Does it carry an answer to what a person has just written without a template of its own?"""
    path = settings.PROVIDERS.get(provider)
    return not needs_approved(provider) or bool(path and import_string(path).answers_freely)


def providers(channel: str) -> frozenset[str]:
    """Those of a channel that send nothing but what they have approved."""
    return frozenset(filter(needs_approved, settings.CHANNEL_PROVIDERS.get(channel, ())))


def bound_channels() -> dict[str, frozenset[str]]:
    """The channels whose every provider sends nothing but what it has approved."""
    return {
        channel: frozenset(names)
        for channel, names in settings.CHANNEL_PROVIDERS.items()
        if names and all(map(needs_approved, names))
    }


def unable(message: Message) -> frozenset[str]:
    """The providers of its channel that cannot carry this message: they have no template for its words."""
    bound = providers(message.channel)
    if message.is_answer:
        bound = frozenset(name for name in bound if not takes_free_answers(name))
    return bound - frozenset(message.approved)


# ---------- what is mapped ----------


def of_words() -> ArraySubquery:
    """To be selected along with message templates: the providers' own templates for these very words, as `mapped` reads
    them. No query of its own."""
    same_words = {name: OuterRef(name) for name in ("code", "language", "version")}
    rows = ProviderTemplate.objects.filter(**same_words)
    fields = ("provider", "provider_code", "provider_language", "gaps")
    return ArraySubquery(rows.values(row=JSONObject(**{name: name for name in fields})))


def mapped(rows: Iterable[Mapping[str, str]]) -> dict[str, Mapped]:
    """What `of_words` selects for one message template: provider → its template."""
    return {
        row["provider"]: Mapped(row["provider_code"], row["provider_language"], parsed(row["gaps"]))
        for row in rows
    }


def of_letter(letter: str, language: str, *, values: Mapping[str, str]) -> dict[str, Approved]:
    """What the portal itself writes, filled: provider → its template."""
    rows = ProviderTemplate.objects.filter(code=f"{LETTER}{letter}", language=language, version=1)
    return {
        row.provider: Mapped(row.provider_code, row.provider_language, parsed(row.gaps)).filled(values)
        for row in rows
    }


def wanting_answers() -> list[tuple[str, str, str]]:
    """The answers to replies that nobody could send back: channel, the answer's name, language. One query.

    Empty where every channel has a provider that takes free words, or a template for each of them.
    """
    bound = {
        channel: names
        for channel, names in bound_channels().items()
        if not any(map(takes_free_answers, names))
    }
    if not bound:
        return []
    codes = [f"{LETTER}{name}" for name in sorted(answer_words.NAMES)]
    there = set(ProviderTemplate.objects.filter(code__in=codes).values_list("provider", "code", "language"))
    return [
        (channel, code.removeprefix(LETTER), language)
        for channel, names in bound.items()
        for code in codes
        for language, _label in LANGUAGES
        if not any((name, code, language) in there for name in names)
    ]


def unanswered() -> list[str]:
    """The same in a sentence to staff for each channel."""
    text = gettext(
        "%(channel)s: replies are not answered there, STOP among them, for want of templates: %(names)s."
    )
    wanting: dict[str, list[str]] = {}
    for channel, name, language in wanting_answers():
        wanting.setdefault(channel, []).append(f"{LETTER}{name} ({language})")
    return [
        text % {"channel": Channel(channel).label, "names": ", ".join(names)}
        for channel, names in wanting.items()
    ]


# ---------- what may be written down ----------


def problems(row: ProviderTemplate) -> dict[str, str]:
    """What is wrong with a row: field → sentence to staff."""
    found = dict(_wrong(row))
    return {name: text for name, text in found.items() if text}


def _wrong(row: ProviderTemplate) -> Iterable[tuple[str, str]]:
    gaps = parsed(row.gaps)
    known = _placeholders(row.code)
    if not needs_approved(row.provider):
        yield "provider", gettext("This provider sends our words as they are.")
    if not row.code.startswith(LETTER) and not _words_exist(row):
        yield "version", gettext("There is no message template with this code, language and version.")
    if bool(row.provider_language) != (row.provider in SPELLS_LANGUAGE):
        yield (
            "provider_language",
            gettext("WhatsApp wants its own name of the language; no other provider does."),
        )
    if unknown := [ours for _theirs, ours in gaps if ours not in known]:
        names = ", ".join(sorted(known))
        text = gettext("We have no placeholder %(unknown)s. There are: %(names)s.")
        yield "gaps", text % {"unknown": unknown[0], "names": names}
    elif len({bool(theirs) for theirs, _ours in gaps}) > 1 or (
        row.provider in NAMES_GAPS and not all(theirs for theirs, _ours in gaps)
    ):
        yield "gaps", gettext("Give each gap its name at the provider, as in money=amount.")


def _placeholders(code: str) -> frozenset[str]:
    """What may fill a gap in a template for these words."""
    if code == content.DISCREET:
        return content.allowed_placeholders(word_list(), "body", is_discreet=True)
    if not code.startswith(LETTER):
        return frozenset(PLACEHOLDERS)
    is_answer = code.removeprefix(LETTER) in answer_words.NAMES
    return frozenset(answer_words.values()) if is_answer else LETTER_PLACEHOLDERS


def _words_exist(row: ProviderTemplate) -> bool:
    return MessageTemplate.objects.filter(code=row.code, language=row.language, version=row.version).exists()
