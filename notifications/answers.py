"""How the answer to a reply goes back: over the channel it came by, first by the provider that brought it.

A provider that sends only what it has approved needs its own template for these words (`letter:` and the answer's
name). Where nobody can carry the answer, or where it would come too late to count as a confirmation, the person finds
it in the inbox and, where they have proved one, in an e-mail.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext, override

from accounts import letters
from accounts.models import Borrower, ContactPoint
from notifications import answer_words, direct, inbox, provider_templates
from notifications.channels.base import Approved
from notifications.heard import Reply
from notifications.inbox import Note
from notifications.reason import Reason
from notifications.words import Channel

HEARD = Reason("reply.heard")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be said to whom."""

    name: str  # one of answer_words.NAMES
    language: str
    reply: Reply  # what it answers
    provider: str  # that brought it
    approved: Mapping[str, Approved] = field(default_factory=dict)  # as in channels.base.Message

    @property
    def text(self) -> str:
        with override(self.language):
            return answer_words.text(self.name, channel=self.reply.channel)


def compose(name: str, *, language: str, reply: Reply, provider: str) -> Answer | None:
    """The answer over the channel the reply came by; None where no provider of that channel can carry it.

    One query where a provider there sends only what it has approved.
    """
    names = {provider, *settings.CHANNEL_PROVIDERS.get(reply.channel, ())}
    if all(map(provider_templates.takes_free_answers, names)):
        return Answer(name, language, reply, provider)
    approved = provider_templates.of_letter(name, language, values=answer_words.values())
    if any(each in approved or provider_templates.takes_free_answers(each) for each in names):
        return Answer(name, language, reply, provider, approved)
    return None


def send(answer: Answer) -> None:
    """As a message of its own, for a hook whose own answer carries none. Behind the caller, once it has committed."""
    reply = answer.reply
    if reply.channel == Channel.EMAIL:
        _mail(answer.text, to=reply.address)
    else:
        back = direct.Back(reply.channel, reply.address, answer.provider)
        direct.answer_when_committed(back, answer.text, answer.approved)


def tell_elsewhere(name: str, people: Iterable[Borrower], *, reply: Reply, now: datetime) -> None:
    """What could not be answered, said to each of these people in the inbox and by e-mail.

    Not to a wrong person: whose address it was hears that it is closed.
    """
    if name == answer_words.WRONG_PERSON:
        return
    for borrower in people:
        with override(borrower.language):
            text = answer_words.text(name, channel=Channel.INBOX)
            inbox.put(borrower, Note(gettext("We got a message from you"), text, HEARD), now=now)
        mailbox = _mailbox(borrower)
        if mailbox and reply.channel != Channel.EMAIL:
            _mail(text, to=mailbox)


def _mailbox(borrower: Borrower) -> str | None:
    """The e-mail address that the person has proved last."""
    open_ones = borrower.contact_points.filter(
        kind=ContactPoint.Kind.EMAIL, verified_at__isnull=False, closed_at=None
    )
    return open_ones.order_by("-verified_at").values_list("value", flat=True).first()


def _mail(text: str, *, to: str) -> None:
    """Two machines that answer each other never end: RFC 3834."""
    headers = {"Auto-Submitted": "auto-replied"}
    mail = EmailMessage(settings.LENDER_NAME, text + "\n", to=[to], headers=headers)
    transaction.on_commit(lambda: letters.post(mail, letter="reply"))
