"""Preferences: read what a borrower chose, and change it with its consent on record."""

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import Borrower, User
from notifications import consents, lanes, plan
from notifications.choice import CHANNELS, Choice
from notifications.consents import Basis, Changed
from notifications.context import choice_of
from notifications.models import Consent, Preference
from notifications.push import devices as push_devices
from notifications.words import Channel


@dataclass(frozen=True)
class Change:
    """What a borrower chose now. words: what they read when they chose it."""

    choice: Choice
    language: str
    words: str
    way: str = "page"  # page, staff, or a channel


def of(borrower: Borrower) -> Choice:
    """What the borrower chose, or the defaults."""
    return choice_of(borrower)


def on_large_print_asked(borrower: Borrower, **_: Any) -> bool:
    """Papers ask, whose app does not know of choices."""
    return of(borrower).is_large


def offered(chosen: Choice, kinds: Container[str]) -> tuple[str, ...]:
    """The ways to choose among. WhatsApp only where somebody delivers it, push messages only where a device of the
    person's shows them; and what is chosen already, for that can always be seen.

    kinds: of contact points of which the person has a verified one."""
    has_push = push_devices.is_offered() and (chosen.uses("push") or "push" in kinds)
    is_open = {
        "push": has_push,
        "whatsapp": "whatsapp" in settings.CHANNEL_PROVIDERS or chosen.uses("whatsapp"),
    }
    return tuple(channel for channel in CHANNELS if is_open.get(channel, True))


@transaction.atomic
def leave_out(borrower: Borrower, channel: str, *, words: str, now: datetime) -> None:
    """Leave a channel out of every category; what had no other way is in the inbox. Again: nothing changes.

    words: what the person's mail program or the provider sent over that channel, for the record. The lane is locked
    first, so that of a choice which is saved this moment nothing else is undone.
    """
    lanes.lock(borrower.pk)
    borrower.refresh_from_db()
    choice = of(borrower)
    without = {
        category: tuple(each for each in order if each != channel)
        or ((Channel.INBOX.value,) if order else ())
        for category, order in choice.channels.items()
    }
    chosen = Change(replace(choice, channels=without), borrower.language, words, way=channel)
    change(borrower, chosen=chosen, by=None, now=now)


@transaction.atomic
def change(borrower: Borrower, *, chosen: Change, by: User | None, now: datetime) -> None:
    """Put a choice into force, record the consent, and let the gate look again at what is planned."""
    lanes.lock(borrower.pk)
    borrower.refresh_from_db()  # another tab may have saved since this one looked
    stored = Preference.objects.filter(borrower=borrower).first()
    before = {"choice": stored.choice, "language": borrower.language} if stored else None
    after = {"choice": chosen.choice.to_json(), "language": chosen.language}
    if before == after:
        return
    Preference.objects.update_or_create(
        borrower=borrower, defaults={"choice": after["choice"], "changed_at": now}
    )
    if borrower.language != chosen.language:
        borrower.language = chosen.language
        borrower.save(update_fields=["language"])
    changed = Changed(Consent.Kind.PREFERENCE, before, after)
    consents.record(borrower, changed, said=Basis(chosen.words, chosen.way, by), now=now)
    plan.look_again(borrower, now=now)
