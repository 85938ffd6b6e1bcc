"""Reasons in plain words: one sentence per rule, for the borrower and, with the source, for staff."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import dates
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from loans.templatetags import money
from notifications import hold_words, law_words, pace_words
from notifications.reason import Reason, from_json
from notifications.words import Category, Channel

Facts = Mapping[str, Any]
Stored = Iterable[Reason] | Iterable[Mapping[str, Any]]  # Reason values, or as stored


def sentence(reasons: Stored, *, audience: str = "borrower") -> str:
    """All reasons of one decision as plain sentences in the active language.

    audience: "borrower", or "staff", who also see each rule with its law's text, source and version.
    """
    known = _known(reasons)
    if audience == "staff":
        return _join(f"{_join([_words(one), *_for_staff(one)])} [{law_words.proof(one)}]" for one in known)
    return _join(map(_words, known))


def sent(at: datetime, reasons: Stored) -> str:
    """What became of a message and why, in one breath. at: when it went out, in the person's zone.

    "Sent on Tuesday at 10:00, because you chose a reminder 3 days before a bill is due. Not on Sunday at 10:00, because
    you chose no messages on that day."
    """
    known = _known(reasons)
    when = _moment(at)
    if known and (because := _SENT_BECAUSE.get(known[0].rule)):
        return _join([because(known[0].facts, when), *map(_words, known[1:])])
    return _join([gettext("Sent on %(when)s.") % {"when": when}, *map(_words, known)])


def _known(reasons: Stored) -> list[Reason]:
    return [one if isinstance(one, Reason) else from_json([one])[0] for one in reasons]


def _words(known: Reason) -> str:
    """The rule's own sentence, else that of its kind."""
    return (SENTENCES.get(known.rule) or _BY_KIND.get(known.facts.get("kind", ""), _policy))(known.facts)


def _for_staff(known: Reason) -> list[str]:
    """What is ours to mend and tells a borrower nothing."""
    if not (channels := known.facts.get("unapproved")):
        return []
    text = gettext("%(channels)s: the provider has no approved template for these words.")
    return [text % {"channels": _names(channels, Channel)}]


def _join(sentences: Iterable[str]) -> str:
    """Chinese puts no space between sentences."""
    return ("" if (get_language() or "en").startswith("zh") else " ").join(sentences)


def _day(iso: str) -> str:
    return money.day(date.fromisoformat(iso))


def _weekday(number: int) -> str:
    return str(dates.WEEKDAYS[number])


def _names(values: Iterable[str], words: type[Channel] | type[Category]) -> str:
    return gettext(", ").join(str(words(value).label) for value in values)


def _sent_lead_day(facts: Facts, when: str) -> str:
    days = facts["days"]
    if days == 0:
        return gettext("Sent on %(when)s, because you chose a reminder on the day a bill is due.") % {
            "when": when
        }
    text = ngettext(
        "Sent on %(when)s, because you chose a reminder %(days)d day before a bill is due.",
        "Sent on %(when)s, because you chose a reminder %(days)d days before a bill is due.",
        days,
    )
    return text % {"when": when, "days": days}


def _sent_overdue(facts: Facts, when: str) -> str:
    text = ngettext(
        "Sent on %(when)s, because a bill was still open %(days)d day after it was due on %(day)s.",
        "Sent on %(when)s, because a bill was still open %(days)d days after it was due on %(day)s.",
        facts["days"],
    )
    return text % {"when": when, "days": facts["days"], "day": _day(facts["due_on"])}


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
    if facts.get("day_off"):
        return gettext("Not on %(when)s, because you chose no messages on that day.") % {"when": _when(facts)}
    return gettext("Not on %(when)s, because that is outside the hours you chose.") % {"when": _when(facts)}


def _quiet(facts: Facts) -> str:
    return gettext("Not on %(when)s, because we are quiet at night.") % {"when": _when(facts)}


def _when(facts: Facts) -> str:
    return _moment(datetime.fromisoformat(facts["at"]))


def _moment(at: datetime) -> str:
    # Translators: a weekday and a time of day, "Tuesday at 10:00".
    return gettext("%(day)s at %(time)s") % {"day": _weekday(at.weekday()), "time": f"{at:%H:%M}"}


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


def _hold(facts: Facts) -> str:
    why = gettext(", ").join(str(hold_words.WHY[value]) for value in facts["holds"])
    if until := facts.get("until"):
        return gettext("Not before %(day)s, because %(why)s.") % {"day": _day(until), "why": why}
    return gettext("No reminder, because %(why)s.") % {"why": why}


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
    "cap": _says(_("Later, because the rules where you live allow no more messages in these days.")),
    "content_required": _says(
        _("No reminder, because the rules where you live ask for more than this message may say.")
    ),
    "content_prohibited": _says(
        _("No reminder, because the rules where you live forbid words that are in this message.")
    ),
    "consent": _says(_("No reminder, because the rules where you live ask for your agreement first.")),
    "opt_out": _says(_("No reminder, because you asked us not to write to you this way.")),
    "third_party": _says(_("No reminder, because somebody else could learn of it.")),
    "workplace": _says(_("No reminder, because it would reach you at work.")),
    "hold": _says(_("No reminder, because the rules where you live ask us to be silent for now.")),
    "records": _says(_("What was sent is kept, because the rules where you live ask for it.")),
}
# The reason that a message tells first → the sentence that says when it went out, too.
_SENT_BECAUSE: dict[str, Callable[[Facts, str], str]] = {
    "choice.lead_day": _sent_lead_day,
    "step.overdue": _sent_overdue,
}
# rule id → its sentence. A rule without one would explain nothing: tests/notifications/test_reasons.py walks all.
SENTENCES: dict[str, Callable[[Facts], str]] = {
    **pace_words.SENTENCES,
    "choice.lead_day": _lead_day,
    "choice.lead_day_off": _lead_day_off,
    "choice.channel": _channel,
    "choice.next_channel": _next_channel,
    "choice.discreet": _says(_("It says only that a message waits for you here, because you chose that.")),
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
    "payment.taken_back": _says(_("A payment of yours was taken back.")),
    "conversation.answered": _says(_("We have answered what you wrote to us.")),
    "reply.heard": _says(_("A message came to us from an address of yours.")),
    "address.closed": _says(_("We closed an address of yours that our messages did not reach you at.")),
    "account_closed": _says(_("The account is closed.")),
    "no_words": _says(_("There are no approved words for this message yet.")),
    "too_late": _says(_("By then the reminder would have been of no use.")),
    "replaced": _says(_("A newer reminder of the same bill took its place.")),
    "provider_silent": _says(
        _("The provider did not tell us whether it was sent, so we do not send it again.")
    ),
    "provider_down": _says(
        _("The service that delivers our messages could not be reached, so it waits a little.")
    ),
    "provider_busy": _says(_("Many messages go out at the same time, so it waits for its turn.")),
    "undecided": _says(_("Something is wrong on our side, so it waits until we have mended it.")),
    "failed": _says(_("It could not be sent.")),
}
