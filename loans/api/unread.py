"""Rows of a batch that are none: a field is missing, unknown, too long or of another type. Each is refused alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from loans.refusals import Code, Refused

LONGEST_WHY = 300

# What pydantic calls it → words after the field's name, with pydantic's own figures.
WORDS: Mapping[str, Promise] = {
    "missing": _("is missing"),
    "extra_forbidden": _("is no field of such a row; leave it out"),
    "string_too_short": _("is empty"),
    "string_too_long": _("has more than %(max_length)d characters"),
    "string_type": _("must be a text in quotes"),
    "int_type": _("must be a whole number"),
    "int_parsing": _("must be a whole number"),
    "int_from_float": _("must be a whole number"),
    "greater_than_equal": _("must be at least %(ge)s"),
    "less_than_equal": _("must be at most %(le)s"),
    "bool_type": _("must be true or false"),
    "bool_parsing": _("must be true or false"),
}


@dataclass(frozen=True)
class Unread:
    """What stands in a batch in a row's place."""

    label: str
    error: ValidationError

    @property
    def why(self) -> Refused:
        """In the language in force, which is not yet known where the row is read."""
        wrong = [(".".join(map(str, one["loc"])), _said(one)) for one in self.error.errors()]
        words = "; ".join(f"{name} {said}" for name, said in wrong)
        return Refused(Code.BAD_FIELD, words[:LONGEST_WHY], wrong[0][0])


def _said(one: Any) -> str:
    words = WORDS.get(one["type"])
    return str(one["msg"]) if words is None else str(words) % one.get("ctx", {})
