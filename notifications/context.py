"""What the engine must know to decide a batch of borrowers, in a fixed number of queries."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import BooleanField, Func, QuerySet, TextField, Value
from django.db.models.functions import Cast

from accounts import phones, places
from accounts.models import Borrower, ContactPoint
from notifications import content, holds, local_time, queries, sms_text, texts
from notifications.channels.base import Approved, Device
from notifications.choice import DEFAULT, Choice
from notifications.deciding import Outgoing
from notifications.gate_terms import INBOX, NOTHING, Contact, History, Person, Silence
from notifications.habit import NOBODY_KNOWS, Habit
from notifications.law import books, links
from notifications.material import DIGEST, REMINDER_FIELDS, Look, Material, Row, material
from notifications.models import Hold, Reminder
from notifications.past import contacts, habits
from notifications.push import devices as push_devices
from notifications.push import words as push_words
from notifications.reply_links import short
from notifications.texts import Filling, Sender
from notifications.words import ReminderState

KIND_OF_CHANNEL = {
    "sms": ContactPoint.Kind.PHONE,
    "email": ContactPoint.Kind.EMAIL,
    "push": ContactPoint.Kind.PUSH,
    "whatsapp": ContactPoint.Kind.PHONE,
}


class Written(NamedTuple):
    language: str
    subject: str
    text: str
    segments: int  # of a text message, else 0
    template_id: int | None  # the version that was used
    full_text: str = ""  # of a discreet message: what it stands for
    approved: Mapping[str, Approved] = MappingProxyType({})  # provider → its own template for these words
    is_large: bool = False  # in large print


class Point(NamedTuple):
    pk: int
    value: str


@dataclass
class Batch:
    """Everything known of the claimed borrowers at one instant."""

    due: dict[int, list[Look]]
    people: dict[int, Borrower]
    points: dict[int, dict[str, Point]]  # borrower → channel → where
    holds: dict[int, tuple[Silence, ...]]
    history: dict[int, History]
    habits: dict[int, Habit]
    known: Material
    devices: dict[int, tuple[Device, ...]]  # borrower → where a push message goes
    today: date  # UTC
    _persons: dict[int, Person] = field(default_factory=dict)

    def person(self, person_id: int) -> Person:
        """As the gate sees them. Made once: the words of their messages ask again."""
        if person_id not in self._persons:
            self._persons[person_id] = self._person(person_id)
        return self._persons[person_id]

    def _person(self, person_id: int) -> Person:
        borrower = self.people[person_id]
        points = self.points.get(person_id, {})
        contact = Contact(
            zones=plausible_zones(borrower, points),
            reachable=frozenset(points) | {INBOX},
            holds=self.holds.get(person_id, ()),
            binds=settings.LENDER_ROLE,
        )
        return Person(
            contact=contact,
            choice=choice_of(borrower),
            history=self.history.get(person_id, ()),
            rulebooks=books.for_place(borrower.country, borrower.region),
            habit=self.habits.get(person_id, NOBODY_KNOWS),
        )

    def point(self, person_id: int, channel: str) -> Point | None:
        return self.points.get(person_id, {}).get(channel)

    def words(self, person_id: int, outgoing: Outgoing[Look]) -> Written:
        """The message in the person's language. Several bills share the digest's words. A link to its own page of
        answers is a stand-in, as long as the link (`reply_links.short`)."""
        borrower = self.people[person_id]
        code = outgoing.keys[0].template_code if len(outgoing.keys) == 1 else DIGEST
        meant = self.known.words(code, borrower.language, is_soft=outgoing.is_soft)
        words = self.known.templates[content.DISCREET, borrower.language] if outgoing.is_discreet else meant
        demands = [look.demand for look in outgoing.keys]
        may_link = self.may_link(person_id, outgoing.channel, outgoing.category)
        words = words.without_links() if may_link == links.NONE else words
        by = sender(with_answer=may_link == links.PERSONAL)
        filling = Filling(borrower.name, demands, by, borrower.language)
        subject, text = texts.render(words, filling, channel=outgoing.channel)
        text = as_sent(text, channel=outgoing.channel, language=borrower.language)
        leaves_out = outgoing.is_discreet or len(outgoing.keys) > texts.MOST_NAMED
        in_full = ""
        if leaves_out and outgoing.channel != INBOX:
            in_full = texts.render(meant, filling, channel=INBOX).text
        segments = sms_text.measure(text).segments if outgoing.channel == "sms" else 0
        approved = self._approved(filling, words.template_id)
        is_large = self.person(person_id).choice.is_large
        return Written(
            borrower.language, subject, text, segments, words.template_id, in_full, approved, is_large
        )

    def may_link(self, person_id: int, channel: str, *stages: str) -> str:
        """Which links a text to somebody may carry: by the law where they live and where their number was given out,
        whose network carries it; and by the lender's own choice. stages: that it may be of."""
        point = self.point(person_id, channel)
        if channel not in texts.SHORT or point is None:
            return links.UNKNOWN
        rulebooks, regions = self.person(person_id).rulebooks, phones.regions(point.value)
        if regions and self.people[person_id].country not in regions:
            rulebooks += books.for_place(regions[0])
        binds, day = settings.LENDER_ROLE, self.today
        found = links.allowed(rulebooks, binds=binds, stages=stages, channel=channel, day=day)
        is_off = found == links.PERSONAL and not settings.TEXT_ANSWER_LINKS
        return links.ADDRESS if is_off else found

    def _approved(self, filling: Filling, template_id: int | None) -> Mapping[str, Approved]:
        """The same words as those providers have them that send nothing else."""
        mapped = self.known.mapped.get(template_id or 0)
        if not mapped:  # of most lenders
            return {}
        values = texts.values(filling, is_short=True)
        return {provider: template.filled(values) for provider, template in mapped.items()}


