"""WhatsApp's statuses and messages, understood. Pure. Source: Meta, WhatsApp Cloud API, "Webhooks"."""

from typing import Any
from uuid import UUID

from notifications.channels.whatsapp import FOR_GOOD, UNSUBSCRIBED
from notifications.heard import Receipt, Reply, Says
from notifications.words import Channel, Delivery

DELIVERIES = {
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
    "failed": Delivery.UNDELIVERED,
}

WORDLESS = {"system", "reaction"}  # types of messages that say nothing and want no answer
MOVED = {"user_changed_number", "customer_changed_number"}  # of a message of type "system"


def receipt(payload: dict[str, Any]) -> Receipt:
    """An entry of `statuses`. What fails says nothing of the number, which may well take calls and texts."""
    status, attempt = payload["status"], UUID(payload["attempt"])
    delivery = DELIVERIES.get(status["status"])
    if delivery != Delivery.UNDELIVERED:
        return Receipt(status["id"], attempt, delivery)
    errors = status.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    code = first.get("code")
    known = FOR_GOOD.get(code) if isinstance(code, int) else None
    return Receipt(
        status["id"],
        attempt,
        delivery,
        detail=known or (f"error {code}"[:200] if code else "no reason given"),
        says=Says.NOT_HERE if code in UNSUBSCRIBED else Says.NOTHING,
    )


def reply(payload: dict[str, Any]) -> Reply:
    message = payload["message"]
    return Reply(
        Channel.WHATSAPP,
        f"+{message['from']}",
        _text(message),
        is_machines=message.get("type") in WORDLESS,
        has_moved=_has_moved(message),
    )


def _has_moved(message: dict[str, Any]) -> bool:
    """WhatsApp tells that whoever had this number has another one now."""
    system = message.get("system")
    return message.get("type") == "system" and isinstance(system, dict) and system.get("type") in MOVED


def _text(message: dict[str, Any]) -> str:
    """The words of a text, or of the button that was pressed in their place; empty for a picture."""
    interactive = message.get("interactive")
    parts = (
        (message.get("text"), "body"),
        (message.get("button"), "text"),
        (interactive.get("button_reply") if isinstance(interactive, dict) else None, "title"),
    )
    return next((str(part[name]) for part, name in parts if isinstance(part, dict) and name in part), "")
