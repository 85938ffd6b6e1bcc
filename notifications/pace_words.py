"""The pace in plain words: what it is called, what a habit reads like, and why a rung was kept or left out."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from notifications.habit import Habit, Kind
from notifications.pace import Pace

Facts = Mapping[str, Any]

LABELS: dict[Pace, Promise] = {
    "auto": _("As you pay: fewer and softer reminders where you pay on time"),
    "gentle": _("Gentle: once before the due date, once on it, once after it"),
    "standard": _("Standard: every reminder you chose"),
    "close": _("Close: every reminder, whatever you usually do"),
    "off": _("None, except what the law requires"),
}


def habit_sentence(habit: Habit) -> str:
    """How the person pays and what the pace `auto` makes of it, in the active language."""
    match habit.kind:
        case Kind.EARLY:
            return _early({"days": -habit.typical_offset, "prompted": habit.answers_reminders})
        case Kind.ON_DAY:
            return _on_day({})
        case Kind.LATE:
            return _late(habit.typical_offset)
        case Kind.IRREGULAR:
            return gettext("You pay on different days each time, so we send every reminder you chose.")
        case Kind.AUTOPAY if habit.autopay_failed:
            return gettext("Your automatic payment failed, so we send every reminder you chose.")
        case Kind.AUTOPAY:
            return _autopay({})
        case Kind.NEW:
            return gettext("We do not know yet how you pay, so we send every reminder you chose.")


def _late(days: int) -> str:
    text = ngettext(
        "You usually pay %(days)d day after the due date, so we send every reminder you chose.",
        "You usually pay %(days)d days after the due date, so we send every reminder you chose.",
        days,
    )
    return text % {"days": days}


def _early(facts: Facts) -> str:
    days = facts["days"]
    if facts["prompted"]:
        text = ngettext(
            "You usually pay after our reminder, %(days)d day before the due date, so we send only that one.",
            "You usually pay after our reminder, %(days)d days before the due date, so we send only that one.",
            days,
        )
    else:
        text = ngettext(
            "You usually pay %(days)d day before the due date, so we send one reminder, and none if you have paid.",
            "You usually pay %(days)d days before the due date, so we send one reminder, and none if you have paid.",
            days,
        )
    return text % {"days": days}


def _on_day(facts: Facts) -> str:
    return gettext("You usually pay on time, so we remind you shortly before the due date and on it.")


def _autopay(facts: Facts) -> str:
    return gettext("Your bills are paid automatically, so we write only if that fails.")


def _reliable(facts: Facts) -> str:
    return gettext(
        "You paid %(on_time)d of your last %(bills)d bills on time, so this is only a short note."
    ) % {
        "on_time": facts["on_time"],
        "bills": facts["bills"],
    }


def _says(text: Promise) -> Callable[[Facts], str]:
    return lambda facts: str(text)


# rule id → its sentence, as in reasons.SENTENCES
SENTENCES: dict[str, Callable[[Facts], str]] = {
    "pace.off": _says(_("You chose no reminders.")),
    "pace.gentle": _says(_("You chose the gentle pace, which leaves this reminder out.")),
    "pace.early": _early,
    "pace.on_day": _on_day,
    "pace.autopay": _autopay,
    "pace.reliable": _reliable,
    "pace.first_slip": _says(
        _(
            "This is the first late bill after a year of paying on time, so we wait longer and only send a short note."
        )
    ),
}
