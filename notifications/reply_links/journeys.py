"""What each answer to a reminder changes. Whoever holds the message may give it: it silences, and reveals nothing."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, override

from accounts import closing
from accounts.models import ContactPoint
from loans.models import CreditAccount
from notifications import holds, lanes, local_time, stops
from notifications.conversations import journeys as conversations
from notifications.conversations.journeys import Said
from notifications.help.journeys import AlreadyOpen, Ask, open_request
from notifications.help.rules import Promise
from notifications.holds import NewHold
from notifications.models import AnswerKind, Attempt, ReminderAnswer
from notifications.models.help import HelpKind
from notifications.words import Channel, HoldReason, Topic, Way


@dataclass(frozen=True)
class Given:
    """One answer. day: on which the person pays, where the answer is a day."""

    attempt: Attempt
    kind: AnswerKind
    now: datetime
    day: date | None = None

    @property
    def way(self) -> str:
        return "page" if self.attempt.channel == Channel.INBOX else self.attempt.channel

    @property
    def words(self) -> str:
        """What the person agreed to, as it stood in the message."""
        return str(self.kind.label)


def given(attempt: Attempt) -> frozenset[AnswerKind]:
    """The answers that have been given to a message."""
    kinds = ReminderAnswer.objects.filter(attempt=attempt).values_list("kind", flat=True)
    return frozenset(map(AnswerKind, kinds))


@transaction.atomic
def give(given: Given) -> bool:
    """Do once what the answer asks for. True where that is new; again, from wherever, nothing changes.

    The lane is locked first, so of two browsers that press at once the second waits and finds it done.
    """
    lanes.lock(given.attempt.borrower_id)
    _, is_new = ReminderAnswer.objects.get_or_create(
        attempt=given.attempt, kind=given.kind, defaults={"at": given.now}
    )
    if is_new:
        with override(given.attempt.borrower.language):
            ACTS[given.kind](given)
    return is_new


def _paid(given: Given) -> None:
    """A short pause for its accounts: until then a payment that is under way is booked."""
    borrower = given.attempt.borrower
    last_day = _today(given) + timedelta(days=settings.PROMISE_BOOKING_DAYS)
    for account in _owed(given.attempt):
        pause = NewHold(HoldReason.PAID, words=given.words, account=account, last_day=last_day, way=given.way)
        holds.place(borrower, hold=pause, by=None, now=given.now)


def _date(given: Given) -> None:
    """A promise for what is open of the bills it spoke of. The sum is known to us and shown to nobody."""
    assert given.day is not None  # noqa: S101  the page's form asks for it
    for account, amount in _owed(given.attempt).items():
        promise = Promise(amount, given.day).to_json()
        ask = Ask(HelpKind.PROMISE, account, details=promise, way=given.way)
        try:
            open_request(given.attempt.borrower, ask=ask, now=given.now)
        except AlreadyOpen:  # the one made before holds
            continue


def _help(given: Given) -> None:
    """A question to the lender's people; reminders wait until they answer."""
    text = gettext("I need help with paying. (Said by the link in a reminder.)")
    channel = given.attempt.channel if given.attempt.channel in Way.values else Way.PORTAL
    said = Said(text, channel, answers=given.attempt)
    conversations.write(given.attempt.borrower, said=said, topic=Topic.PAYMENT, now=given.now)


def _wrong(given: Given) -> None:
    """Whoever reads this address is not whom we mean: nothing more goes there."""
    if point_id := given.attempt.contact_point_id:
        closing.close(point_id, why=ContactPoint.Closed.WRONG_PERSON, now=given.now)


def _stop(given: Given) -> None:
    stops.stop(given.attempt.borrower, words=given.words, way=given.way, by=None, now=given.now)


ACTS: dict[AnswerKind, Callable[[Given], None]] = {
    AnswerKind.PAID: _paid,
    AnswerKind.DATE: _date,
    AnswerKind.HELP: _help,
    AnswerKind.WRONG: _wrong,
    AnswerKind.STOP: _stop,
}


def _owed(attempt: Attempt) -> dict[CreditAccount, Decimal]:
    """What is still open of the bills the message spoke of, by account."""
    owed: defaultdict[CreditAccount, Decimal] = defaultdict(Decimal)
    for reminder in attempt.reminders.select_related("bill__account"):
        bill = reminder.bill
        if bill.closed_at is None and bill.outstanding > 0:
            owed[bill.account] += bill.outstanding
    return dict(owed)


def _today(given: Given) -> date:
    return local_time.today(given.attempt.borrower.time_zone, now=given.now)
