"""A choice in words: what the person reads beside it, and what stands in the consent record."""

from datetime import date

from django.utils import dates
from django.utils.translation import gettext, ngettext

from accounts.models import LANGUAGES
from loans.templatetags import money
from notifications import pace_words
from notifications.choice import Choice, Window
from notifications.words import Category, Channel


def parts(choice: Choice, *, language: str) -> dict[str, list[str]]:
    """The whole choice by the parts of its page, one sentence per subject, in the active language. language: the one
    chosen."""
    return {
        "ways": _all_ways(choice),
        "when": [_lead_days(choice.lead_days), _hours(choice)],
        "often": [
            gettext("%(pace)s.") % {"pace": pace_words.LABELS[choice.pace]},
            _most(choice.max_per_week),
            _pause(choice.paused_until),
        ],
        "wording": [
            _discreet(choice.is_discreet),
            *([gettext("Messages in plain words.")] if choice.is_simple else []),
            *([gettext("E-mails and statements in large print.")] if choice.is_large else []),
            gettext("Language: %(language)s.") % {"language": dict(LANGUAGES)[language]},
        ],
    }


def lines(choice: Choice, *, language: str) -> list[str]:
    """The sentences of all parts."""
    return [line for part in parts(choice, language=language).values() for line in part]


def text(choice: Choice, *, language: str) -> str:
    """The lines as one text."""
    return "\n".join(lines(choice, language=language))


def _all_ways(choice: Choice) -> list[str]:
    if len(set(choice.channels.values())) == 1:
        return [gettext("All messages: %(ways)s.") % {"ways": _order(choice.channels["due"])}]
    return [_ways(category, channels) for category, channels in choice.channels.items()]


def _ways(category: str, channels: tuple[str, ...]) -> str:
    return gettext("Messages %(category)s: %(ways)s.") % {
        "category": Category(category).label,
        "ways": _order(channels),
    }


def _order(channels: tuple[str, ...]) -> str:
    # Translators: joins the ways of reaching a person in their order.
    return gettext(", then ").join(str(Channel(channel).label) for channel in channels) or gettext("none")


def _hours(choice: Choice) -> str:
    windows = set(choice.windows.values())
    if len(windows) == 1:
        return gettext("Every day: %(hours)s.") % {"hours": _window(windows.pop())}
    days = (
        gettext("%(day)s: %(hours)s") % {"day": dates.WEEKDAYS[day], "hours": _window(window)}
        for day, window in sorted(choice.windows.items())
    )
    return gettext("%(days)s.") % {"days": gettext(", ").join(days)}


def _window(window: Window | None) -> str:
    if window is None:
        return gettext("no messages")
    return gettext("%(start)s to %(end)s") % {"start": f"{window[0]:%H:%M}", "end": f"{window[1]:%H:%M}"}


def _lead_days(days: frozenset[int]) -> str:
    if not days:
        return gettext("No reminder before a bill is due.")
    each = (
        gettext("on the day")
        if number == 0
        else ngettext("%(days)d day before", "%(days)d days before", number) % {"days": number}
        for number in sorted(days, reverse=True)
    )
    return gettext("Before a bill is due: %(days)s.") % {"days": gettext(", ").join(each)}


def _most(number: int) -> str:
    text = ngettext(
        "At most %(number)d message in seven days.", "At most %(number)d messages in seven days.", number
    )
    return text % {"number": number}


def _pause(until: date | None) -> str:
    if until is None:
        return gettext("No pause.")
    return gettext("Reminders are paused until %(day)s.") % {"day": money.day(until)}


def _discreet(is_discreet: bool) -> str:
    if is_discreet:
        return gettext("Discreet: texts and e-mails say only that a message waits.")
    return gettext("Texts and e-mails say which bill they are about.")
