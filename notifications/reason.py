"""A reason: the rule that spoke, where it comes from, and the facts it spoke on. Pure and storable."""

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

_AS_TEXT = json.JSONEncoder(ensure_ascii=False)
NO_FACTS: Mapping[str, Any] = MappingProxyType({})


class Reason(NamedTuple):
    """rule: its id, as reasons.SENTENCES knows it. source: citation, empty for the borrower's own choice."""

    rule: str
    facts: Mapping[str, Any] = NO_FACTS  # JSON values: text, numbers, ISO dates
    source: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"rule": self.rule, "facts": dict(self.facts), "source": self.source}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Reason":
        return cls(stored["rule"], stored.get("facts", {}), stored.get("source", ""))


def to_json(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    return [reason.to_json() for reason in reasons]


def from_json(stored: Iterable[Mapping[str, Any]]) -> tuple[Reason, ...]:
    return tuple(Reason.from_json(one) for one in stored)


def dumps(reasons: Iterable[Reason]) -> str:
    """As JSON text, for SQL that writes many rows at once."""
    return _AS_TEXT.encode(to_json(reasons))


def says(reasons: Iterable[Reason], rule: str) -> bool:
    """Is this rule among the reasons?"""
    return any(reason.rule == rule for reason in reasons)
