"""Receipts and replies of providers that a TOML file describes, understood by that file."""

from typing import Any
from uuid import UUID

from notifications import gateway_file
from notifications.channels.gateway import as_text
from notifications.gateway_file import Hook, at
from notifications.heard import Fault, Receipt, Reply
from notifications.words import Channel, Delivery


def receipt(payload: dict[str, Any]) -> Receipt:
    hook, entry = _hook(payload, "receipt"), payload["entry"]
    delivery = hook.states.get(as_text(at(entry, hook.paths["state"])))
    why = as_text(at(entry, hook.paths["why"])) if hook.paths["why"] else ""
    detail = (f"error {why}"[:200] if why else "no reason given") if delivery == Delivery.UNDELIVERED else ""
    fault = hook.faults.get(why, Fault.NONE) if delivery == Delivery.UNDELIVERED else Fault.NONE
    reference = as_text(at(entry, hook.paths["id"]))
    return Receipt(reference, UUID(payload["attempt"]), delivery, detail, fault)


def reply(payload: dict[str, Any]) -> Reply:
    hook, entry = _hook(payload, "reply"), payload["entry"]
    number = as_text(at(entry, hook.paths["from"]))
    return Reply(Channel.SMS, f"+{number.removeprefix('+')}", as_text(at(entry, hook.paths["text"])))


def _hook(payload: dict[str, Any], kind: str) -> Hook:
    file = gateway_file.load(payload["of"])
    hook = file.receipt if kind == "receipt" else file.reply
    if hook is None:
        raise KeyError(kind)
    return hook
