"""Text messages through any provider whose HTTP interface a TOML file describes (notifications.gateway_file)."""

from typing import Any, Self

from notifications import gateway_file
from notifications.channels.base import (
    Accepted,
    Limits,
    Message,
    Outcome,
    RefusedForGood,
    RefusedForNow,
    Unknown,
)
from notifications.channels.http import SET_UP_WRONG, Answer, HttpProvider, Request
from notifications.gateway_file import Gateway, Rule, at

LONGEST_ID = 128  # characters


class GatewayProvider(HttpProvider):
    """One class for all of them; the name in the settings says which file."""

    def __init__(self, limits: Limits, name: str) -> None:
        super().__init__(limits)
        self.name = name
        self._file: Gateway = gateway_file.load(name)

    @classmethod
    def named(cls, name: str, limits: Limits) -> Self:
        return cls(limits, name)

    def request(self, message: Message) -> Request:
        file, auth = self._file, self._file.auth
        values = {
            "to": message.to,
            "text": message.text,
            "reference": str(message.id),
            "sender": file.sender,
        }
        fields = gateway_file.filled(file.fields, values)
        headers = dict(file.headers)
        if auth.kind == "bearer":
            headers["Authorization"] = f"Bearer {auth.secret}"
        elif auth.kind == "header":
            headers[auth.header] = auth.secret
        return Request(
            file.url,
            form={} if file.body == "json" else {name: str(value) for name, value in fields.items()},
            json=fields if file.body == "json" else None,
            user=auth.user,
            password=auth.secret if auth.kind == "basic" else "",
            headers=headers,
            method=file.method,
        )

    def outcome(self, answer: Answer) -> Outcome:
        """What the first rule that fits says; what none fits is judged as at any provider."""
        rule = next((rule for rule in self._file.rules if _fits(rule, answer)), None)
        if rule is None:
            return self.usual(answer)
        match rule.means:
            case "accepted":
                return self._accepted(answer)
            case "refused_for_good":
                return RefusedForGood(rule.why, rule.about)
            case "refused_for_now":
                return RefusedForNow(rule.why, answer.retry_after)
            case "set_up_wrong":
                return SET_UP_WRONG
            case _:
                return Unknown(rule.why or "the provider did not say")

    def _accepted(self, answer: Answer) -> Outcome:
        if not self._file.id:
            return Accepted("")
        reference = as_text(at(answer.json, self._file.id))
        if not 0 < len(reference) <= LONGEST_ID:
            return Unknown("accepted without a reference")
        return Accepted(reference)


def _fits(rule: Rule, answer: Answer) -> bool:
    if rule.status and answer.status not in rule.status:
        return False
    if not rule.where:
        return True
    found = as_text(at(answer.json, rule.where))
    return found in rule.values if rule.values else bool(found)


def as_text(value: Any) -> str:
    """A value of JSON as a rule writes it: true and false in lower case, numbers in digits; "" for anything else."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""
