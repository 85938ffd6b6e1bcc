"""Alibaba Cloud SMS's reports and replies, understood. Pure. Source: Short Message Service, "SmsReport" and "SmsUp"."""

from typing import Any
from uuid import UUID

from notifications.channels.alibaba import e164
from notifications.heard import Fault, Receipt, Reply
from notifications.words import Channel, Delivery

# err_code of a report → why it did not arrive, and what that says of the number: the networks' own words, passed on.
# A phone that is barred today may be paid for tomorrow. Source: China Mobile's CMPP, status reports.
NOT_DELIVERED = {
    "EXPIRED": ("the phone was off or out of reach", Fault.PERHAPS),
    "UNDELIV": ("the phone is barred or cannot be reached", Fault.PERHAPS),
    "MK:0001": ("the number is unknown or no longer in use", Fault.LIKELY),
    "MK:0005": ("the phone is barred or cannot be reached", Fault.PERHAPS),
    "MBBLACK": ("the network blocks texts to this number", Fault.NONE),
    "DBBLACK": ("the network blocks texts to this number", Fault.NONE),
}


def receipt(payload: dict[str, Any]) -> Receipt:
    """An entry of SmsReport: delivered or not, nothing between."""
    report, attempt = payload["report"], UUID(payload["attempt"])
    reference, code = str(report.get("biz_id", "")), report.get("err_code")
    if report.get("success") is True:
        return Receipt(reference, attempt, Delivery.DELIVERED)
    if report.get("success") is not False:
        return Receipt(reference, attempt)
    why, fault = NOT_DELIVERED.get(str(code), (f"error {code}" if code else "no reason given", Fault.NONE))
    return Receipt(reference, attempt, Delivery.UNDELIVERED, detail=why[:200], fault=fault)


def reply(payload: dict[str, Any]) -> Reply:
    up = payload["up"]
    return Reply(Channel.SMS, e164(up["phone_number"]), str(up.get("content", "")))
