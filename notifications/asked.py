"""What staff read before they call, visit or write: the law's answer for each account, from the tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Min, Q

from accounts.models import Borrower
from loans.models import CreditAccount
from notifications import asking, context
from notifications.asking import Answer, Debt
from notifications.law.rule import Rule
from notifications.material import material, product_of
from notifications.words import HumanChannel


@dataclass(frozen=True)
class Asked:
    """One account, with an answer for each way of contact."""

    debt: Debt
    answers: tuple[Answer, ...]
    duties: tuple[Rule, ...]  # of any of these ways, each once


@dataclass(frozen=True)
class Panel:
    at: datetime  # in the borrower's zone
    zones: tuple[str, ...]  # every one the person may be in
    accounts: tuple[Asked, ...]


def may_contact(borrower: Borrower, *, now: datetime) -> Panel:
    """Whether each account that something is owed on may be spoken of now, by call, visit and letter.

    now: UTC. Eight queries, however many accounts there are.
    """
    person = context.about([borrower.pk], now=now, known=material()).person(borrower.pk)
    zones = person.contact.zones
    here = now.astimezone(zones[0])
    accounts = []
    for debt in _debts(borrower, here.date()):
        answers = tuple(asking.ask(person, debt, channel=way, now=now) for way in HumanChannel.values)
        rules = [
            rule for way in HumanChannel.values for rule in asking.duties(person, debt, channel=way, now=now)
        ]
        accounts.append(Asked(debt, answers, tuple(dict.fromkeys(rules))))
    return Panel(here, tuple(zone.key for zone in zones), tuple(accounts))


def _debts(borrower: Borrower, today: date) -> Iterator[Debt]:
    """The accounts with an unpaid bill, by the oldest of them. today: where the borrower lives."""
    unpaid = Q(bills__closed_at=None, bills__amount__gt=F("bills__paid"))
    known = CreditAccount.objects.filter(borrower=borrower).exclude(status=CreditAccount.Status.CLOSED)
    owed = known.annotate(oldest=Min("bills__due_on", filter=unpaid)).exclude(oldest=None)
    for account in owed.order_by("oldest", "pk"):
        late = (today - account.oldest).days
        yield Debt(
            account=str(account.pk),
            reference=account.reference,
            product=product_of(account.product),
            stage="overdue" if late > 0 else "upcoming" if late < 0 else "due",
            days_past_due=max(late, 0),
        )
