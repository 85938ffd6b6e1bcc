"""The sandbox's payment provider: a hosted page on this computer (notifications.sandbox.pay). No money moves."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from django.conf import settings

from loans.pay.provider import Became, Event, NoPage, NotSigned, NotUnderstood, Page, Wanted
from loans.pay.signature import is_signed

TIMEOUT = 10  # seconds


class Sandbox:
    def make_page(self, wanted: Wanted) -> Page:
        body = json.dumps({**wanted.__dict__, "amount": str(wanted.amount)}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {settings.PAY_SECRET}"}
        request = urllib.request.Request(  # noqa: S310  the address is a setting
            f"{settings.SANDBOX_URL}/pay/pages", body, headers
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                page = json.loads(answer.read(65536))
            expires_at = datetime.fromtimestamp(page["expires_at"], tz=UTC)
            return Page(url=str(page["url"]), reference=str(page["id"]), expires_at=expires_at)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NoPage(type(error).__name__) from error

    def read(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Event:
        if not is_signed(settings.PAY_SECRET, headers, body, now=now):
            raise NotSigned
        try:
            said = json.loads(body)
            return Event(
                key=headers["webhook-id"],
                order=str(said["order"]),
                became=Became(said["became"]),
                amount=Decimal(said["amount"]),
                currency=str(said["currency"]),
                on=date.fromisoformat(said["on"]),
            )
        except (ValueError, KeyError, TypeError, InvalidOperation) as error:
            raise NotUnderstood from error
