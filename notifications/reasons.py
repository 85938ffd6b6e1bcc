"""Reasons in plain words: one sentence per rule, for the borrower and, with the source, for staff."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_datetime, get_day_names
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from notifications import pace_words
from notifications.reason import Reason, from_json
from notifications.words import Category, Channel, HoldReason

Facts = Mapping[str, Any]


def sentence(reasons: Iterable[Reason] | Iterable[Mapping[str, Any]], *, audience: str = "borrower") -> str:
    """All reasons of one decision as plain sentences in the active language.

    reasons: Reason values, or as stored. audience: "borrower", or "staff", who also see rule and source.
    """
    parts = []
    for reason in reasons:
        known = reason if isinstance(reason, Reason) else from_json([reason])[0]
        text = (SENTENCES.get(known.rule) or _BY_KIND.get(known.facts.get("kind", ""), _policy))(known.facts)
        if audience == "staff":
            text = f"{text} [{_proof(known)}]"
        parts.append(text)
    return " ".join(parts)


def _proof(known: Reason) -> str:
    """For staff: the rule, the version of its rulebook, and its source."""
    version = known.facts.get("version")
    rule = f"{known.rule}@{version}" if version else known.rule
    return f"{rule}: {known.source}" if known.source else rule


def _babel() -> str:
    """The active language as Babel names it."""
    return {"zh-hans": "zh_Hans", "zh-hant": "zh_Hant"}.get(get_language() or "en", "en")


def _day(iso: str) -> str:
    return str(format_date(date.fromisoformat(iso), "long", locale=_babel()))


def _weekday(number: int) -> str:
    return str(get_day_names("wide", locale=_babel())[number])


def _names(values: Iterable[str], words: type[Channel] | type[Category]) -> str:
    return gettext(", ").join(str(words(value).label) for value in values)


def _lead_day(facts: Facts) -> str:
    days = facts["days"]
    if days == 0:
        return gettext("You chose a reminder on the day a bill is due.")
    text = ngettext(
        "You chose a reminder %(days)d day before a bill is due.",
        "You chose a reminder %(days)d days before a bill is due.",
        days,
    )
    return text % {"days": days}


def _overdue(facts: Facts) -> str:
    text = ngettext(
        "A bill was still open %(days)d day after it was due on %(day)s.",
        "A bill was still open %(days)d days after it was due on %(day)s.",
        facts["days"],
    )
    return text % {"days": facts["days"], "day": _day(facts["due_on"])}


def _channel(facts: Facts) -> str:
    return gettext("You chose this way first: %(channel)s.") % {
        "channel": _names([facts["channel"]], Channel)
    }


def _next_channel(facts: Facts) -> str:
    return gettext("We could not use %(passed)s, so it went by the next way you chose: %(channel)s.") % {
        "passed": _names(facts["passed"], Channel),
        "channel": _names([facts["channel"]], Channel),
    }


def _no_channel(facts: Facts) -> str:
    return gettext("We have no verified address for %(passed)s, so it is in your inbox here.") % {
        "passed": _names(facts["passed"], Channel)
    }


def _window(facts: Facts) -> str:
    return gettext("Not on %(when)s, because that is outside the hours you chose.") % {"when": _when(facts)}


def _quiet(facts: Facts) -> str:
    return gettext("Not on %(when)s, because we are quiet at night.") % {"when": _when(facts)}


def _when(facts: Facts) -> str:
    at = datetime.fromisoformat(facts["at"])
    return f"{_weekday(facts['weekday'])} {format_datetime(at, 'HH:mm', locale=_babel())}"


def _daily(facts: Facts) -> str:
    return gettext("Not on %(day)s, because you had already had a message that day.") % {
        "day": _weekday(facts["weekday"])
    }


def _week(facts: Facts) -> str:
    text = ngettext(
        "Later, because you chose at most %(most)d message in seven days.",
        "Later, because you chose at most %(most)d messages in seven days.",
        facts["most"],
    )
    return text % {"most": facts["most"]}


def _pause(facts: Facts) -> str:
    return gettext("Later, because you paused reminders until %(day)s.") % {"day": _day(facts["until"])}


def _law_hours(facts: Facts) -> str:
    return gettext("Not on %(when)s, because the rules where you live allow no message then.") % {
        "when": _when(facts)
    }


def _law_holiday(facts: Facts) -> str:
    return gettext("Not on %(when)s, because that is a public holiday where you live.") % {
        "when": _when(facts)
    }


def _law_cap(facts: Facts) -> str:
    return gettext("Later, because the rules where you live allow no more messages in these days.")


def _law_content(facts: Facts) -> str:
    return gettext("No reminder, because the rules where you live ask for more than this message may say.")


def _law_bar(facts: Facts) -> str:
    return gettext("No reminder, because the rules where you live do not allow it.")


def _hold(facts: Facts) -> str:
    why = gettext(", ").join(_why_silent(value) for value in facts["holds"])
    if until := facts.get("until"):
        return gettext("Not before %(day)s, because %(why)s.") % {"day": _day(until), "why": why}
    return gettext("No reminder, because %(why)s.") % {"why": why}


def _why_silent(hold: str) -> str:
    """As both the person and staff may read it: the stop's own label speaks of the person to staff."""
    if hold == HoldReason.STOP:
        return gettext("reminders were stopped on request")
    return str(HoldReason(hold).label)


