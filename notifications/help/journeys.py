"""The journeys of a request: open, decide, withdraw, and judge a promise. Each owns its transaction."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import Borrower, User
from loans import due_days
from loans.models import CreditAccount
from notifications import holds, lanes, local_time, webhooks
from notifications.apart import apart
from notifications.conversations import journeys as conversations
from notifications.conversations.journeys import Said
from notifications.help import words
from notifications.help.rules import Promise, Received, is_kept, new_reference
from notifications.holds import NewHold
from notifications.models import Conversation, HelpRequest
from notifications.models.help import HelpKind, HelpState
from notifications.models.webhooks import Event
from notifications.words import HoldReason, Topic

# While it is open, reminders about the account are held back for this reason.
SILENT_WHILE = {
    HelpKind.PROMISE: HoldReason.PROMISE,
    HelpKind.HARDSHIP: HoldReason.HARDSHIP,
    HelpKind.DISPUTE: HoldReason.DISPUTE,
}
TOPICS = {HelpKind.DUE_DAY: Topic.BILL, HelpKind.HARDSHIP: Topic.PAYMENT, HelpKind.DISPUTE: Topic.BILL}
JUDGED_AT_ONCE = 500  # a tick has little time
TOLD = {
    HelpState.OPEN: Event.PROMISE_REOPENED,
    HelpState.KEPT: Event.PROMISE_KEPT,
    HelpState.BROKEN: Event.PROMISE_BROKEN,
}  # the states of a promise that was not withdrawn, and what is told of one that comes into it


class AlreadyOpen(ValueError):
    """The same is asked for already. request: the open one."""

    def __init__(self, request: HelpRequest) -> None:
        super().__init__(
            gettext(
                "You have asked for this already: here it is, %(reference)s. What you wrote now was not sent. "
                "To change it, take this one back first."
            )
            % {"reference": request.reference}
        )
        self.request = request


class AlreadyEnded(ValueError):
    """It was decided or withdrawn meanwhile; the text says so to staff."""


@dataclass(frozen=True)
class Ask:
    """What a borrower asks for. account: None for all of theirs, or for what is about none."""

    kind: HelpKind
    account: CreditAccount | None = None
    text: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    way: str = "page"  # on a page after a sign-in; else the channel of the message it answers


@dataclass(frozen=True)
class Decision:
    """What the lender says to it. answer: the words the borrower reads."""

    state: HelpState  # ACCEPTED or DECLINED
    answer: str
    moves_bills: bool = False  # of another due day: here and now; else the core system sends the new days


# ---------- the borrower ----------


@transaction.atomic
def open_request(borrower: Borrower, *, ask: Ask, now: datetime) -> HelpRequest:
    """Write it down, hold reminders back where it concerns paying, and put it before the lender's people.

    A promise needs nobody's answer: it is judged by what comes in. AlreadyOpen: the same is open.
    """
    lanes.lock(borrower.pk)
    known = borrower.help_requests.filter(kind=ask.kind, account=ask.account, state=HelpState.OPEN).first()
    if known:
        raise AlreadyOpen(known)
    request = HelpRequest(
        reference=new_reference(),
        borrower=borrower,
        account=ask.account,
        kind=ask.kind,
        text=ask.text,
        details=ask.details,
        opened_at=now,
        due_at=_due_at(borrower, ask, now),
    )
    if ask.kind != HelpKind.PROMISE:
        request.conversation = _say(request, now)
    request.save(force_insert=True)
    _hold(request, ask.way, now)
    _tell(request, _opened(ask.kind), now)
    return request


@transaction.atomic
def withdraw(request: HelpRequest, *, by: User, now: datetime) -> bool:
    """The borrower no longer asks for it. True where it was open."""
    request = _locked(request)
    if request.state != HelpState.OPEN:
        return False
    _end(request, HelpState.WITHDRAWN, by=by, now=now)
    return True


# ---------- the lender ----------


@transaction.atomic
def decide(request: HelpRequest, *, decision: Decision, by: User, now: datetime) -> None:
    """Say yes or no with words; reminders that waited are free again, and the borrower is told.

    AlreadyEnded: it is no longer open.
    """
    request = _locked(request)
    if request.state != HelpState.OPEN:
        raise AlreadyEnded(gettext("This request has been ended meanwhile."))
    request.answer = decision.answer
    _end(request, decision.state, by=by, now=now)
    if decision.moves_bills:
        due_days.move(request.account, day_of_month=request.details["day_of_month"], now=now)  # type: ignore[arg-type]
    with translation.override(request.borrower.language):  # the borrower reads it, not who decides
        outcome = words.outcome(request.kind, request.state)
    said = Said(f"{request.reference} · {outcome}\n{decision.answer}")
    conversations.answer(by, conversation=_conversation(request, now), said=said, now=now)


# ---------- a promise ----------


def on_payments_changed(*, account: CreditAccount, now: datetime, **_: Any) -> None:
    """Money came in or was taken back: promises about the account are what their payments make of them.

    Inside the transaction that books it: money is booked even where a promise cannot be judged. Of two that are open
    again, the newer one stands.
    """
    lanes.lock(account.borrower_id)
    promises = HelpRequest.objects.filter(account=account, kind=HelpKind.PROMISE, state__in=TOLD)
    for request in promises.select_related("borrower", "account").order_by("-opened_at"):
        with apart("promise_not_judged", request=request.pk), transaction.atomic():
            _judge(request, now)


def judge_due(*, now: datetime) -> int:
    """Judge the promises whose day, and the days that booking takes, are over. Returns how many."""
    due = HelpRequest.objects.filter(kind=HelpKind.PROMISE, state=HelpState.OPEN, due_at__lte=now)
    judged = 0
    for key in list(due.order_by("due_at").values_list("pk", flat=True)):
        # One that cannot be judged stays open, and is found again with the next slot.
        with apart("promise_not_judged", request=key), transaction.atomic():
            request = _locked(HelpRequest.objects.get(pk=key))
            judged += request.state == HelpState.OPEN and _judge(request, now)
        if judged == JUDGED_AT_ONCE:
            break
    return judged


def _judge(request: HelpRequest, now: datetime) -> bool:
    """Give a promise the state that it has by its payments, and tell it. True where it is another one."""
    state = _outcome(request, now)
    if state == request.state:
        return False
    if state == HelpState.OPEN:
        request.state, request.ended_at = state, None
        request.save(update_fields=["state", "ended_at"])
        if Promise.from_json(request.details).day >= local_time.today(request.borrower.time_zone, now=now):
            _hold(request, "payment", now)
    else:
        _end(request, state, by=None, now=now)
    _tell(request, TOLD[state], now)
    return True


def _outcome(request: HelpRequest, now: datetime) -> HelpState:
    if _is_kept(request):
        return HelpState.KEPT
    if request.state == HelpState.BROKEN or request.due_at <= now:
        return HelpState.BROKEN
    same = {"borrower": request.borrower, "account": request.account, "kind": request.kind}
    others = HelpRequest.objects.filter(**same, state=HelpState.OPEN).exclude(pk=request.pk)
    return HelpState.BROKEN if others.exists() else HelpState.OPEN


def _is_kept(request: HelpRequest) -> bool:
    """By the payments booked since it was made: what came before was no part of it."""
    booked = request.account.payments.filter(created_at__gt=request.opened_at)  # type: ignore[union-attr]
    received = [Received(amount, on) for amount, on in booked.values_list("amount", "received_on")]
    return is_kept(Promise.from_json(request.details), received)


# ---------- parts ----------


def _locked(request: HelpRequest) -> HelpRequest:
    lanes.lock(request.borrower_id)
    return HelpRequest.objects.select_related("borrower", "account", "conversation").get(pk=request.pk)


def _end(request: HelpRequest, state: HelpState, *, by: User | None, now: datetime) -> None:
    request.state, request.ended_at, request.ended_by = state, now, by
    request.save(update_fields=["state", "ended_at", "ended_by", "answer"])
    reason = SILENT_WHILE.get(HelpKind(request.kind))
    if reason and (hold := holds.current(request.borrower, reason=reason, account=request.account, now=now)):
        way = "staff" if by and by.is_staff else "page"
        holds.lift(hold, words=request.reference, by=by, now=now, way=way)


def _hold(request: HelpRequest, way: str, now: datetime) -> None:
    if not (reason := SILENT_WHILE.get(HelpKind(request.kind))):
        return
    last_day = _last_day_of_booking(request.details) if request.kind == HelpKind.PROMISE else None
    silence = NewHold(reason, words=request.reference, account=request.account, last_day=last_day, way=way)
    by = request.borrower.user if way == "page" else None  # who holds a message is not signed in
    holds.place(request.borrower, hold=silence, by=by, now=now)


def _due_at(borrower: Borrower, ask: Ask, now: datetime) -> datetime:
    """The end of the day by which the lender answers; of a promise, when the days of booking after it are over."""
    zone = local_time.zone(borrower.time_zone)
    if ask.kind == HelpKind.PROMISE:
        last = _last_day_of_booking(ask.details)
    else:
        last = local_time.today(borrower.time_zone, now=now) + timedelta(
            days=settings.HELP_ANSWER_DAYS[ask.kind]
        )
    return local_time.day_start(last + timedelta(days=1), zone)


def _last_day_of_booking(details: dict[str, str]) -> date:
    """On which money sent on the promised day may still come to be booked: so long reminders wait, who paid must not
    be asked once more."""
    day: date = Promise.from_json(details).day + timedelta(days=settings.PROMISE_BOOKING_DAYS)
    return day


def _say(request: HelpRequest, now: datetime) -> Conversation:
    """Put the borrower's words into a conversation: there they are answered."""
    head = [f"{request.reference} · {words.WORDS[request.kind].title}"]
    if request.account:
        head.append(request.account.reference)
    said = Said("\n".join([*head, request.text])[: conversations.LONGEST_TEXT])
    return conversations.write(request.borrower, said=said, topic=_topic(request), now=now).conversation


def _conversation(request: HelpRequest, now: datetime) -> Conversation:
    """Where to answer: the request's conversation, or, where that was closed, a new one on its topic."""
    if request.conversation and not request.conversation.closed_at:
        return request.conversation
    return conversations.about(request.borrower, _topic(request), now=now)


def _topic(request: HelpRequest) -> Topic:
    return TOPICS.get(HelpKind(request.kind), Topic.OTHER)


def _opened(kind: HelpKind) -> Event:
    return {HelpKind.PROMISE: Event.PROMISE, HelpKind.COMPLAINT: Event.COMPLAINT}.get(kind, Event.REQUEST)


def _tell(request: HelpRequest, event: Event, now: datetime) -> None:
    """The lender's systems hear of it: never the borrower's own words, nor why paying is hard."""
    account = request.account.reference if request.account else None
    about = {"reference": request.reference, "kind": request.kind, "account": account}
    told = request.details if request.kind in (HelpKind.PROMISE, HelpKind.DUE_DAY) else {}
    webhooks.tell(event, request.borrower, {**about, **told}, now=now)
