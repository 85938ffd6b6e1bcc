"""Providers on this computer: Twilio, Alibaba Cloud SMS, WhatsApp, Postmark, a push service, phones and mailboxes.

    python -m notifications.sandbox.server --port 8001

It listens on 127.0.0.1 only. POST /faults makes it misbehave (notifications.sandbox.faults).
"""

import argparse
import asyncio
import base64
import hmac
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from notifications.sandbox import rest
from notifications.sandbox.alibaba import AlibabaTwin
from notifications.sandbox.faults import Faults, Mode
from notifications.sandbox.gateway import GatewayTwin
from notifications.sandbox.pay import PaymentPages
from notifications.sandbox.postmark import Postmark
from notifications.sandbox.push import PushService
from notifications.sandbox.store import Store
from notifications.sandbox.twin import Twin, endless, reset
from notifications.sandbox.webhooks import Webhooks
from notifications.sandbox.whatsapp import WhatsAppTwin

logger = logging.getLogger("sandbox")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Options:
    account: str
    token: str
    portal_url: str  # where replies go
    mail_secret: str  # user:password of the portal's mail webhooks
    mail_token: str
    store: Path | None = None
    latency_ms: int = 0
    callbacks: bool = True


class Sandbox:
    """The handlers, and what they share."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.faults = self._defaults()
        self.store = Store(options.store)
        credentials = f"{options.account}:{options.token}".encode()
        self._authorization = f"Basic {base64.b64encode(credentials).decode()}"
        self.closing = asyncio.Event()
        self.webhooks: Webhooks
        scheme, _, rest_of_url = options.portal_url.partition("://")
        self.postmark = Postmark(
            self.store,
            lambda: self.faults,
            token=options.mail_token,
            hooks=f"{scheme}://{options.mail_secret}@{rest_of_url}/hooks/mail/postmark",
        )
        self.push = PushService(self.store, lambda: self.faults, self.closing)
        self.twins: dict[str, Twin] = {
            "alibaba": AlibabaTwin(self),
            "gateway": GatewayTwin(self),
            "whatsapp": WhatsAppTwin(self),
        }

    def app(self) -> web.Application:
        app = web.Application()
        account = f"/2010-04-01/Accounts/{self.options.account}"
        app.add_routes(
            [
                web.post(f"{account}/Messages.json", self.create_message),
                web.get(f"{account}/Messages/{{sid}}.json", self.get_message),
                web.get("/phones", own_page(self.phones)),
                web.get("/phones/{number}", own_page(self.phone)),
                web.post("/phones/{number}/reply", own_page(self.reply)),
                web.post("/mail", own_page(self.take_mail)),
                web.get("/mailboxes", own_page(self.mailboxes)),
                web.get("/mailboxes/{address}", own_page(self.mailbox)),
                web.post("/mailboxes/{address}/reply", own_page(self.postmark.reply)),
                web.post("/postmark/email", self.postmark.send),
                web.post("/push/{id}", self.push.take),
                web.post("/subscriptions", own_page(self.push.subscribe)),
                web.post("/subscriptions/{id}/end", own_page(self.push.end)),
                web.post("/faults", own_page(self.set_faults)),
                web.get("/under-way", self.under_way),
                web.post("/reset", own_page(self.reset)),
            ]
        )
        app.add_routes(PaymentPages().routes())
        for twin in self.twins.values():
            app.add_routes(twin.routes())
        app.cleanup_ctx.append(self._life)
        return app

    async def _life(self, app: web.Application) -> Any:
        options = self.options
        self.webhooks = Webhooks(
            self.store,
            account=options.account,
            token=options.token,
            inbound_url=f"{options.portal_url}/hooks/twilio/inbound/",
        )
        yield
        self.closing.set()
        await self.webhooks.close()
        await self.postmark.close()
        self.store.close()

    def _defaults(self) -> Faults:
        return Faults(latency_ms=self.options.latency_ms, callbacks=self.options.callbacks)

    # ---------- Twilio's protocol ----------

    async def create_message(self, request: web.Request) -> web.StreamResponse:
        if not self._may(request):
            return problem(20003)
        form = {name: str(value) for name, value in (await request.post()).items()}
        faults = self.faults
        mode = faults.take()
        if faults.latency_ms:
            await asyncio.sleep(faults.latency_ms / 1000)
        if refusal := refused(mode, faults):
            return refusal
        if code := rest.problem(form):
            return problem(code)
        sid = self._take(form, mode)
        if mode in (Mode.OK, Mode.UNDELIVERED):
            resource = rest.resource(self.options.account, sid, form, status="queued")
            return web.json_response(resource, status=201)
        return await self._misanswer(request, mode)

    async def get_message(self, request: web.Request) -> web.StreamResponse:
        if not self._may(request):
            return problem(20003)
        text = self.store.texts.get(request.match_info["sid"])
        if text is None:
            return problem(20404)
        form = {"To": text["number"], "Body": text["text"]}
        return web.json_response(
            rest.resource(self.options.account, text["sid"], form, status=text["status"])
        )

    def _may(self, request: web.Request) -> bool:
        return hmac.compare_digest(request.headers.get("Authorization", ""), self._authorization)

    def _take(self, form: dict[str, str], mode: Mode) -> str:
        sid = rest.new_sid()
        self.store.add_text(sid, form["To"], form["Body"], direction="to_phone", status="queued")
        if self.faults.callbacks:
            last = "undelivered" if mode is Mode.UNDELIVERED else "delivered"
            self.webhooks.report(sid, form, last=last, delay=self.faults.receipt_delay_ms / 1000)
        return sid

    async def _misanswer(self, request: web.Request, mode: Mode) -> web.StreamResponse:
        """The answers that hide that the text was taken."""
        match mode:
            case Mode.HANG:
                await self.closing.wait()
            case Mode.RESET_AFTER_ACCEPT:
                reset(request)
            case Mode.GARBAGE_201:
                return web.Response(text="<html>Created</html>", status=201, content_type="text/html")
            case Mode.LYING_201:
                return web.json_response({"status": "queued"}, status=201)
            case Mode.ENDLESS_201:
                return await endless(request, self.closing, status=201)
        return problem(20500)

    # ---------- phones, mailboxes and control ----------

    async def phones(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(latest(self.store.phones))

    async def phone(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.store.phones.get(request.match_info["number"], []))

    async def reply(self, request: web.Request) -> web.StreamResponse:
        number, text = request.match_info["number"], str((await request.json()).get("text", ""))
        if not rest.NUMBER.fullmatch(number) or not 0 < len(text) <= rest.LONGEST_BODY:
            return web.json_response({"problem": "A reply has a number in E.164 and a text."}, status=400)
        return web.json_response({"sid": self._answering(number)(number, text)}, status=202)

    def _answering(self, number: str) -> Callable[[str, str], str]:
        """A person answers the way they were last written to."""
        known = self.store.phones.get(number, [])
        last = next((text for text in reversed(known) if text["direction"] == "to_phone"), {})
        twin = self.twins.get(last.get("via", ""))
        return twin.reply if twin else self.webhooks.reply

    async def take_mail(self, request: web.Request) -> web.StreamResponse:
        mail = await request.json()
        fields = ("from", "subject", "text", "html", "message_id")
        for address in mail["to"]:
            self.store.add_mail(address, {name: str(mail.get(name, "")) for name in fields})
        return web.json_response({}, status=201)

    async def mailboxes(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(latest(self.store.mailboxes))

    async def mailbox(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.store.mailboxes.get(request.match_info["address"], []))

    async def set_faults(self, request: web.Request) -> web.StreamResponse:
        try:
            self.faults = Faults(**await request.json())
            self.webhooks.is_unruly = self.faults.unruly
        except (TypeError, ValueError) as error:
            return web.json_response({"problem": str(error)}, status=400)
        return web.json_response({"mode": self.faults.mode})

    async def under_way(self, request: web.Request) -> web.StreamResponse:
        """How many receipts and replies the portal has not had yet."""
        return web.json_response({"number": self.webhooks.under_way})

    async def reset(self, request: web.Request) -> web.StreamResponse:
        self.store.clear()
        self.faults = self._defaults()
        return web.json_response({})


def own_page(handler: Handler) -> Handler:
    """Only programs of this computer: a page on the web may not read the phones or write to them.

    A foreign page reaches 127.0.0.1 by a name of its own (another Host) or by a form (another content type).
    """

    async def guarded(request: web.Request) -> web.StreamResponse:
        is_json = request.method == "GET" or request.content_type == "application/json"
        if request.host.rpartition(":")[0] not in ("127.0.0.1", "localhost") or not is_json:
            raise web.HTTPForbidden(text="Only JSON, and only from this computer.")
        return await handler(request)

    return guarded


def problem(code: int, headers: dict[str, str] | None = None) -> web.Response:
    status, body = rest.error(code)
    return web.json_response(body, status=status, headers=headers)


def refused(mode: Mode, faults: Faults) -> web.Response | None:
    """The answers that say the truth: it was not taken."""
    match mode:
        case Mode.ERROR_500:
            return problem(20500)
        case Mode.RATE_LIMITED:
            return problem(20429, {"Retry-After": faults.retry_after})
        case Mode.REFUSE_FOR_GOOD:
            return problem(21614)
        case _:
            return None


def latest(entries: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Each phone or mailbox with its last entry, newest first."""
    boxes = [{"of": of, "count": len(items), "last": items[-1]} for of, items in entries.items() if items]
    return sorted(boxes, key=lambda box: str(box["last"]["at"]), reverse=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The sandbox provider. Nothing leaves this computer.")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--latency-ms", type=int, default=0, help="wait before every answer")
    parser.add_argument("--store", type=Path, help="file that keeps it (default: var/sandbox.jsonl)")
    parser.add_argument("--memory", action="store_true", help="keep nothing on disk")
    parser.add_argument("--no-callbacks", action="store_true", help="send no receipts")
    return parser.parse_args()


