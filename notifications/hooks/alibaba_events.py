"""Alibaba Cloud SMS's reports and replies, understood. Pure. Source: Short Message Service, "SmsReport" and "SmsUp"."""

from typing import Any
from uuid import UUID

from notifications.channels.alibaba import e164
from notifications.heard import Fault, Receipt, Reply, Says
from notifications.words import Channel, Delivery

# err_code of a report → why it did not arrive, and what that says of the number: Alibaba Cloud's own words or those of
# the networks, passed on. One word for a number that is gone and for a phone that is off closes nothing at once, and a
# phone that is barred today may be paid for tomorrow.
# Source: Alibaba Cloud, Short Message Service, "API error codes", receipts; China Mobile's CMPP, status reports.
NOT_DELIVERED = {
    "MOBILE_NOT_ON_SERVICE": ("the number is out of use, or the phone off or out of reach", Fault.PERHAPS),
    "INVALID_NUMBER": ("the number is out of use, or the phone off or out of reach", Fault.PERHAPS),
    "MOBILE_ACCOUNT_ABNORMAL": ("the phone is barred or moved to another network", Fault.PERHAPS),
    "MOBLLE_TERMINAL_ERROR": ("the phone is full or cannot take texts", Fault.NONE),
    "MOBILE_SEND_LIMIT": ("this number has had too many texts", Fault.NONE),
    "MOBILE_IN_BLACK": ("the person has unsubscribed, or the network blocks texts to them", Fault.NONE),
    "USER_REJECT": ("the person has unsubscribed", Fault.NONE),
    "CONTENT_KEYWORD": ("the network filtered the text", Fault.NONE),
    "REQUEST_SUCCESS": ("the network gave no reason", Fault.NONE),
    "SP_UNKNOWN_ERROR": ("the network gave no reason", Fault.NONE),
    "NO_ROUTE": ("the provider has no way to this number", Fault.NONE),
    "EXPIRED": ("the phone was off or out of reach", Fault.PERHAPS),
    "UNDELIV": ("the phone is barred or cannot be reached", Fault.PERHAPS),
    "MK:0001": ("the number is unknown or no longer in use", Fault.LIKELY),
    "MK:0005": ("the phone is barred or cannot be reached", Fault.PERHAPS),
    "MBBLACK": ("the network blocks texts to this number", Fault.NONE),
    "DBBLACK": ("the network blocks texts to this number", Fault.NONE),
}

# Too much contact is worse than too little: whoever is on a list of people that do not want us is taken at their word.
UNSUBSCRIBED = {"USER_REJECT", "MOBILE_IN_BLACK"}


def receipt(payload: dict[str, Any]) -> Receipt:
    """An entry of SmsReport: delivered or not, nothing between."""
    report, attempt = payload["report"], UUID(payload["attempt"])
    reference, code = str(report.get("biz_id", "")), str(report.get("err_code") or "")
    if report.get("success") is True:
        return Receipt(reference, attempt, Delivery.DELIVERED)
    if report.get("success") is not False:
        return Receipt(reference, attempt)
    why, fault = NOT_DELIVERED.get(code, (f"error {code}" if code else "no reason given", Fault.NONE))
    says = Says.NOT_HERE if code in UNSUBSCRIBED else Says.NOTHING
    return Receipt(reference, attempt, Delivery.UNDELIVERED, detail=why[:200], fault=fault, says=says)


def reply(payload: dict[str, Any]) -> Reply:
    up = payload["up"]
    return Reply(Channel.SMS, e164(up["phone_number"]), str(up.get("content", "")))
