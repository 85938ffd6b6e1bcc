"""WhatsApp's Cloud API on this computer: its messages, its statuses, and what people write back."""

import time
from base64 import b64encode
from secrets import token_bytes
from typing import Any

from aiohttp import web
from django.conf import settings

from notifications.channels import whatsapp_signature
from notifications.hooks.body import same
from notifications.sandbox.faults import Mode
from notifications.sandbox.rest import NUMBER
from notifications.sandbox.twin import Order, Twin


class WhatsAppTwin(Twin):
    def routes(self) -> list[web.RouteDef]:
        return [web.post(f"/whatsapp/{settings.WHATSAPP_PHONE_NUMBER_ID}/messages", self.call)]

    async def call(self, request: web.Request) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        if not same(given, f"Bearer {settings.WHATSAPP_ACCESS_TOKEN}"):
            return _error(190, "Invalid OAuth access token.", 401)
        try:
            order = await request.json()
        except ValueError:
            return _error(100, "Invalid parameter")
        return await self.serve(request, order)

    def problem(self, order: Order) -> web.Response | None:
        if order.get("messaging_product") != "whatsapp" or not NUMBER.fullmatch(str(order.get("to"))):
            return _error(100, "Invalid parameter")
        if order.get("type") == "text" and not self._has_written(order["to"]):
            return _error(131047, "Re-engagement message")
        if order.get("type") not in ("text", "template"):
            return _error(131051, "Unsupported message type")
        if any("\n" in value for value in _values(order)):
            return _error(132018, "There is an issue with the parameters in your template")
        return None

    def _has_written(self, number: str) -> bool:
        """In the demo a person's words open the conversation for good, there only for 24 hours."""
        known = self.house.store.phones.get(number, [])
        return any(text.get("via") == "whatsapp" and text["direction"] == "from_phone" for text in known)

    def refused(self, mode: Mode) -> web.Response | None:
        match mode:
            case Mode.ERROR_500:
                return _error(131000, "Something went wrong", 500)
            case Mode.RATE_LIMITED:
                return _error(130429, "Rate limit hit", 429, {"Retry-After": self.house.faults.retry_after})
            case Mode.REFUSE_FOR_GOOD:
                return _error(131026, "Message undeliverable")
            case _:
                return None

    def take(self, order: Order) -> str:
        reference = new_id()
        text = order["text"]["body"] if order["type"] == "text" else _template(order)
        self.house.store.add_text(
            reference, order["to"], text, direction="to_phone", status="queued", via="whatsapp"
        )
        return reference

    def accepted(self, reference: str, order: Order) -> web.Response:
        contact = {"input": order["to"], "wa_id": order["to"].removeprefix("+")}
        return web.json_response(
            {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": reference}]}
        )

    def report(self, reference: str, order: Order, *, last: str) -> None:
        words = ("sent", "delivered") if last == "delivered" else ("sent", "failed")
        events = [(word, _status(reference, order, word)) for word in words]
        self.house.webhooks.tell(_hook(), events, sign=_signed, reference=reference, delay=self.delay)

    def reply(self, number: str, text: str) -> str:
        """A person's message to the portal."""
        reference = new_id()
        message = {
            "from": number.removeprefix("+"),
            "id": reference,
            "timestamp": str(int(time.time())),
            "type": "text",
            "text": {"body": text},
        }
        self.house.store.add_text(
            reference, number, text, direction="from_phone", status="received", via="whatsapp"
        )
        self.house.webhooks.tell(_hook(), [("", _news(messages=[message]))], sign=_signed)
        return reference


def new_id() -> str:
    return f"wamid.{b64encode(token_bytes(42)).decode()}"


def _values(order: Order) -> list[str]:
    parts = order.get("template", {}).get("components", [])
    return [gap["text"] for part in parts for gap in part["parameters"]]


def _template(order: Order) -> str:
    template = order["template"]
    return f"{template['name']} ({template['language']['code']}) {', '.join(_values(order))}".strip()


def _status(reference: str, order: Order, word: str) -> dict[str, Any]:
    status = {
        "id": reference,
        "status": word,
        "timestamp": str(int(time.time())),
        "recipient_id": order["to"].removeprefix("+"),
        "biz_opaque_callback_data": order.get("biz_opaque_callback_data", ""),
    }
    if word == "failed":
        status["errors"] = [{"code": 131026, "title": "Message undeliverable"}]
    return _news(statuses=[status])


def _news(**news: Any) -> dict[str, Any]:
    number = {"display_phone_number": "15550100100", "phone_number_id": settings.WHATSAPP_PHONE_NUMBER_ID}
    value = {"messaging_product": "whatsapp", "metadata": number, **news}
    change = {"field": "messages", "value": value}
    return {"object": "whatsapp_business_account", "entry": [{"id": "0", "changes": [change]}]}


def _signed(body: bytes) -> dict[str, str]:
    return {"X-Hub-Signature-256": whatsapp_signature.sign(settings.WHATSAPP_APP_SECRET, body)}


def _hook() -> str:
    return f"{settings.PORTAL_URL}/hooks/whatsapp/"


def _error(code: int, message: str, status: int = 400, headers: dict[str, str] | None = None) -> web.Response:
    error = {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code, "fbtrace_id": "A"}
    return web.json_response({"error": error}, status=status, headers=headers)
