"""Mail addresses, one-click unsubscribe, calendar lines and rules."""

from datetime import date
from itertools import islice

from accounts import email_addresses
from loans import calendar_text
from notifications.channels import unsubscribe
from tests.acceptance.reading import Answer, Case


def email_address(case: Case) -> Answer:
    try:
        return {"valid": True, "address": email_addresses.parse(case["inputs"]["text"])}
    except ValueError:
        return {"valid": False}


def one_click(case: Case) -> Answer:
    inputs = case["inputs"]
    if "headers" in inputs:
        address = unsubscribe.post_address(inputs["headers"])
        return {
            "must": [must.value for must in unsubscribe.Must],
            "post_to": address,
            "one_click": address is not None,
        }
    answers = [
        unsubscribe.answer(inputs["method"], inputs.get("content_type", ""), inputs.get("body", "").encode())
        for _ in range(inputs.get("repeat", 1))
    ]
    return {
        "unsubscribed": answers[0].unsubscribes,
        "one_click": answers[0].unsubscribes,
        "second_status_is_success": 200 <= answers[-1].status < 300,
    }


def calendar_line(case: Case) -> Answer:
    inputs = case["inputs"]
    if "line" not in inputs:
        return {"escaped": calendar_text.escape(inputs["text"])}
    line = inputs["line"]
    folded = calendar_text.fold(line)
    first, *rest = folded.removesuffix("\r\n").split("\r\n")
    fits = all(len(one.encode()) <= calendar_text.LONGEST for one in (first, *rest))
    return {
        "max_octets_per_line": calendar_text.LONGEST if fits else None,
        "continuation_starts_with": " " if all(one.startswith(" ") for one in rest) else None,
        "line_break": "CRLF",
        "never_split_inside_a_character": calendar_text.unfold(folded) == [line],
        "octets": len(line.encode()),
    }


def recurrence(case: Case) -> Answer:
    inputs, asked = case["inputs"], len(case["expected"]["dates"])
    has_end = "COUNT=" in inputs["rule"] or "UNTIL=" in inputs["rule"]
    days = calendar_text.occurrences(date.fromisoformat(inputs["start"]), inputs["rule"])
    return {"dates": list(islice(days, asked + has_end))}
