"""Holds, placed and lifted: a reason to be silent, with the words it rests on."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from accounts.models import Borrower, User
from loans.models import CreditAccount
from notifications import consents, lanes, local_time, plan, stops
from notifications.consents import Basis, Changed
from notifications.models import Consent, Hold
from notifications.words import HoldReason

WAY = "staff"


class HoldRefused(ValueError):
    """This hold cannot be; the text says why, to staff."""


@dataclass(frozen=True)
class NewHold:
    """A reason to be silent. words: what the person said, or the document it rests on."""

    reason: str  # a HoldReason value
    words: str
    account: CreditAccount | None = None  # None: every account of the borrower
    last_day: date | None = (
        None  # the last silent day where the borrower lives; None: until somebody lifts it
    )
    way: str = WAY  # how it came about: staff, page, sms …


def in_force(now: datetime) -> Q:
    """To filter holds by: those that have not ended at this instant (UTC)."""
    return Q(ended_at=None) | Q(ended_at__gt=now)


def check(borrower: Borrower, hold: NewHold, *, now: datetime) -> None:
    """HoldRefused: this hold makes no sense for this borrower."""
    if hold.account and hold.account.borrower_id != borrower.pk:
        raise HoldRefused(gettext("This account is not the borrower's."))
    if hold.reason == HoldReason.STOP and (hold.account or hold.last_day):
        raise HoldRefused(gettext("A stop is for every account, and lasts until the borrower takes it back."))
    if hold.reason == HoldReason.PROMISE and not hold.last_day:
        raise HoldRefused(gettext("Say until which day the borrower promised to pay."))
    if hold.last_day and _end(borrower, hold.last_day) <= now:
        raise HoldRefused(gettext("This day is over where the borrower lives."))


def current(borrower: Borrower, *, reason: str, account: CreditAccount | None, now: datetime) -> Hold | None:
    """The hold for this reason and this account that is in force."""
    same = Hold.objects.filter(borrower=borrower, reason=reason, account=account)
    return same.filter(in_force(now)).first()


@transaction.atomic
def place(borrower: Borrower, *, hold: NewHold, by: User | None, now: datetime) -> Hold:
    """Be silent towards this person from now on. The hold in force: for one reason and account there is one.

    HoldRefused: see check(). The lane is locked first: what a worker is sending is committed before the hold is
    written, and every later decision sees the hold. One with a last day ends by itself as the next day begins.
    """
    check(borrower, hold, now=now)
    if hold.reason == HoldReason.STOP:
        stops.stop(borrower, words=hold.words, way=hold.way, by=by, now=now)
        return Hold.objects.get(borrower=borrower, reason=hold.reason, ended_at=None)
    lanes.lock(borrower.pk)
    if found := current(borrower, reason=hold.reason, account=hold.account, now=now):
        return found
    placed = Hold.objects.create(
        borrower=borrower,
        account=hold.account,
        reason=hold.reason,
        started_at=now,
        ended_at=_end(borrower, hold.last_day) if hold.last_day else None,
        note=hold.words,
        set_by=by,
    )
    _record(placed, Consent.Kind.HOLD, said=Basis(hold.words, hold.way, by), now=now)
    return placed


@transaction.atomic
def lift(hold: Hold, *, words: str, by: User | None, now: datetime, way: str = WAY) -> bool:
    """End this hold. True where it was still in force. Holds for other reasons and accounts stay.

    What the hold had put off is looked at again at once.
    """
    if hold.reason == HoldReason.STOP:
        return stops.start(hold.borrower, words=words, way=way, by=by, now=now)
    lanes.lock(hold.borrower_id)
    hold = Hold.objects.select_related("borrower", "account").get(pk=hold.pk)
    ended = Hold.objects.filter(in_force(now), pk=hold.pk).update(ended_at=now)
    if ended:
        _record(hold, Consent.Kind.LIFT, said=Basis(words, way, by), now=now)
        plan.look_again(hold.borrower, now=now)
    return bool(ended)


def _end(borrower: Borrower, last_day: date) -> datetime:
    return local_time.day_start(last_day + timedelta(days=1), local_time.zone(borrower.time_zone))


def _record(hold: Hold, kind: Consent.Kind, *, said: Basis, now: datetime) -> None:
    free = {"hold": None}
    held = {
        "hold": hold.reason,
        "account": hold.account.reference if hold.account else None,
        "until": hold.ended_at.isoformat() if hold.ended_at else None,
    }
    before, after = (free, held) if kind == Consent.Kind.HOLD else (held, free)
    consents.record(hold.borrower, Changed(kind, before, after), said=said, now=now)
