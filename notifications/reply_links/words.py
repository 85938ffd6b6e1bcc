"""What the pages of the links say, before and after. Nothing of it is about the person."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.models.answers import AnswerKind


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
        _(
            "Tell us, and we send no reminders about it for a few days, until the payment has had time to arrive."
        ),
        _("I have already paid"),
        _("Thank you for telling us"),
        _("We send no reminders about it for a few days. Once your payment is here, they end."),
    ),
    AnswerKind.DATE: Words(
        _("When will you pay?"),
        _("Tell us the day. We write it down as your promise and send no reminders about it until then."),
        _("I will pay on this day"),
        _("Thank you, we have written it down"),
        _(
            "We send no reminders about it until that day. Should it not work out, tell us before: we find another way."
        ),
    ),
    AnswerKind.HELP: Words(
        _("Do you need help with paying?"),
        _("It happens to many people. We tell a colleague, who writes to you. Until then, reminders wait."),
        _("I need help with paying"),
        _("We have told a colleague"),
        _("You get an answer in your inbox. Until then, reminders wait. You can sign in and tell us more."),
    ),
    AnswerKind.WRONG: Words(
        _("Did this message reach the wrong person?"),
        _("Tell us, and we write nothing more to this number or address, whatever it is about."),
        _("I am not this person"),
        _("We will not write to this number or address again"),
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
