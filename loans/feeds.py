"""The journeys of a calendar feed: make or renew its address, revoke it, and let a calendar app read it."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext, override

from accounts.models import Borrower
from accounts.one_way import digest
from loans import feed_text
from loans.feed_text import Entry
from loans.models import Bill, CalendarFeed, CreditAccount
from loans.templatetags.money import money

SECRET_BYTES = 32
STILL_SHOWN = timedelta(days=90)  # how long an unpaid day stays in the calendar


@dataclass(frozen=True)
class Chosen:
    """What the calendar tells."""

    is_discreet: bool
    alarm_days: int | None  # a CalendarFeed.Alarm


def of(borrower: Borrower) -> CalendarFeed | None:
    """The borrower's feed, where one can be read."""
    return CalendarFeed.objects.filter(borrower=borrower, digest__isnull=False).first()


def renew(borrower: Borrower, *, chosen: Chosen, now: datetime) -> str:
    """A new address, absolute; one made before no longer works. It is shown once: only its digest is kept."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    CalendarFeed.objects.update_or_create(
        borrower=borrower,
        defaults={
            "digest": digest(secret),
            "is_discreet": chosen.is_discreet,
            "alarm_days": chosen.alarm_days,
            "made_at": now,
            "read_on": None,
        },
    )
    return f"{settings.PORTAL_URL}{reverse('loans:feed', args=[secret])}"


def choose(borrower: Borrower, chosen: Chosen) -> bool:
    """Change what it tells; the address stays. True where there is a feed."""
    feed = CalendarFeed.objects.filter(borrower=borrower, digest__isnull=False)
    return bool(feed.update(is_discreet=chosen.is_discreet, alarm_days=chosen.alarm_days))


def revoke(borrower: Borrower) -> None:
    """From now on its address is not found."""
    CalendarFeed.objects.filter(borrower=borrower).update(digest=None)


def find(secret: str) -> CalendarFeed | None:
    """The feed at this address, or None: never made, renewed, or revoked."""
    return CalendarFeed.objects.filter(digest=digest(secret)).first()


@transaction.atomic
def read(feed: CalendarFeed, *, now: datetime) -> str:
    """The calendar's text, in the borrower's language. Three queries, and a write where something has changed.

    What an entry said is remembered, so that a calendar app sees a higher SEQUENCE whenever it says something else.
    """
    feed = CalendarFeed.objects.select_for_update(of=("self",)).select_related("borrower").get(pk=feed.pk)
    with override(feed.borrower.language):
        told: dict[str, list[str | int]] = dict(feed.told)
        entries = [_entry(bill, feed, told, now) for bill in _bills(feed, now.date())]
        name = gettext("Dates") if feed.is_discreet else _calendar_name()
    if told != feed.told or feed.read_on != now.date():
        feed.told, feed.read_on = told, now.date()
        feed.save(update_fields=["told", "read_on"])
    return feed_text.text(name, entries, alarm_days=feed.alarm_days)


def _bills(feed: CalendarFeed, today: date) -> list[Bill]:
    bills = Bill.objects.filter(
        account__borrower=feed.borrower,
        account__status=CreditAccount.Status.OPEN,
        closed_at=None,
        amount__gt=F("paid"),
        due_on__gte=today - STILL_SHOWN,
    )
    return list(bills.select_related("account").order_by("due_on", "pk"))


def _entry(bill: Bill, feed: CalendarFeed, told: dict[str, list[str | int]], now: datetime) -> Entry:
    title, words = (gettext("Reminder"), "") if feed.is_discreet else _said(bill)
    content = hashlib.sha256(f"{bill.due_on}\n{title}\n{words}\n{feed.alarm_days}".encode()).hexdigest()[:16]
    known = told.get(str(bill.pk))
    if known is None or known[1] != content:
        known = [int(known[0]) + 1 if known else 0, content, now.isoformat()]
        told[str(bill.pk)] = known
    return Entry(_uid(bill), bill.due_on, title, words, int(known[0]), datetime.fromisoformat(str(known[2])))


def _said(bill: Bill) -> tuple[str, str]:
    """Title and words of an entry that tells all. The account by its last four characters, as in our messages."""
    amount = money(bill.outstanding, bill.account.currency)
    about = {"amount": amount, "account": f"…{bill.account.reference[-4:]}", "lender": settings.LENDER_NAME}
    title = gettext("%(amount)s due (%(account)s)") % about
    words = gettext("%(lender)s: %(amount)s is still to be paid on account %(account)s.") % about
    return title, f"{words}\n{settings.PORTAL_URL}{reverse('loans:account', args=[bill.account.public_id])}"


def _calendar_name() -> str:
    return gettext("Due dates, %(lender)s") % {"lender": settings.LENDER_NAME}


def _uid(bill: Bill) -> str:
    """Stable, and says nothing of account or bill (RFC 7986, 5.3, asks for a UUID)."""
    return f"{uuid.uuid5(bill.account.public_id, str(bill.number))}@{urlsplit(settings.PORTAL_URL).hostname}"