def among(column: str, ids: Sequence[int]) -> Func:
    """To filter by: `column = ANY(array)`. `__in` writes a placeholder per id, and a batch has a thousand."""
    return Func(
        column,
        Value(queries.array(ids)),
        arg_joiner=" = ANY(",
        template="%(expressions)s::bigint[])",
        output_field=BooleanField(),
    )


def plausible_zones(borrower: Borrower, points: Mapping[str, Point]) -> tuple[ZoneInfo, ...]:
    """Every zone the person may be in: the one they live by first, then those of their address and their number.

    An address may be old, and a prefix says only where a number was given out; where they disagree, only the
    hours that suit all are used (12 CFR 1006, comment 6(b)(1)(i)-2).
    """
    keys = dict.fromkeys([borrower.time_zone, *places.known_time_zone(borrower.country, borrower.region)])
    if phone := points.get("sms") or points.get("whatsapp"):
        keys |= dict.fromkeys(phones.time_zones(phone.value))
    return local_time.different_clocks(tuple(keys))


def choice_of(borrower: Borrower) -> Choice:
    """What the borrower chose; expects `preference` to have been selected along."""
    stored = getattr(borrower, "preference", None)
    return Choice.from_json(stored.choice) if stored else DEFAULT


def as_sent(text: str, *, channel: str, language: str) -> str:
    """What the channel makes of filled words: a push message says only that one waits, an English text keeps to the
    signs that cost least."""
    if channel == "push":
        return push_words.body(language)
    return sms_text.downgrade(text) if channel == "sms" and language == "en" else text


def sender(*, with_answer: bool = False) -> Sender:
    """Who writes. with_answer: a text leads to its own page of answers."""
    answer = short.address() if with_answer else ""
    return Sender(settings.LENDER_NAME, settings.LENDER_PHONE, settings.PORTAL_URL, answer)


def load(borrower_ids: Sequence[int], *, now: datetime) -> Batch:
    """The due reminders of these borrowers and all that the gate asks about them: eight queries."""
    known = material()
    due = _due(borrower_ids, known, now)
    return about(list(due), now=now, known=known, due=due)


