"""The words that answer a reply. They confirm what was done, and say nothing of the account."""

from django.conf import settings
from django.utils.translation import gettext as _

from notifications.reply_words import Wish
from notifications.words import Channel

# What was asked for → the answer's name: `letter:` and this name is what a provider's own template stands for.
STOPPED, STARTED, HELP = "stop_confirmed", "start_confirmed", "help_given"
WRONG_PERSON, RECEIVED, PICTURE = "wrong_person_confirmed", "reply_received", "picture_not_read"
OF_WISH = {
    Wish.STOP: STOPPED,
    Wish.START: STARTED,
    Wish.HELP: HELP,
    Wish.WRONG_PERSON: WRONG_PERSON,
    Wish.OTHER: RECEIVED,
}
NAMES = frozenset(OF_WISH.values()) | {PICTURE}


def values() -> dict[str, str]:
    """What may stand in an answer."""
    return {
        "lender_name": settings.LENDER_NAME,
        "lender_phone": settings.LENDER_PHONE,
        "lender_email": settings.LENDER_EMAIL,
        "link": settings.PORTAL_URL,
    }


def text(name: str, *, channel: str) -> str:
    """In the language in force, as it goes back over this channel. The inbox is not answered by START or STOP."""
    can_answer = channel != Channel.INBOX
    if name == STOPPED and can_answer and channel != Channel.EMAIL:
        said = _("%(lender_name)s: you will get no more reminders. To get them again, reply START.")
    elif name == STOPPED:
        said = _("%(lender_name)s: you will get no more reminders. To get them again, go to %(link)s.")
    elif name == STARTED and can_answer:
        said = _("%(lender_name)s: you will get reminders again. To stop them, reply STOP.")
    elif name == STARTED:
        said = _("%(lender_name)s: you will get reminders again. To stop them, go to %(link)s.")
    elif name == HELP and can_answer:
        said = _(
            "%(lender_name)s: for help call %(lender_phone)s or go to %(link)s. To stop reminders, reply STOP."
        )
    elif name == HELP:
        said = _("%(lender_name)s: for help call %(lender_phone)s or go to %(link)s.")
    elif name == WRONG_PERSON:
        said = _("%(lender_name)s: thank you. We will not write to you here again.")
    elif name == PICTURE:
        said = _(
            "%(lender_name)s: we cannot read pictures here. Send them at %(link)s or call %(lender_phone)s."
        )
    else:
        said = _(
            "%(lender_name)s: we have your message. Our answer will be at %(link)s. If it cannot wait, call "
            "%(lender_phone)s."
        )
    return said % values()
