"""What is open between a borrower and the lender, in the words of their overview: what was answered and not read yet,
what was asked for and how far it has come, and why reminders are silent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext

from accounts.models import Borrower
from loans.models import CreditAccount
from loans.templatetags import money
from notifications import hold_words, holds, local_time
from notifications.context import choice_of
from notifications.help.journeys import SILENT_WHILE
from notifications.help.rules import Promise
from notifications.help.words import WORDS, outcome
from notifications.models import HelpRequest, Hold
from notifications.models.help import HelpKind, HelpState
from notifications.words import HoldReason


@dataclass(frozen=True)
class Matter:
    """One thing that is open, and the page where it goes on."""

    title: str
    state: Sequence[str]  # sentences
    address: str
    icon: str
    account: str = ""  # the reference of the one that it is about


def of(
    borrower: Borrower, *, now: datetime, answers: int = 0, account: CreditAccount | None = None
) -> list[Matter]:
    """What is open, in one query; of one account only what is about it alone. answers: of ours, not read yet."""
    about = {"account": account} if account else {}
    requests = HelpRequest.objects.filter(borrower=OuterRef("pk"), state=HelpState.OPEN, **about)
    in_force = Hold.objects.filter(holds.in_force(now), borrower=OuterRef("pk"), started_at__lte=now, **about)
    found = Borrower.objects.select_related("preference").annotate(
        asked=_rows(
            requests.order_by("due_at"), "kind", "details", "due_at", waits="conversation__waiting_since"
        ),
        held=_rows(in_force.order_by("started_at"), "reason", "started_at", "ended_at"),
    )
    known = _Known(found.get(pk=borrower.pk), now)
    matters = [*known.requests(), *known.silence()]
    return matters if account else [*_answered(answers), *matters, *known.pause()]


def _rows(rows: QuerySet[Any], *fields: str, **more: str) -> ArraySubquery:
    """Rows of one borrower as a list of what is read of each."""
    about = {"account": "account__reference", "currency": "account__currency"}
    read = JSONObject(pk="pk", **dict(zip(fields, fields, strict=True)), **about, **more)
    return ArraySubquery(rows.values(row=read))


def _answered(number: int) -> Iterator[Matter]:
    if number:
        title = ngettext(
            "We have answered your message.", "We have answered in %(number)s conversations.", number
        ) % {"number": number}
        yield Matter(title, [gettext("You have not read it yet.")], reverse("conversations:list"), "talk")


class _Known:
    """What one reading of the database tells of one borrower."""

    def __init__(self, borrower: Any, now: datetime) -> None:
        """borrower: with `asked` and `held`, see `of`."""
        self.borrower, self.asked, self.held, self.now = borrower, borrower.asked, borrower.held, now
        self.zone = local_time.zone(borrower.time_zone)

    def requests(self) -> Iterator[Matter]:
        """What they asked for, by the day on which something must happen."""
        for row in self.asked:
            is_promise = row["kind"] == HelpKind.PROMISE
            yield Matter(
                self._promised(row) if is_promise else str(WORDS[row["kind"]].title),
                self._waited_for(row) if is_promise else self._looked_at(row),
                reverse("help:request", args=[row["pk"]]),
                WORDS[row["kind"]].icon,
                row["account"] or "",
            )

    def silence(self) -> Iterator[Matter]:
        """Why reminders are silent, but for what their requests say already."""
        told = {(SILENT_WHILE.get(row["kind"]), row["account"]) for row in self.asked}
        if any(row["waits"] for row in self.asked):
            told.add((HoldReason.CONVERSATION, None))
        for row in self.held:
            if (row["reason"], row["account"]) not in told:
                yield self._stop(row) if row["reason"] == HoldReason.STOP else self._hold(row)

    def pause(self) -> Iterator[Matter]:
        """Their own pause, where it still lasts and no stop goes further."""
        until = choice_of(self.borrower).paused_until
        is_stopped = any(row["reason"] == HoldReason.STOP for row in self.held)
        if until and until > self.now.astimezone(self.zone).date() and not is_stopped:
            title, state = gettext("Reminders are paused"), [self._again(until)]
            yield Matter(title, state, reverse("notifications:preferences"), "pause")

    def _promised(self, row: dict[str, Any]) -> str:
        promise = Promise.from_json(row["details"])
        sum_, day = money.money(promise.amount, row["currency"]), money.day(promise.day)
        return gettext("You promised %(sum)s by %(day)s") % {"sum": sum_, "day": day}

    def _waited_for(self, row: dict[str, Any]) -> list[str]:
        said = [_sentence(outcome(row["kind"], HelpState.OPEN))]
        for hold in self.held:
            if (hold["reason"], hold["account"]) == (HoldReason.PROMISE, row["account"]) and hold["ended_at"]:
                said.append(self._again(self._day(hold["ended_at"])))
        return said

    def _looked_at(self, row: dict[str, Any]) -> list[str]:
        due = datetime.fromisoformat(row["due_at"])
        last_day = (
            due.astimezone(self.zone) - timedelta(microseconds=1)
        ).date()  # due as the next day begins
        by = gettext("You get our answer by %(day)s.") % {"day": money.day(last_day)}
        late = gettext("Our answer is late, and we are sorry.")
        looking = _sentence(outcome(row["kind"], HelpState.OPEN))
        written = gettext("We have written to you about it.")
        return [looking if row["waits"] else written, by if due > self.now else late]

    def _stop(self, row: dict[str, Any]) -> Matter:
        said = gettext("You asked us to stop on %(day)s, so we send no reminders. Your bills stay due.")
        state = [said % {"day": money.day(self._day(row["started_at"]))}]
        return Matter(gettext("Reminders are stopped"), state, reverse("notifications:preferences"), "pause")

    def _hold(self, row: dict[str, Any]) -> Matter:
        why = _sentence(capfirst(str(hold_words.WHY[row["reason"]])))
        end = gettext("No end is set: it stays until we lift it.")
        state = [why, self._again(self._day(row["ended_at"])) if row["ended_at"] else end]
        page = (
            "conversations:list" if row["reason"] == HoldReason.CONVERSATION else "notifications:preferences"
        )
        return Matter(gettext("We hold reminders back"), state, reverse(page), "pause", row["account"] or "")

    def _day(self, at: str) -> date:
        return datetime.fromisoformat(at).astimezone(self.zone).date()

    def _again(self, day: date) -> str:
        return gettext("Reminders may come again on %(day)s.") % {"day": money.day(day)}


def _sentence(words: str) -> str:
    """Words that stand by themselves elsewhere, with their full stop."""
    return gettext("%(words)s.") % {"words": words}
