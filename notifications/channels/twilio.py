"""Text messages through Twilio: the Messages resource of its REST API, 2010-04-01."""

import re
from functools import cache
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from notifications.channels.base import (
    About,
    Accepted,
    Limits,
    Message,
    Outcome,
    RefusedForGood,
    RefusedForNow,
)
from notifications.channels.http import Answer, HttpProvider, Request

SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")

# Twilio's error code → why this text will never reach this number. What is not here may pass later.
# Source: Twilio's error and warning dictionary.
FOR_GOOD = {
    21211: "not a phone number",
    21214: "the number cannot be reached",
    21217: "not a phone number",
    21265: "a short code cannot receive texts",
    21266: "the number is our own",
    21268: "a premium number is not texted",
    21408: "texts to this country are not switched on at the provider",
    21610: "the person has said STOP",
    21612: "the provider has no way to this number",
    21614: "not a mobile number",
    21617: "the text is longer than 1,600 characters",
    21635: "a landline cannot receive texts",
}

# Of these the ones that say: no text will ever reach this number; and: its owner has sent STOP to ours.
ABOUT = {
    **dict.fromkeys((21211, 21217, 21614, 21635), About.ADDRESS),
    21610: About.STOP,
}


class Twilio(HttpProvider):
    """One call per text. There is no client reference: the callback's address carries the attempt's id."""

    name = "twilio"

    @classmethod
    def sender(cls) -> str:
        return str(settings.TWILIO_FROM)

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self._account, self._token = settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN
        self._url = f"{settings.TWILIO_BASE_URL}/2010-04-01/Accounts/{self._account}/Messages.json"
        self._sender = {sender_field(self.sender()): self.sender()}
        self._callback = settings.PORTAL_URL + _callback_path()

    def request(self, message: Message) -> Request:
        form = {"To": message.to, "Body": message.text, **self._sender}
        if message.wants_receipt:
            form["StatusCallback"] = self._callback.format(message.id)
        return Request(self._url, form, user=self._account, password=self._token)

    def is_answer_to(self, request: Request, answer: Answer) -> bool:
        """A message's resource names whom it is for; an error names nobody."""
        to = request.form["To"]
        return bool(answer.json.get("to", to) == to)

    def outcome(self, answer: Answer) -> Outcome:
        """What the answer proves. What it does not prove is unknown, and unknown is never resent."""
        sid, code = answer.json.get("sid"), answer.json.get("code")
        if answer.status == 201 and isinstance(sid, str) and SID.fullmatch(sid):
            return Accepted(sid)
        if 400 <= answer.status < 500 and isinstance(code, int):
            if why := FOR_GOOD.get(code):
                return RefusedForGood(why, ABOUT.get(code, About.MESSAGE))
            if answer.status == 400:
                return RefusedForNow(f"Twilio error {code:d}", answer.retry_after)
        return self.usual(answer)


@cache
def _callback_path() -> str:
    """The callback's path with a gap for the attempt's id: reverse() for each text would take a tenth of its time."""
    some_id = UUID(int=0)
    return reverse("hooks:twilio_status", args=[some_id]).replace(str(some_id), "{}")


def sender_field(sender: str) -> str:
    """Which field names the sender: a number, or a messaging service that picks one."""
    return "MessagingServiceSid" if sender.startswith("MG") else "From"
