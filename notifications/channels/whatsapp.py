"""WhatsApp through Meta's Cloud API: POST /{phone-number-id}/messages of the Graph API.

We begin a conversation only with a template that Meta has approved; to what a person has just written we may answer in
free words for 24 hours. Our attempt's id travels as `biz_opaque_callback_data`, which each status brings back. A
message cannot be asked for by it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings

from notifications.channels.base import (
    About,
    Accepted,
    Message,
    Outcome,
    RefusedForGood,
    RefusedForNow,
    Unknown,
)
from notifications.channels.http import SET_UP_WRONG, Answer, HttpProvider, Request

LONGEST_ID = 128  # characters; a wamid has about 60

# Meta's error code → why this message will never reach this number; the next channel of the person's order is used.
# Source: Meta, WhatsApp Cloud API, "Error codes"; so are the tables below.
FOR_GOOD = {
    130472: "WhatsApp keeps this number out of such messages",
    131021: "the number is our own",
    131026: "the number has no WhatsApp that takes it",
    131047: "more than 24 hours since the person wrote, and no template",
    131050: "the person has told WhatsApp to stop such messages",
    131051: "WhatsApp does not know this kind of message",
    132000: "the template wants another number of values",
    132001: "WhatsApp has no approved template of this name and language",
    132005: "the text is longer than the template allows",
    132007: "the template breaks WhatsApp's policy",
    132012: "a value does not have the form the template wants",
    132015: "WhatsApp has paused the template",
    132016: "WhatsApp has disabled the template for good",
}

# No error says that the number is dead: one without WhatsApp may well take calls and texts.
UNSUBSCRIBED = {131050}

FOR_NOW: Mapping[int, tuple[str, timedelta | None]] = {
    4: ("WhatsApp asks us to slow down", None),
    80007: ("WhatsApp asks us to slow down", None),
    130429: ("WhatsApp asks us to slow down", None),
    131048: ("our number's limit of the day is reached", timedelta(hours=1)),
    131049: ("WhatsApp spares this person further messages for now", timedelta(hours=24)),
    131056: ("too many messages to this number in a short time", timedelta(minutes=1)),
    131057: ("our account is under maintenance at WhatsApp", None),
}

SET_UP = frozenset((0, 3, 10, 33, 190, 368, 131005, 131031, 131042, 131045, 133010, *range(200, 300)))
PERHAPS_SENT = frozenset((1, 2, 131000, 131016))  # it broke, who knows where


class WhatsApp(HttpProvider):
    """One call per message."""

    name = "whatsapp"
    needs_approved = True
    answers_freely = True

    def request(self, message: Message) -> Request:
        url = f"{settings.WHATSAPP_BASE_URL}/{settings.WHATSAPP_PHONE_NUMBER_ID}/messages"
        content = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": message.to,
            "biz_opaque_callback_data": str(message.id),
            **self._words(message),
        }
        return Request(
            url, json=content, headers={"Authorization": f"Bearer {settings.WHATSAPP_ACCESS_TOKEN}"}
        )

    def _words(self, message: Message) -> dict[str, Any]:
        words = message.approved.get(self.name)
        if words is None:
            return {"type": "text", "text": {"body": message.text, "preview_url": False}}
        template: dict[str, Any] = {"name": words.code, "language": {"code": words.language}}
        if words.values:
            gaps = [
                {"type": "text", **({"parameter_name": name} if name else {}), "text": value}
                for name, value in words.values
            ]
            template["components"] = [{"type": "body", "parameters": gaps}]
        return {"type": "template", "template": template}

    def is_answer_to(self, request: Request, answer: Answer) -> bool:
        """An answer names whom it is for; an error names nobody."""
        contact = _first(answer.json.get("contacts"))
        to = (request.json or {}).get("to")
        return bool(contact.get("input", to) == to)

    def outcome(self, answer: Answer) -> Outcome:
        """What the answer proves: the error's code says it, whatever the HTTP status."""
        message, error = _first(answer.json.get("messages")), answer.json.get("error")
        reference = message.get("id")
        if answer.status == 200 and isinstance(reference, str) and 0 < len(reference) <= LONGEST_ID:
            return Accepted(reference)
        code = error.get("code") if isinstance(error, dict) else None
        if not isinstance(code, int):
            return self.usual(answer)
        if code in SET_UP:
            return SET_UP_WRONG
        if why := FOR_GOOD.get(code):
            return RefusedForGood(why, About.CHANNEL if code in UNSUBSCRIBED else About.MESSAGE)
        if passing := FOR_NOW.get(code):
            return RefusedForNow(passing[0], answer.retry_after or passing[1])
        if code in PERHAPS_SENT or not 400 <= answer.status < 500:
            return Unknown(f"WhatsApp error {code:d}")
        return RefusedForNow(f"WhatsApp error {code:d}", answer.retry_after)


def _first(listed: Any) -> Mapping[str, Any]:
    return listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}
