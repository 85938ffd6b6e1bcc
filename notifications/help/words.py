"""What the pages say of each kind of request."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from loans.templatetags import money
from notifications.help import rules
from notifications.models.help import HelpKind, HelpRequest, HelpState


@dataclass(frozen=True)
class Words:
    title: Promise
    summary: Promise  # on the list
    button: Promise
    icon: str


WORDS: dict[str, Words] = {
    HelpKind.PROMISE: Words(
        _("Pay on another day"),
        _("Tell us when you will pay and how much. Until then we send no reminders about it."),
        _("Promise this"),
        "calendar",
    ),
    HelpKind.HARDSHIP: Words(
        _("I cannot pay for a while"),
        _("Work, health, family: tell us what has changed, and we look for a way with you."),
        _("Ask for help"),
        "help",
    ),
    HelpKind.DUE_DAY: Words(
        _("Change my due day"),
        _("Ask for another day of the month, for example after your wages come."),
        _("Ask for this day"),
        "clock",
    ),
    HelpKind.DISPUTE: Words(
        _("Something is not right"),
        _("The sum is wrong, you have paid, or it is not your debt. While we look, we ask for nothing."),
        _("Tell us"),
        "search",
    ),
    HelpKind.COMPLAINT: Words(
        _("Make a complaint"),
        _("About us, our messages or our people. You get a reference and an answer by a fixed day."),
        _("Send the complaint"),
        "talk",
    ),
}


WHY_HARDSHIP: dict[str, Promise] = {
    "income": _("I earn less or lost my work"),
    "health": _("Illness or an accident"),
    "family": _("Something in my family"),
    "costs": _("My costs have risen"),
    "other": _("Something else, or I would rather not say"),
}
WHAT_IS_WRONG: dict[str, Promise] = {
    "amount": _("The sum is wrong"),
    "paid": _("I have paid this already"),
    "not_mine": _("It is not my debt"),
    "other": _("Something else"),
}


def asked(request: HelpRequest) -> list[tuple[str, str]]:
    """What it asks for besides its words: labels and values, in the active language."""
    match request.details:
        case {"amount": _amount, "day": _day} if request.account:
            promise = rules.Promise.from_json(request.details)
            sum_, day = money.money(promise.amount, request.account.currency), money.day(promise.day)
            return [(gettext("Promised"), gettext("%(sum)s by %(day)s") % {"sum": sum_, "day": day})]
        case {"day_of_month": day_of_month}:
            return [(gettext("Day of the month"), str(day_of_month))]
        case {"why": why}:
            return [(gettext("What has changed?"), str(WHY_HARDSHIP[why]))]
        case {"what": what}:
            return [(gettext("What is not right?"), str(WHAT_IS_WRONG[what]))]
    return []


def steps(kind: str) -> list[str]:
    """What happens after it is sent, in order."""
    if kind == HelpKind.PROMISE:
        return [
            gettext("We send no reminders about this account until the day you name."),
            gettext("When the money is booked, your promise is kept and you hear no more of it."),
            ngettext(
                "Bank transfers take time: reminders wait %(days)d more day after your day, then we look again.",
                "Bank transfers take time: reminders wait %(days)d more days after your day, then we look again.",
                settings.PROMISE_BOOKING_DAYS,
            )
            % {"days": settings.PROMISE_BOOKING_DAYS},
            gettext("If you cannot keep it, tell us. Nothing bad comes of telling us early."),
        ]
    days = settings.HELP_ANSWER_DAYS[kind]
    answer = ngettext(
        "You get our answer within %(days)d day, here and as a message.",
        "You get our answer within %(days)d days, here and as a message.",
        days,
    ) % {"days": days}
    first = {
        HelpKind.HARDSHIP: gettext("Reminders stop at once. Your bills stay due, and interest may go on."),
        HelpKind.DISPUTE: gettext("We stop asking for this debt at once, until we have looked into it."),
        HelpKind.DUE_DAY: gettext("Your bills keep their days until we have agreed."),
        HelpKind.COMPLAINT: gettext("You get a reference now, and a person reads what you wrote."),
    }[HelpKind(kind)]
    second = {
        HelpKind.HARDSHIP: gettext(
            "A person reads what you wrote and looks at what is possible: smaller instalments, a break, a longer term."
        ),
        HelpKind.DISPUTE: gettext(
            "We check our books and what you sent us. You can add documents in the conversation."
        ),
        HelpKind.DUE_DAY: gettext("We check whether your contract allows it and what it costs, if anything."),
        HelpKind.COMPLAINT: gettext("Somebody who was not part of it looks into it."),
    }[HelpKind(kind)]
    return [first, second, answer]


def outcome(kind: str, state: str) -> str:
    """What became of it, to the borrower."""
    if (kind, state) == (HelpKind.PROMISE, HelpState.OPEN):
        return gettext("We wait for your payment")
    return {
        HelpState.OPEN: gettext("We are looking at it"),
        HelpState.ACCEPTED: gettext("Agreed"),
        HelpState.DECLINED: gettext("Not agreed"),
        HelpState.WITHDRAWN: gettext("You withdrew it"),
        HelpState.KEPT: gettext("Kept. Thank you."),
        HelpState.BROKEN: gettext("The money has not come"),
    }[HelpState(state)]
