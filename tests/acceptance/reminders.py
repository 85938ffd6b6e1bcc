"""Reminders: texts, numbers, names, clocks and signatures, in the shape of a case's `expected`."""

import hashlib
import unicodedata
from datetime import UTC, datetime, timedelta

from accounts import names, phones
from notifications import local_time, sms_text
from notifications.channels import twilio_signature
from tests.acceptance.reading import Answer, Case


def _minutes(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%MZ")


def wall_clock(case: Case) -> Answer:
    inputs = case["inputs"]
    zone = local_time.zone(inputs["zone"])
    found = local_time.instants(datetime.fromisoformat(inputs["local"]), zone)
    times = {0: "never", 1: "once", 2: "twice"}[len(found)]
    return {"exists": times, "utc": [_minutes(at) for at in found]}


def time_zone(case: Case) -> Answer:
    inputs, expected = case["inputs"], case["expected"]
    zone = local_time.zone(inputs["zone"])
    first, last = inputs["years"][0], inputs["years"][-1]
    minute = timedelta(minutes=1)
    return {
        "transitions": [
            {
                "at_utc": change.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "offset_before_minutes": change.before // minute,
                "offset_after_minutes": change.after // minute,
            }
            for change in local_time.transitions(zone, first, last)
        ],
        "nine_in_the_morning": [
            {
                "local": one["local"],
                "utc": _minutes(local_time.instant(datetime.fromisoformat(one["local"]), zone)),
            }
            for one in expected["nine_in_the_morning"]
        ],
    }


def sms_segments(case: Case) -> Answer:
    inputs = case["inputs"]
    text = "".join(part * times for part, times in inputs["text_parts"])
    size = sms_text.measure(text)
    return {"encoding": size.encoding, "units": size.units, "segments": size.segments}


def sms_downgrade(case: Case) -> Answer:
    inputs = case["inputs"]
    return {"text": sms_text.downgrade(inputs["text"])}


def phone(case: Case) -> Answer:
    inputs = case["inputs"]
    try:
        e164 = phones.parse(inputs["text"], inputs["region"])
    except ValueError:
        return {"valid": False}
    return {"valid": True, "e164": e164, "international": phones.international(e164)}


def name(case: Case) -> Answer:
    inputs = case["inputs"]
    stored = names.clean(inputs["name"])
    return {
        "nfc": stored,
        "code_points": len(stored),
        "utf8_bytes": len(stored.encode()),
        "direction": names.direction(stored),
        "stored_then_shown_equals_nfc": stored == unicodedata.normalize("NFC", inputs["name"]),
        "sms_encoding": sms_text.measure(stored).encoding,
    }


def webhook_signature(case: Case) -> Answer:
    inputs, expected = case["inputs"], case["expected"]
    body = inputs["body"].encode() if "body" in inputs else None
    form = [(field, value) for field, value in inputs.get("form", [])]
    signature = inputs["header"]["value"]
    is_valid = twilio_signature.validate(
        inputs["auth_token"], url=inputs["url"], signature=signature, form=form, body=body
    )
    answer: Answer = {"valid": is_valid}
    if "url_signed" in expected:
        tried = twilio_signature.spellings(inputs["url"])
        signs = {twilio_signature.sign(inputs["auth_token"], url=url, form=form): url for url in tried}
        answer["url_signed"] = signs.get(signature)
    if "body_sha256" in expected:
        answer["body_sha256"] = _sha256(body or b"")
    return answer


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
