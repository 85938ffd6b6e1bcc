"""What waits for staff in the books: their first page shows it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext

from accounts import desk
from accounts.desk import MOST, Line, Waiting
from loans import imports
from loans.models import ApiCall, CreditAccount, ImportRun, PayOrder
from loans.models.pay import PayState

LATELY = timedelta(days=7)  # a call's refused rows: the system that sent them was told at once
IMPORT_TAKES = timedelta(hours=2)  # a million accounts: 34 minutes


def payments(now: datetime) -> Iterator[Waiting]:
    yield Waiting(
        gettext("Online payments to be checked"),
        PayOrder.objects.filter(state=PayState.CHECKED)[:MOST].count(),
        desk.rows("loans.payorder", state__exact=PayState.CHECKED),
        gettext("money came that could not be booked as it was asked for"),
        is_pressing=True,
    )


def runs(now: datetime) -> Iterator[Waiting]:
    yield Waiting(
        gettext("Imports refused for wrong lines"),
        imports.refused(ImportRun.objects.all())[:MOST].count(),
        desk.rows("loans.importrun", outcome="refused"),
        gettext("nothing of them is written"),
    )
    stopped = imports.unfinished(ImportRun.objects.filter(started_at__lt=now - IMPORT_TAKES))
    yield Waiting(
        gettext("Imports that have not come to an end"),
        stopped[:MOST].count(),
        desk.rows("loans.importrun", outcome="open"),
        gettext("started again, they go on where they stopped"),
    )


def calls(now: datetime) -> Iterator[Waiting]:
    yield Waiting(
        gettext("API calls with refused rows"),
        ApiCall.objects.filter(at__gt=now - LATELY, refused__gt=0)[:MOST].count(),
        desk.rows("loans.apicall", refused="yes", within=str(LATELY.days)),
        gettext("in the last seven days"),
    )


def differences(now: datetime) -> Iterator[Waiting]:
    yield Waiting(
        gettext("Accounts whose reported balance is not our own sum"),
        CreditAccount.objects.filter(difference__isnull=False)[:MOST].count(),
        desk.rows("loans.creditaccount", differs="yes"),
        gettext("by the last run of check_balances"),
    )


def _of(model: str, read: Callable[[datetime], Iterator[Waiting]]) -> Line:
    return Line(f"loans.view_{model}", read)


desk.add(
    _of("payorder", payments),
    _of("importrun", runs),
    _of("apicall", calls),
    _of("creditaccount", differences),
)