def _category_off(facts: Facts) -> str:
    return gettext("You chose no message of this kind: %(category)s.") % {
        "category": _names([facts["category"]], Category)
    }


def _lead_day_off(facts: Facts) -> str:
    if facts["days"] == 0:
        return gettext("You chose no reminder on the day a bill is due.")
    text = ngettext(
        "You chose no reminder %(days)d day before a bill is due.",
        "You chose no reminder %(days)d days before a bill is due.",
        facts["days"],
    )
    return text % {"days": facts["days"]}


def _digest(facts: Facts) -> str:
    return gettext("It speaks of %(bills)d bills at once, so that you get one message.") % {
        "bills": facts["bills"]
    }


def _retry(facts: Facts) -> str:
    return gettext("The first try did not get through, so we tried again.")


def _policy(facts: Facts) -> str:
    return gettext("Later, because of a rule of contact.")


def _says(text: Any) -> Callable[[Facts], str]:
    return lambda facts: str(text)


# kind of a rulebook's rule → its sentence, for the hundreds of rules that have none of their own
_BY_KIND: dict[str, Callable[[Facts], str]] = {
    "contact_hours": _law_hours,
    "holidays": _law_holiday,
    "cap": _law_cap,
    "content_required": _law_content,
    "content_prohibited": _law_content,
    "consent": _law_bar,
    "opt_out": _law_bar,
    "third_party": _law_bar,
    "workplace": _law_bar,
    "hold": _law_bar,
}
# rule id → its sentence. A rule without one would explain nothing: tests/notifications/test_reasons.py walks
# all.
SENTENCES: dict[str, Callable[[Facts], str]] = {
    **pace_words.SENTENCES,
    "choice.lead_day": _lead_day,
    "choice.lead_day_off": _lead_day_off,
    "choice.channel": _channel,
    "choice.next_channel": _next_channel,
    "choice.category_off": _category_off,
    "choice.window": _window,
    "choice.week": _week,
    "choice.pause": _pause,
    "careful.hours": _quiet,
    "careful.daily": _daily,
    "opening": _says(_("It goes out when the hours for messages begin that day.")),
    "step.overdue": _overdue,
    "no_channel": _no_channel,
    "hold": _hold,
    "digest": _digest,
    "retry": _retry,
    "paid": _says(_("The bill is paid.")),
    "receipt": _says(_("A payment arrived on your account.")),
    "account_closed": _says(_("The account is closed.")),
    "no_words": _says(_("There are no approved words for this message yet.")),
    "too_late": _says(_("By then the reminder would have been of no use.")),
    "replaced": _says(_("A newer reminder of the same bill took its place.")),
    "provider_silent": _says(
        _("The provider did not tell us whether it was sent, so we do not send it again.")
    ),
    "undecided": _says(_("Something is wrong on our side, so it waits until we have mended it.")),
    "failed": _says(_("It could not be sent.")),
}
