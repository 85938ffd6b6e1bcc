"""Twilio's words: its answers and errors, as the sandbox speaks them. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from secrets import token_hex
from typing import Any

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164
LONGEST_BODY = 1600  # characters

# Numbers that Twilio's test credentials answer with an error, and the error. Source: Twilio, "Test
# credentials".
MAGIC = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}

ERRORS = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "Internal Server Error"),
    21211: (400, "Invalid 'To' Phone Number"),
    21408: (400, "Permission to send an SMS has not been enabled for the region"),
    21602: (400, "Message body is required"),
    21603: (400, "A 'From' phone number is required"),
    21604: (400, "A 'To' phone number is required"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21612: (400, "The 'To' phone number is not currently reachable using the 'From' phone number"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
}


def problem(form: Mapping[str, Any]) -> int | None:
    """Why Twilio would refuse this message: its error code, or None."""
    to, body = str(form.get("To", "")), str(form.get("Body", ""))
    if not to:
        return 21604
    if not NUMBER.fullmatch(to):
        return 21211
    if not (form.get("From") or form.get("MessagingServiceSid")):
        return 21603
    if not body:
        return 21602
    if len(body) > LONGEST_BODY:
        return 21617
    return MAGIC.get(to)


def error(code: int) -> tuple[int, dict[str, Any]]:
    """HTTP status and body of an error."""
    status, message = ERRORS[code]
    body = {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return status, body


def new_sid() -> str:
    return f"SM{token_hex(16)}"


def resource(account: str, sid: str, form: Mapping[str, Any], *, status: str) -> dict[str, Any]:
    """The Message resource, with the fields of API 2010-04-01."""
    now = format_datetime(datetime.now(UTC))
    return {
        "sid": sid,
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": form.get("Body", ""),
        "date_created": now,
        "date_sent": None,
        "date_updated": now,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": form.get("From"),
        "messaging_service_sid": form.get("MessagingServiceSid"),
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "status": status,
        "to": form.get("To", ""),
        "uri": f"/2010-04-01/Accounts/{account}/Messages/{sid}.json",
    }