def about(
    borrower_ids: Sequence[int],
    *,
    now: datetime,
    known: Material,
    due: dict[int, list[Look]] | None = None,
) -> Batch:
    """What the gate asks about these borrowers: five queries, and one where somebody has a push device."""
    points = {pk: by_channel(kinds) for pk, kinds in addresses(borrower_ids).items()}
    with_devices = [borrower_id for borrower_id, ways in points.items() if "push" in ways]
    return Batch(
        due=due or {},
        people={one.pk: one for one in _borrowers().filter(among("id", borrower_ids))},
        points=points,
        holds=_holds(borrower_ids, now),
        history=contacts.of(borrower_ids, now=now),
        habits=habits.of(borrower_ids, now=now),
        known=known,
        devices=push_devices.by_borrower(with_devices) if with_devices else {},
        today=now.date(),
    )


def _borrowers() -> "QuerySet[Borrower]":
    """Without what nobody asks for here, and an instant takes 5 µs to read."""
    return Borrower.objects.select_related("preference").defer("created_at", "preference__changed_at")


def _due(borrower_ids: Sequence[int], known: Material, now: datetime) -> dict[int, list[Look]]:
    rows = Reminder.objects.filter(
        among("borrower_id", borrower_ids), state=ReminderState.PLANNED, next_attempt_at__lte=now
    )
    return looks(rows, known)


def looks(rows: "QuerySet[Reminder]", known: Material) -> dict[int, list[Look]]:
    """Reminders with what the gate and the words need, by borrower."""
    found: defaultdict[int, list[Look]] = defaultdict(list)
    for row in _rows(rows):
        found[row.borrower_id].append(known.look(row))
    return dict(found)


def _rows(rows: "QuerySet[Reminder]") -> Iterator[Row]:
    """Read as the driver gives them: what the ORM and its time zones do to each value takes as long as the gate."""
    as_text = {"expires_at_text": Cast("expires_at", TextField())}
    fields = ["expires_at_text" if name == "expires_at" else name for name in REMINDER_FIELDS]
    statement, arguments = rows.annotate(**as_text).values_list(*fields).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        for *values, expires_at, failed, reasons, tries, refused_by, is_simple in cursor.fetchall():
            decoded = (
                datetime.fromisoformat(expires_at),
                () if failed == "[]" else json.loads(failed),
                () if reasons == "[]" else json.loads(reasons),
                tries,
                NOTHING if refused_by == "{}" else json.loads(refused_by),
                None if is_simple is None else json.loads(is_simple),
            )
            yield Row._make((*values, *decoded))


def addresses(borrower_ids: Sequence[int]) -> dict[int, dict[str, Point]]:
    """Borrower → kind → the address of it that they verified last, if it is in use. One query."""
    found: defaultdict[int, dict[str, Point]] = defaultdict(dict)
    rows = ContactPoint.objects.filter(
        among("borrower_id", borrower_ids), verified_at__isnull=False, closed_at__isnull=True
    ).order_by("verified_at")
    for borrower_id, kind, pk, value in rows.values_list("borrower_id", "kind", "pk", "value"):
        found[borrower_id][kind] = Point(pk, value)
    return dict(found)


def by_channel(kinds: Mapping[str, Point]) -> dict[str, Point]:
    """Where each channel that has a provider reaches a person."""
    served = settings.CHANNEL_PROVIDERS
    return {
        channel: kinds[kind]
        for channel, kind in KIND_OF_CHANNEL.items()
        if kind in kinds and channel in served
    }


def silence(hold: Hold) -> Silence:
    return Silence(hold.reason, hold.ended_at, str(hold.account_id) if hold.account_id else "")


def _holds(borrower_ids: Sequence[int], now: datetime) -> dict[int, tuple[Silence, ...]]:
    """Each hold that is written and has not ended, whenever it begins: this machine's clock may be behind that of the
    one on which the person said stop."""
    found: defaultdict[int, tuple[Silence, ...]] = defaultdict(tuple)
    rows = Hold.objects.filter(holds.in_force(now), among("borrower_id", borrower_ids)).order_by("started_at")
    for hold in rows:
        found[hold.borrower_id] += (silence(hold),)
    return dict(found)
