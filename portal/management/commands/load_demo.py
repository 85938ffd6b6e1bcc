"""The demo: the sample portfolios with their days moved to around today, and people to sign in as."""

import csv
import json
import re
from argparse import ArgumentParser
from datetime import date, datetime, timedelta
from typing import Any
from zlib import crc32

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts import claiming
from accounts.models import Borrower, ContactPoint, User
from loans.due_dates import add_months
from loans.models import CreditAccount
from loans.portfolio.sets import CARD_DUE_AFTER, Import
from notifications import local_time
from notifications.models import MessageTemplate, ProviderTemplate

PASSWORD = "demo-borrower-portal"  # noqa: S105  of a demo on this computer
PHONES = {"US": "+1201555{:04d}", "TW": "+8869120{:05d}"}
# Personal numbers belong to no place, so the hours of the person's own zone decide alone.
PLACELESS = "+1533555{:04d}"
# The two borrowers to sign in as: reference, name, language.
PEOPLE = {
    "loans": ("BLC00001", "Grace Kim", "en"),
    "cards": ("BTW00657", "林雅婷", "zh-hant"),
}
STAFF = "staff@demo.example"
DAYTIME = range(10, 15)  # local hours
ZONES = (
    "America/New_York",
    "Asia/Taipei",
    "Europe/London",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "Pacific/Honolulu",
)


class Command(BaseCommand):
    help = "Load the demo once, or show its sign-ins. Only where PORTAL_ENV is local."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sign-ins", action="store_true", help="print who can sign in, as JSON")

    def handle(self, *args: Any, sign_ins: bool, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError("The demo is for PORTAL_ENV=local only.")
        if not sign_ins:
            load(now=timezone.now())
        self.stdout.write(json.dumps(_sign_ins(), ensure_ascii=False))


@transaction.atomic
def load(*, now: datetime) -> None:
    """Import both samples and give their people addresses. Loaded again, nothing changes."""
    if Borrower.objects.exists():
        return
    for kind in PEOPLE:
        _import(kind, now)
    for number, borrower in enumerate(Borrower.objects.order_by("reference")):
        _reachable(borrower, number, now)
    for reference, name, language in PEOPLE.values():
        _can_sign_in(Borrower.objects.get(reference=reference), name, language, now)
    User.objects.create_superuser(STAFF, PASSWORD, name="Staff")
    _invite(now)
    _whatsapp_templates()


def _whatsapp_templates() -> None:
    """As if WhatsApp had approved all our words: who chooses it gets them on the demo phone."""
    spelt = {"en": "en_US", "zh-hans": "zh_CN", "zh-hant": "zh_TW"}
    for words in MessageTemplate.objects.filter(state=MessageTemplate.State.APPROVED):
        ProviderTemplate.objects.create(
            provider="whatsapp",
            code=words.code,
            language=words.language,
            version=words.version,
            provider_code=f"{words.code}_{words.version}",
            provider_language=spelt[words.language],
            gaps="\n".join(re.findall(r"\{([a-z_]+)\}", words.short)),
        )


def _import(kind: str, now: datetime) -> None:
    folder = settings.BASE_DIR / "portal" / "demo" / kind
    starred = PEOPLE[kind][0][1:]  # a person's reference is B and the account's

    def shift(reference: str, day: date) -> date:
        """Each account by whole days of its own, so that bills fall due from 8 days ago to 13 days ahead.

        Who signs in has one due tomorrow: the day before is a reminder that every habit leaves.
        """
        target = 1 if reference == starred else crc32(reference.encode()) % 22 - 8
        return day + (now.date() + timedelta(days=target) - anchors[reference])

    anchors = _next_due(kind, folder)
    task = Import(folder, now, lambda name, share: None, shift)
    task.run()
    if wrong := [taken.name for taken in task.taken if taken.problems.count]:
        raise CommandError(f"The demo's files are damaged: {', '.join(wrong)}. Check the clone out anew.")


def _next_due(kind: str, folder: Any) -> dict[str, date]:
    """The day each account's next bill is due by its file."""
    with (folder / ("loans.csv" if kind == "loans" else "statements.csv")).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if kind == "loans":
        return {row["loan_id"]: _month_later(row) for row in rows}
    last = max(row["month"] for row in rows)
    due = date.fromisoformat(f"{last}-30") + CARD_DUE_AFTER
    return {row["account_id"]: due for row in rows}


def _month_later(loan: dict[str, str]) -> date:
    paid = int(loan["whole_instalments_paid"] or 0)
    return add_months(date.fromisoformat(loan["disbursed_on"]), paid + 1)


def _reachable(borrower: Borrower, number: int, now: datetime) -> None:
    signs_in = borrower.reference in {reference for reference, *_ in PEOPLE.values()}
    phone = (PLACELESS if signs_in else PHONES[borrower.country]).format(100 + number)
    email = f"{borrower.reference.lower()}@demo.example"
    for kind, value in (("phone", phone), ("email", email)):
        ContactPoint.objects.create(borrower=borrower, kind=kind, value=value, verified_at=now)


def _can_sign_in(borrower: Borrower, name: str, language: str, now: datetime) -> None:
    phone, email = (borrower.contact_points.get(kind=kind).value for kind in ("phone", "email"))
    login = User.objects.create_user(email, PASSWORD, phone=phone, phone_verified=True, name=name)
    EmailAddress.objects.create(user=login, email=email, verified=True, primary=True)
    borrower.user, borrower.name, borrower.language = login, name, language
    if borrower.country == "US":
        # So that a newcomer sees a reminder arrive at whatever hour the demo is started: no address says where this
        # person lives, and they say that they live where it is day.
        borrower.region, borrower.time_zone = "", _zone_by_day(now)
    borrower.save()


def _zone_by_day(now: datetime) -> str:
    for key in ZONES:
        if now.astimezone(local_time.zone(key)).hour in DAYTIME:
            return key
    # The Etc zones count westwards: Etc/GMT-3 is three hours ahead of UTC.
    offset = 12 - now.hour
    return f"Etc/GMT{-offset:+d}" if offset else "UTC"


def _invite(now: datetime) -> None:
    """One person who has no login yet, to try the claim with."""
    borrower = Borrower.objects.filter(user=None, credit_accounts__status=CreditAccount.Status.OPEN).first()
    if borrower:
        staff = User.objects.get(email=STAFF)
        point = borrower.contact_points.filter(kind=ContactPoint.Kind.EMAIL).first()
        claiming.invite(borrower, sent_to=point, by=staff, now=now)


def _sign_ins() -> list[dict[str, str]]:
    who = {"loans": "Borrower with a loan", "cards": "Borrower with a card"}
    people = [
        {"who": who[kind], "sign_in": f"{reference.lower()}@demo.example", "password": PASSWORD}
        for kind, (reference, _, _) in PEOPLE.items()
    ]
    people.append({"who": "Staff", "sign_in": f"{STAFF} at /admin/", "password": PASSWORD})
    for borrower in Borrower.objects.filter(invitations__used_at=None, invitations__isnull=False)[:1]:
        invitation = borrower.invitations.filter(used_at=None).first()
        account = borrower.credit_accounts.first()
        if invitation and account:
            fact = account.reference[-4:]
            people.append(
                {"who": f"Invitation (contract ends with {fact})", "invitation": claiming.link(invitation)}
            )
    return people
