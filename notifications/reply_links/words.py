"""What the pages of the links say, before and after. Nothing of it is about the person."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.models_answers import AnswerKind


@dataclass(frozen=True)
class Words:
    asks: Promise
    means: Promise  # what pressing the button does
    button: Promise
    done: Promise
    next: Promise  # what happens now


WORDS = {
    AnswerKind.PAID: Words(
        _("Have you already paid?"),
        _("Then we send no reminders about it for a few days, until the payment can have arrived."),
        _("I have already paid"),
        _("Thank you for telling us"),
        _("We pause these reminders for a few days. Once the payment is here, none of them comes any more."),
    ),
    AnswerKind.DATE: Words(
        _("When will you pay?"),
        _("We write the day down as your promise and send no reminders about it until then."),
        _("I will pay on this day"),
        _("Thank you, we have written it down"),
        _("We send no reminders about it until that day. If it cannot be kept, tell us before."),
    ),
    AnswerKind.HELP: Words(
        _("Do you need help with paying?"),
        _("We tell a colleague, who writes to you. Until then reminders wait."),
        _("I need help with paying"),
        _("We have told a colleague"),
        _("You get an answer in your inbox; until then reminders wait. Sign in to say more."),
    ),
    AnswerKind.WRONG: Words(
        _("Did this message reach the wrong person?"),
        _("Then we write to this address no more, whatever it is about."),
        _("I am not this person"),
        _("We write to this address no more"),
        _("Sorry for the trouble. You need not do anything else, and you can delete the message."),
    ),
    AnswerKind.STOP: Words(
        _("Stop these messages?"),
        _("We then send no reminders, on any channel. What was agreed stays as it is."),
        _("Stop these messages"),
        _("We have stopped them"),
        _("To get reminders again, sign in or answer START to one of our texts."),
    ),
}
