"""The provider of docs/http-provider.example.toml on this computer."""

import hashlib
import hmac
from secrets import token_hex

from aiohttp import web
from django.conf import settings

from notifications.hooks.body import same
from notifications.sandbox.faults import Mode
from notifications.sandbox.rest import NUMBER
from notifications.sandbox.twin import Order, Twin

NAME, TOKEN, SECRET = "acme", "sandbox-token", "sandbox-secret"


class GatewayTwin(Twin):
    def routes(self) -> list[web.RouteDef]:
        return [web.post("/gateway/v1/messages", self.call)]

    async def call(self, request: web.Request) -> web.StreamResponse:
        if not same(request.headers.get("Authorization", ""), f"Bearer {TOKEN}"):
            return _error("unauthorized", 401)
        return await self.serve(request, await request.json())

    def problem(self, order: Order) -> web.Response | None:
        return None if NUMBER.fullmatch(order.get("to", "")) else _error("bad_number")

    def refused(self, mode: Mode) -> web.Response | None:
        match mode:
            case Mode.ERROR_500:
                return web.Response(status=500)
            case Mode.RATE_LIMITED:
                return _error("busy", 429, self.house.faults.retry_after)
            case Mode.REFUSE_FOR_GOOD:
                return _error("bad_number")
            case _:
                return None

    def take(self, order: Order) -> str:
        reference = token_hex(12)
        self.house.store.add_text(
            reference, order["to"], order["text"], direction="to_phone", status="queued", via="gateway"
        )
        return reference

    def accepted(self, reference: str, order: Order) -> web.Response:
        return web.json_response({"message": {"id": reference, "status": "queued"}}, status=202)

    def report(self, reference: str, order: Order, *, last: str) -> None:
        states = ("sent", "delivered" if last == "delivered" else "failed")
        told = {"ref": order.get("ref", ""), "message_id": reference, "reason": "out of reach"}
        events = [(state, {"events": [{**told, "status": state}]}) for state in states]
        self.house.webhooks.tell(
            _hook("receipt"), events, sign=_signed, reference=reference, delay=self.delay
        )

    def reply(self, number: str, text: str) -> str:
        reference = token_hex(12)
        self.house.store.add_text(
            reference, number, text, direction="from_phone", status="received", via="gateway"
        )
        body = {"message_id": reference, "from": number, "text": text}
        self.house.webhooks.tell(_hook("reply"), [("", body)], sign=_signed)
        return reference


def _signed(body: bytes) -> dict[str, str]:
    return {"X-Signature": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}


def _hook(kind: str) -> str:
    return f"{settings.PORTAL_URL}/hooks/http/{NAME}/{kind}/"


def _error(code: str, status: int = 400, retry_after: str = "") -> web.Response:
    headers = {"Retry-After": retry_after} if retry_after else None
    return web.json_response({"error": {"code": code}}, status=status, headers=headers)
