"""What a run does to the books: people and bills, payments and stops, each of which survives a lost database."""

import json
import time
import urllib.request
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from accounts.models import Borrower, ContactPoint
from loans.models import Bill, CreditAccount
from loans.payments import NewPayment, record
from notifications import stops
from tests.faults.scenario import NewBill, Scenario
from tests.waiting import PATIENCE

DAYS_AHEAD = 7  # a bill due then has one step that is still of use: a week before
FORENOON = 10  # the local hour at which everybody lives, so that the day's hours have begun and last


def local_zone(now: datetime) -> str:
    """A zone in which it is between 10 and 11 in the forenoon. Etc/GMT-3 is three hours ahead of UTC."""
    ahead = FORENOON - now.hour
    ahead = ahead if ahead >= -12 else ahead + 24
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def local_day(now: datetime) -> date:
    return now.astimezone(ZoneInfo(local_zone(now))).date()


def phone_of(person: int) -> str:
    """A satellite number, which says nothing of a place."""
    return f"+8816{person:08d}"


def email_of(person: int) -> str:
    return f"person{person}@example.com"


def add_people(scenario: Scenario, *, now: datetime) -> None:
    """Everybody with a phone and a loan, in a place where the careful default alone holds."""
    home = {"country": "AQ", "time_zone": local_zone(now)}
    people = Borrower.objects.bulk_create(
        Borrower(pk=person + 1, reference=f"P{person}", name=f"Person {person}", **home)
        for person in range(scenario.people)
    )
    points = [("phone", phone_of(person), person) for person in range(scenario.people)]
    points += [("email", email_of(person), person) for person in scenario.with_email]
    ContactPoint.objects.bulk_create(
        ContactPoint(borrower=people[person], kind=kind, value=value, verified_at=now)
        for kind, value, person in points
    )
    CreditAccount.objects.bulk_create(
        CreditAccount(pk=one.pk, reference=one.reference, borrower=one, product="credit_card", currency="USD")
        for one in people
    )


def add_bills(bills: Sequence[NewBill], *, due_on: date) -> None:
    """Again: what is there stays."""
    Bill.objects.bulk_create(
        [
            Bill(
                account_id=bill.person + 1,
                number=int(bill.amount * 100),
                due_on=due_on,
                amount=bill.amount,
            )
            for bill in bills
        ],
        ignore_conflicts=True,
    )


def pay(person: int) -> None:
    """All that is open, so that no message names what is left of an amount. Again: nothing is open."""
    now = timezone.now()
    account = CreditAccount.objects.get(pk=person + 1)
    amount = sum((bill.outstanding for bill in account.bills.filter(closed_at=None)), Decimal(0))
    if amount:
        payment = NewPayment(amount=amount, currency="USD", received_on=now.date())
        record(account, payment=payment, by=None, now=now)


def stop(person: int) -> None:
    stops.stop(Borrower.objects.get(pk=person + 1), words="stop", way="staff", by=None, now=timezone.now())


def text_stop(person: int, sandbox_url: str) -> None:
    """The person answers STOP; the provider brings it to the portal's hook."""
    request = urllib.request.Request(
        f"{sandbox_url}/phones/{phone_of(person)}/reply",
        json.dumps({"text": "STOP"}).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=PATIENCE).close()


def again(act: Callable[[], object]) -> None:
    """Do it, anew where the database was away. An act that was done already does nothing."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            act()
            return
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def by_another(act: Callable[[], object]) -> None:
    """Do it in a thread, whose connection goes back into the pool."""
    try:
        again(act)
    finally:
        connection.close()


def calls_under_way() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM notifications_attempt WHERE state = 'calling'")
        return int(cursor.fetchone()[0])


def clock(ahead: timedelta) -> Callable[[], datetime]:
    return lambda: timezone.now() + ahead
