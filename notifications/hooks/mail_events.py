"""What a mail provider tells us, in django-anymail's words, understood. Pure: the payloads are those of hooks.mail."""

import re
from hashlib import sha256
from typing import Any

from notifications.channels.email import reference_of
from notifications.heard import Fault, Receipt, Reply, Says
from notifications.hooks.body import as_uuid
from notifications.words import Channel, Delivery

# anymail's event_type → ours. Whether a person opened a mail or clicked in it is theirs: those are not even kept.
DELIVERIES = {
    "queued": Delivery.QUEUED,
    "deferred": Delivery.QUEUED,  # the other side asks for patience; a verdict follows
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "rejected": Delivery.UNDELIVERED,
    "failed": Delivery.UNDELIVERED,
    "bounced": Delivery.UNDELIVERED,
    "complained": Delivery.DELIVERED,  # it arrived, and was not wanted
}
KEPT = frozenset(DELIVERIES) | {"unsubscribed"}

WHY_NOT = {
    "rejected": "the mail provider does not send to this address",
    "failed": "the mail provider could not send it",
    "bounced": "the mailbox did not take it",
}
# anymail's reject_reason → whether the address itself is at fault.
AT_FAULT = {
    "invalid": Fault.SURE,
    "bounced": Fault.SURE,
    "timed_out": Fault.PERHAPS,
    "blocked": Fault.PERHAPS,
}
SAYS = {
    "complained": Says.COMPLAINT,
    "spam": Says.COMPLAINT,  # rejected for an earlier complaint
    "unsubscribed": Says.NOT_HERE,
}

# A mailbox that is full or a server that is busy says 4.x.x, or 5.2.2 (RFC 3463): tomorrow it may take a mail.
_FOR_NOW = re.compile(r"\b(4\.\d{1,3}\.\d{1,3}|5\.2\.2)\b")
_SOFT = ("softbounce", "transient", "temporary", "undetermined")  # how providers name the kind of a bounce

_QUOTE = re.compile(
    r"^(>|-{2,} ?(original message|forwarded message|原始邮件|原始郵件)|_{10,}$|(from|发件人|寄件者|寄件人)[:：] ?\S"
    r"|on .{5,200} wrote:$|.{5,200}(写道|寫道)[:：]$)",
    re.IGNORECASE,
)
_SIGNATURE = "--"
_OURS = re.compile(r"<([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})@")


def receipt(payload: dict[str, Any]) -> Receipt:
    """payload: event_type, message_id, attempt, reject_reason, response, bounce_kind; strings, empty where unknown."""
    event_type, reason = payload["event_type"], payload["reject_reason"]
    is_refused = DELIVERIES.get(event_type) == Delivery.UNDELIVERED
    return Receipt(
        reference_of(payload["message_id"]),
        as_uuid(payload["attempt"]),
        DELIVERIES.get(event_type),
        detail=WHY_NOT.get(event_type, ""),
        fault=_fault(payload) if is_refused else Fault.NONE,
        says=SAYS.get(event_type) or SAYS.get(reason, Says.NOTHING),
    )


def _fault(payload: dict[str, Any]) -> Fault:
    fault = AT_FAULT.get(payload["reject_reason"], Fault.NONE)
    kind = payload["bounce_kind"].casefold()
    if fault == Fault.SURE and (any(soft in kind for soft in _SOFT) or _FOR_NOW.search(payload["response"])):
        return Fault.PERHAPS
    return fault


def reply(payload: dict[str, Any]) -> Reply:
    """payload: from, subject, text, stripped_text, references, is_automatic."""
    text = payload["stripped_text"] or own_words(payload["text"])
    found = _OURS.search(payload["references"])
    return Reply(
        Channel.EMAIL,
        payload["from"].lower(),
        text.strip() or payload["subject"].strip(),
        answers=as_uuid(found[1]) if found else None,
        is_machines=payload["is_automatic"],
    )


def own_words(text: str) -> str:
    """What the person wrote themselves: without our mail that they quote, and without a signature."""
    kept: list[str] = []
    for line in text.splitlines():
        if _QUOTE.match(line.strip()) or line.rstrip() == _SIGNATURE:
            break
        kept.append(line)
    return "\n".join(kept).strip()


def key(*parts: str) -> str:
    """One key for one event, whatever is in it and however long."""
    return sha256("\0".join(parts).encode()).hexdigest()
