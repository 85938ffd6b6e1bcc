"""The sandbox's payment page: hosted as a real provider's, it moves no money and asks for no card."""

import html
import json
import time
from datetime import UTC, datetime
from decimal import Decimal
from secrets import token_hex
from typing import Any

import aiohttp
from aiohttp import web
from babel.numbers import format_currency
from django.conf import settings

from loans.pay.provider import Became
from loans.pay.signature import sign
from notifications.hooks.body import same

LIFE = 30 * 60  # seconds of a page
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sandbox payment page</title><link rel="icon" href="data:,">
<style>:root{{color-scheme:light dark}}body{{font:1.1rem/1.5 system-ui;max-width:26rem;margin:2rem auto;padding:0 1rem}}
h1{{font-size:1.5rem}}button{{font:inherit;padding:.6rem 1rem;margin:.3rem 0;width:100%;border:1.5px solid;
border-radius:99rem;background:none;color:inherit;cursor:pointer}}
button:first-of-type{{background:#0b5d55;border-color:#0b5d55;color:#fff}}</style>
<main><h1>Sandbox payment page</h1><p>No money moves here, and no card is asked for.</p>
<p><strong>{sum}</strong> for account {account}</p>
<form method="post"><button name="became" value="paid">Pay</button>
<button name="became" value="refused">Let it be refused</button>
<button name="became" value="expired">Let it expire</button></form></main></html>"""


class PaymentPages:
    """Pages in memory, and the webhook that tells the portal what became of each."""

    def __init__(self) -> None:
        self.pages: dict[str, dict[str, Any]] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/pay/pages", self.make),
            web.get("/pay/pages/{id}", self.show),
            web.post("/pay/pages/{id}", self.decide),
        ]

    async def make(self, request: web.Request) -> web.StreamResponse:
        if not same(request.headers.get("Authorization", ""), f"Bearer {settings.PAY_SECRET}"):
            return web.json_response({"problem": "no such key"}, status=401)
        key, wanted = token_hex(12), await request.json()
        self.pages[key] = wanted
        url = f"http://{request.host}/pay/pages/{key}"
        return web.json_response({"id": key, "url": url, "expires_at": int(time.time()) + LIFE}, status=201)

    async def show(self, request: web.Request) -> web.StreamResponse:
        wanted = self._of(request)
        sum_ = format_currency(Decimal(wanted["amount"]), wanted["currency"], locale="en")
        shown = PAGE.format(sum=html.escape(sum_), account=html.escape(str(wanted["account"])))
        return web.Response(text=shown, content_type="text/html")

    async def decide(self, request: web.Request) -> web.StreamResponse:
        """What the person chose: the portal is told, then they go back to it."""
        wanted = self._of(request)
        became = Became(str((await request.post()).get("became", "refused")))
        await self._tell(wanted, became)
        raise web.HTTPSeeOther(wanted["return_url"])

    def _of(self, request: web.Request) -> dict[str, Any]:
        wanted = self.pages.get(request.match_info["id"])
        if wanted is None or request.host.rpartition(":")[0] not in ("127.0.0.1", "localhost"):
            raise web.HTTPNotFound(text="There is no such page.")
        return wanted

    async def _tell(self, wanted: dict[str, Any], became: Became) -> None:
        on = datetime.now(UTC).date().isoformat()
        said = {name: wanted[name] for name in ("order", "amount", "currency")}
        body = json.dumps({**said, "became": became, "on": on})
        key, at = f"evt_{token_hex(12)}", int(time.time())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(at),
            "webhook-signature": sign(settings.PAY_SECRET, key, at, body),
        }
        timeout = aiohttp.ClientTimeout(total=10)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(wanted["webhook_url"], data=body, headers=headers) as answer,
        ):
            await answer.read()