def main() -> None:
    """Start from the portal's own settings, which is where account, token and addresses are."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.conf import settings

    if not settings.LOCAL:
        sys.exit("The sandbox runs only where PORTAL_ENV is local.")
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    chosen = arguments()
    options = Options(
        account=settings.TWILIO_ACCOUNT_SID,
        token=settings.TWILIO_AUTH_TOKEN,
        portal_url=settings.PORTAL_URL,
        mail_secret=settings.ANYMAIL["WEBHOOK_SECRET"],
        mail_token=settings.ANYMAIL.get("POSTMARK_SERVER_TOKEN", "sandbox-token"),
        store=None if chosen.memory else chosen.store or settings.VAR_DIR / "sandbox.jsonl",
        latency_ms=chosen.latency_ms,
        callbacks=not chosen.no_callbacks,
    )
    try:
        asyncio.run(serve(options, port=chosen.port))
    except OSError as error:
        sys.exit(f"The sandbox cannot listen on 127.0.0.1:{chosen.port}: {error.strerror}.")


async def serve(options: Options, *, port: int) -> None:
    """Run until SIGINT or SIGTERM."""
    await web._run_app(
        Sandbox(options).app(),
        host="127.0.0.1",
        port=port,
        access_log=None,
        shutdown_timeout=1,
        print=lambda *_: logger.info("sandbox_ready url=http://127.0.0.1:%d", port),
    )


if __name__ == "__main__":
    main()
