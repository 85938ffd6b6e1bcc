"""Twilio's status callbacks and inbound texts, understood. Pure. Source: Twilio's Messages resource, API 2010-04-01."""

from typing import Any
from uuid import UUID

from notifications.heard import Fault, Receipt, Reply
from notifications.words import Channel, Delivery

# MessageStatus → ours. The first four all say: not yet with the network.
DELIVERIES = {
    "accepted": Delivery.QUEUED,
    "scheduled": Delivery.QUEUED,
    "queued": Delivery.QUEUED,
    "sending": Delivery.QUEUED,
    "sent": Delivery.SENT,
    "undelivered": Delivery.UNDELIVERED,  # the network or the phone did not take it
    "failed": Delivery.UNDELIVERED,  # Twilio took it and then could not send it
    "canceled": Delivery.UNDELIVERED,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
}

# ErrorCode of a receipt → why it did not arrive, and what that says of the number. Each of them is sometimes told of a
# phone that is fine tomorrow (an unreachable network is 30006 like a landline), so none closes a number by itself.
# What the network filtered is our text's fault, not the number's. Source: Twilio's error and warning dictionary.
NOT_DELIVERED = {
    "30003": ("the phone was off or out of reach", Fault.PERHAPS),
    "30004": ("the phone or its network blocks our texts", Fault.PERHAPS),
    "30005": ("the number is unknown or no longer in use", Fault.LIKELY),
    "30006": ("the number is a landline, or its network cannot be reached", Fault.LIKELY),
    "30007": ("the network filtered the text", Fault.NONE),
    "30008": ("the network gave no reason", Fault.NONE),
    "30034": ("our sending number is not registered with the networks", Fault.NONE),
}


def receipt(payload: dict[str, Any]) -> Receipt:
    form, attempt = payload["form"], UUID(payload["attempt"])
    delivery = DELIVERIES.get(form["MessageStatus"])
    if delivery != Delivery.UNDELIVERED:
        return Receipt(form["MessageSid"], attempt, delivery)
    code = form.get("ErrorCode", "")
    why, fault = NOT_DELIVERED.get(code, (f"error {code}" if code else "no reason given", Fault.NONE))
    return Receipt(form["MessageSid"], attempt, delivery, detail=why[:200], fault=fault)


def reply(payload: dict[str, Any]) -> Reply:
    form = payload["form"]
    return Reply(Channel.SMS, form["From"], form.get("Body", ""), keyword=form.get("OptOutType", ""))
