"""The life of a message's words: written as a draft, approved, and retired when the next version is.

Approved words are never edited: each attempt names the version it was written from, so what was sent and who had
approved it can always be told.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext

from accounts.models import User
from notifications import content, demands, finding_words, queries
from notifications.content import Finding
from notifications.models import MessageTemplate, Step
from notifications.word_list import word_list

State = MessageTemplate.State
WORDS = ("subject", "body", "short")  # the fields that make a version what it is


class Refused(ValueError):
    """This cannot be done to these words. sentences: why, to staff; findings: what the lint found, if it did."""

    def __init__(self, sentences: Iterable[str], findings: Iterable[Finding] = ()) -> None:
        self.sentences, self.findings = list(sentences), tuple(findings)
        super().__init__(" ".join(self.sentences))


def findings(template: MessageTemplate, *, today: date) -> tuple[Finding, ...]:
    """All that stands against these words: by our own list, and by the law of the places where borrowers live."""
    used_for = Step.objects.filter(template_code=template.code).values_list("category", flat=True)
    drafts = content.drafts(
        {name: getattr(template, name) for name in WORDS},
        code=template.code,
        language=template.language,
        categories=sorted(set(used_for)),
    )
    return content.lint_all(drafts, word_list(), _demanded(drafts, today))


def _demanded(drafts: Iterable[content.Draft], today: date) -> Mapping[str, Mapping[str, str]]:
    """What law demands of these messages, channel → key → citation. A discreet message names no fact: where law
    demands one, the gate closes the channel to it."""
    with connection.cursor() as cursor:
        cursor.execute(queries.ZONES_IN_USE)
        zones = frozenset(zone for (zone,) in cursor.fetchall())
    lender = demands.Lender(settings.LENDER_ROLE, zones)
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for draft in drafts:
        if not draft.is_discreet:
            for key, citation in demands.of(lender, draft.category, draft.channel, today=today).items():
                found[draft.channel].setdefault(key, citation)
    return found


@transaction.atomic
def write(words: Mapping[str, str], *, code: str, language: str, by: User) -> MessageTemplate:
    """The next version, as a draft. words: subject, body, short."""
    newest = max((row.version for row in _locked(code, language)), default=0)
    return MessageTemplate.objects.create(
        **words, code=code, language=language, version=newest + 1, written_by=by
    )


@transaction.atomic
def rewrite(template: MessageTemplate, words: Mapping[str, str], *, by: User) -> None:
    """Other words for a draft; whoever wrote last is its author. Refused: it is a draft no more."""
    draft = MessageTemplate.objects.select_for_update().get(pk=template.pk)
    if draft.state != State.DRAFT:
        raise Refused([gettext("Only a draft can be changed.")])
    for name in WORDS:
        setattr(draft, name, words[name])
    draft.written_by = by
    draft.save(update_fields=[*WORDS, "written_by", "changed_at"])


def fingerprint(template: MessageTemplate) -> str:
    """Names these very words."""
    words = "\0".join(getattr(template, name) for name in WORDS)
    return hashlib.sha256(words.encode()).hexdigest()


def new_version(template: MessageTemplate, *, by: User) -> MessageTemplate:
    """A draft that begins with this version's words."""
    words = {name: getattr(template, name) for name in WORDS}
    return write(words, code=template.code, language=template.language, by=by)


@transaction.atomic
def approve(template: MessageTemplate, *, read: str, by: User, now: datetime) -> None:
    """From now on these words are sent; the version approved so far retires.

    read: the fingerprint of what `by` has read. Refused: no draft, changed since it was read, a finding that no one
    may pass over, or one that asks for a second person where `by` has written the words.
    """
    versions = _locked(template.code, template.language)
    draft = next(row for row in versions if row.pk == template.pk)
    if draft.state != State.DRAFT:
        raise Refused([gettext("Only a draft can be approved.")])
    if fingerprint(draft) != read:
        raise Refused([gettext("The words have changed since you read them. Read them again.")])
    found = findings(draft, today=now.date())
    if content.blocks(found):
        raise Refused([gettext("These words cannot be approved as they are."), *told(found)], found)
    if found and draft.written_by_id == by.pk:
        raise Refused([gettext("Somebody other than the author must approve this."), *told(found)], found)
    for row in versions:
        if row.state == State.APPROVED:
            retire(row, now=now)
    draft.state, draft.approved_by, draft.approved_at = State.APPROVED, by, now
    draft.save(update_fields=["state", "approved_by", "approved_at", "changed_at"])


@transaction.atomic
def retire(template: MessageTemplate, *, now: datetime) -> None:
    """These words are sent no more; of a draft: they never will be. Refused: retired already."""
    row = MessageTemplate.objects.select_for_update().get(pk=template.pk)
    if row.state == State.RETIRED:
        raise Refused([gettext("This version is retired already.")])
    row.state, row.retired_at = State.RETIRED, now
    row.save(update_fields=["state", "retired_at", "changed_at"])


def _locked(code: str, language: str) -> list[MessageTemplate]:
    """All versions, so that of two who approve at once the second sees what the first has done."""
    versions = MessageTemplate.objects.filter(code=code, language=language)
    return list(versions.select_for_update().order_by("pk"))


def before(template: MessageTemplate) -> MessageTemplate | None:
    """The version that this one follows."""
    older = MessageTemplate.objects.filter(
        code=template.code, language=template.language, version__lt=template.version
    )
    return older.order_by("-version").first()


def told(found: Iterable[Finding]) -> list[str]:
    """Findings in plain words, each once, those that refuse approval first."""
    return list(dict.fromkeys(_told(one) for one in sorted(found, key=lambda one: one.level != "block")))


def _told(one: Finding) -> str:
    sentence = finding_words.message(one)
    if one.level == "block":
        return sentence
    return gettext("%(finding)s Somebody other than the author decides.") % {"finding": sentence}
