"""The parts of the preferences page: each says what is chosen in it, and stands open where one must look into it."""

from dataclasses import dataclass

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications import choice_words
from notifications.choice import Choice

TITLES: dict[str, Promise] = {
    "ways": _("How we reach you"),
    "when": _("When"),
    "often": _("How often"),
    "wording": _("How we write"),
}
# How the names of a part's fields begin.
_FIELDS = {
    "ways": ("ways_for", "channel_"),
    "when": ("lead_days", "hours", "from_", "to_"),
    "often": ("pace", "max_per_week", "paused_until"),
    "wording": ("is_", "language"),
}


@dataclass(frozen=True)
class Fold:
    """One part."""

    name: str
    title: str
    now: list[str]  # what is chosen, in sentences
    is_open: bool


def folds(form: forms.Form, chosen: Choice, *, language: str, asked: str = "") -> dict[str, Fold]:
    """All parts by their names. chosen, language: what their sentences say. asked: the part that a link leads to.

    Where something is wrong, what else was changed stands open too: the sentences know only of what could be kept.
    """
    is_open = {part_of(field) for field in (*form.errors, *(form.changed_data if form.errors else ()))}
    words = choice_words.parts(chosen, language=language)
    return {
        name: Fold(name, str(title), words[name], is_open=name in is_open or name == asked)
        for name, title in TITLES.items()
    }


def part_of(field: str) -> str:
    """The part in which a field stands."""
    return next(name for name, begins in _FIELDS.items() if field.startswith(begins))
