"""What a borrower reads about being left in peace: the holds in force, and what may come all the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Borrower
from loans.models import CreditAccount
from notifications import hold_words, local_time
from notifications.law import books
from notifications.law.notices import notices
from notifications.models import Hold
from notifications.words import HoldReason

NOTICES: dict[str, Promise] = {
    "arrears_notice": _("A notice of what is owed, where payments have been missed"),
    "outsourcing_notice": _("A written notice before an agency collects for us"),
    "final_notice": _("One last message: that contact ends, or which legal step will follow"),
    "required_notice": _("Any notice that the law requires us to send"),
}


@dataclass(frozen=True)
class Held:
    """A hold in force. Days are those of the place where the borrower lives."""

    why: str
    since: date
    until: date | None  # the first day on which reminders may come again; None: until it is lifted
    account: CreditAccount | None  # None: all accounts
    is_stop: bool


@dataclass(frozen=True)
class Notice:
    text: str
    sources: tuple[str, ...]  # citations; how well each was checked is for staff, on the rulebook's page


def held(holds: Iterable[Hold], *, time_zone: str) -> list[Held]:
    """Holds as their person reads of them. holds: with their account."""
    zone = local_time.zone(time_zone)
    return [
        Held(
            why=str(hold_words.WHY[hold.reason]),
            since=hold.started_at.astimezone(zone).date(),
            until=hold.ended_at.astimezone(zone).date() if hold.ended_at else None,
            account=hold.account,
            is_stop=hold.reason == HoldReason.STOP,
        )
        for hold in holds
    ]


def legal_notices(borrower: Borrower, *, now: datetime) -> list[Notice]:
    """What the law of the borrower's place may demand although reminders are stopped or paused."""
    day = local_time.today(borrower.time_zone, now=now)
    rulebooks = books.for_place(borrower.country, borrower.region)
    return [
        Notice(str(NOTICES[notice.name]), tuple(dict.fromkeys(rule.citation for rule in notice.rules)))
        for notice in notices(rulebooks, binds=settings.LENDER_ROLE, on=day)
    ]
