"""What waits for staff in conversations, requests, sending and law: their first page shows it."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import desk
from accounts.desk import MOST, Line, Waiting
from notifications import engine_words, quarantine, status
from notifications.law import books
from notifications.law.rule import Rulebook
from notifications.models import Conversation, HelpRequest, MessageTemplate
from notifications.models.help import HelpKind, HelpState

DECIDED_BY_STAFF = {
    HelpKind.COMPLAINT: _("Complaints"),
    HelpKind.DISPUTE: _("Disputes"),
    HelpKind.HARDSHIP: _("Requests for help in hardship"),
    HelpKind.DUE_DAY: _("Requests for another due day"),
}
RULE_ENDS_SOON = timedelta(days=60)
BOOK_IS_OLD = timedelta(days=365)  # since its content was last gone through


def conversations(now: datetime) -> Iterator[Waiting]:
    waiting = Conversation.objects.filter(waiting_since__isnull=False).order_by("waiting_since")
    number, age = _counted(waiting, "waiting_since", now)
    yield Waiting(
        gettext("Conversations that wait for us"),
        number,
        desk.rows("notifications.conversation"),
        gettext("the first has waited for %(age)s") % {"age": age},
    )


def requests(now: datetime) -> Iterator[Waiting]:
    """By kind, with the day by which the first must be answered. One query."""
    is_open = HelpRequest.objects.filter(state=HelpState.OPEN, kind__in=DECIDED_BY_STAFF).order_by("due_at")
    figures: dict[str, Count | Min] = {}
    for kind in DECIDED_BY_STAFF:
        of_kind = Q(kind=kind)
        figures[kind] = Count("pk", filter=of_kind)
        figures[f"{kind}_late"] = Count("pk", filter=of_kind & Q(due_at__lt=now))
        figures[f"{kind}_first"] = Min("due_at", filter=of_kind)
    found = is_open[:MOST].aggregate(**figures)
    for kind, title in DECIDED_BY_STAFF.items():
        if number := found[kind]:
            late = found[f"{kind}_late"]
            address = desk.rows("notifications.helprequest", kind__exact=kind)
            note = _late(late) if late else _due(found[f"{kind}_first"])
            yield Waiting(str(title), number, address, note, is_pressing=bool(late))


def _late(number: int) -> str:
    words = ngettext("%(number)d is overdue", "%(number)d are overdue", number)
    return words % {"number": number}


def _due(first: datetime) -> str:
    day = date_format(timezone.localtime(first), "DATETIME_FORMAT")
    return gettext("the first is due by %(day)s") % {"day": day}


def unknown(now: datetime) -> Iterator[Waiting]:
    yield Waiting(
        gettext("Messages that were perhaps sent"),
        status.unknowns(now=now)[:MOST].count(),
        desk.rows("notifications.attempt", state__exact="unknown", within="1"),
        gettext("in the last day; they are never sent again"),
    )


def set_aside(now: datetime) -> Iterator[Waiting]:
    number, age = _counted(quarantine.set_aside(), "set_aside_at", now)
    yield Waiting(
        gettext("Borrowers set aside: the engine does not come to an end with them"),
        number,
        desk.rows("notifications.lane"),
        gettext("the first for %(age)s") % {"age": age},
        is_pressing=True,
    )


def _counted(rows: QuerySet[Any], since: str, now: datetime) -> tuple[int, str]:
    """How many there are, and in words how long the first has been there by its column `since`. One query."""
    found = rows[:MOST].aggregate(number=Count("pk"), first=Min(since))
    first = found["first"] or now
    return found["number"], engine_words.age((now - first).total_seconds())


def engine(now: datetime) -> Iterator[Waiting]:
    """Only what takes two queries; the engine's own page says the rest."""
    troubles = engine_words.at_a_glance(now=now)
    yield Waiting(
        gettext("Troubles of the engine and its providers"),
        len(troubles),
        desk.rows("notifications.worker"),
        " ".join(troubles),
        is_pressing=True,
    )


def drafts(now: datetime) -> Iterator[Waiting]:
    yield Waiting(
        gettext("Drafts of message templates"),
        MessageTemplate.objects.filter(state=MessageTemplate.State.DRAFT)[:MOST].count(),
        desk.rows("notifications.messagetemplate", state__exact="draft"),
        gettext("to be approved by a second person"),
    )


def rulebooks(now: datetime) -> Iterator[Waiting]:
    """From memory: no query."""
    ageing = [book for book in books.all_books().values() if is_ageing(book, today=now.date())]
    yield Waiting(
        gettext("Rulebooks to go through again"),
        len(ageing),
        desk.rows("notifications.rulebooktext"),
        ", ".join(sorted(book.name for book in ageing)),
    )


def is_ageing(book: Rulebook, *, today: date) -> bool:
    """Nobody has gone through it for a year, or a rule in it ends soon."""
    is_old = date.fromisoformat(book.version) < today - BOOK_IS_OLD
    ends = (rule.effective_to for rule in book.rules if rule.effective_to)
    return is_old or any(today <= end < today + RULE_ENDS_SOON for end in ends)


def _of(model: str, read: Callable[[datetime], Iterator[Waiting]], *, may: str = "view") -> Line:
    return Line(f"notifications.{may}_{model}", read)


desk.add(
    _of("conversation", conversations),
    _of("helprequest", requests),
    _of("lane", set_aside),
    _of("worker", engine),
    _of("attempt", unknown),
    _of("messagetemplate", drafts, may="change"),
    _of("rulebooktext", rulebooks),
)
