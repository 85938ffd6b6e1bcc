"""What a person texts back: STOP, START, HELP in three languages; whatever else becomes part of the conversation."""

import unicodedata
from datetime import datetime
from enum import Enum

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Borrower, ContactPoint
from notifications import conversations, stops
from notifications.conversations import Said
from notifications.models import ProviderEvent
from notifications.words import Way


class Wish(Enum):
    STOP = "stop"
    START = "start"
    HELP = "help"
    OTHER = "other"


# Words as `wish` reduces them. The first line is 47 CFR 64.1200(a)(10): each of these must be understood.
WORDS: dict[Wish, frozenset[str]] = {
    Wish.STOP: frozenset(
        (
            *("stop", "quit", "end", "revoke", "optout", "cancel", "unsubscribe"),
            *("stopall", "pleasestop", "stopplease", "td", "t", "退订", "退訂", "停止", "拒收", "取消"),
            *("请停止", "請停止", "停止发送", "停止發送", "取消订阅", "取消訂閱"),
        )
    ),
    Wish.START: frozenset(["start", "yes", "unstop", "恢复", "恢復", "开始", "開始"]),
    Wish.HELP: frozenset(["help", "info", "帮助", "幫助", "客服"]),
}


def wish(text: str) -> Wish:
    """What a text asks for. Case, width, spaces and punctuation say nothing: "Ｓｔｏｐ." is STOP.

    Only a text that is nothing but the word counts: "please do not stop" is for a person to read.
    """
    plain = "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())
    return next((asked for asked, words in WORDS.items() if plain in words), Wish.OTHER)


@transaction.atomic
def apply_event(event: ProviderEvent, *, now: datetime) -> str:
    """Do once what a stored reply asks for. Returns the text to answer with, empty where none is due."""
    event = ProviderEvent.objects.select_for_update().get(pk=event.pk)
    if event.handled_at:
        return ""
    form = event.payload["form"]
    words = form.get("Body", "")
    asked = wish(form.get("OptOutType") or words)
    people = list(_people(form["From"], asked))
    told = people[:1]  # who is answered
    for borrower in people:
        if asked is Wish.STOP:
            stops.stop(borrower, words=words, way="sms", by=None, now=now)
        elif asked is Wish.START:
            stops.start(borrower, words=words, way="sms", by=None, now=now)
    if asked is Wish.OTHER and words.strip():
        writer = conversations.receive_from(people, said=Said(words, Way.SMS), now=now)
        told = [writer] if writer else []
    event.result = f"{asked.value}, {len(people)} borrowers"
    event.handled_at = now
    event.save(update_fields=["result", "handled_at"])
    if not told or form.get("OptOutType"):  # with that field Twilio has answered by itself
        return ""
    with override(told[0].language):
        return answer(asked, has_words=bool(words.strip()))


def _people(number: str, asked: Wish) -> QuerySet[Borrower]:
    """Whose phone it is; a household may share one.

    Anyone who holds the phone may silence it. Only a verified number may end the silence.
    """
    points = ContactPoint.objects.filter(kind=ContactPoint.Kind.PHONE, value=number, closed_at=None)
    if asked is Wish.START:
        points = points.filter(verified_at__isnull=False)
    return Borrower.objects.filter(pk__in=points.values("borrower")).order_by("pk")


def answer(asked: Wish, *, has_words: bool = True) -> str:
    """The one text that answers, in the language in force. It confirms and says nothing of the account.

    has_words: false for a picture alone, which does not reach us.
    """
    lender = {"lender": settings.LENDER_NAME, "phone": settings.LENDER_PHONE, "url": settings.PORTAL_URL}
    if asked is Wish.STOP:
        return _("%(lender)s: you will get no more reminders. To get them again, reply START.") % lender
    if asked is Wish.START:
        return _("%(lender)s: you will get reminders again. To stop them, reply STOP.") % lender
    if asked is Wish.HELP:
        return (
            _("%(lender)s: for help call %(phone)s or go to %(url)s. To stop reminders, reply STOP.") % lender
        )
    if not has_words:
        return _("%(lender)s: we cannot read pictures here. Send them at %(url)s or call %(phone)s.") % lender
    return (
        _(
            "%(lender)s: we have your message. Our answer will be at %(url)s. If it cannot wait, call %(phone)s."
        )
        % lender
    )
