"""What words carry, as rulebooks ask for it (rules of kind content_required): seen by the duties of the word list, so
that approving a text and sending it go by the same eyes.
"""

from collections.abc import Mapping
from functools import lru_cache

from notifications import content
from notifications.law.case import Message
from notifications.push import words as push_words
from notifications.texts import Words
from notifications.word_list import word_list

# It travels with our own number; a push message, with the portal's own address, which the browser shows beside it.
WITH_EVERY_TEXT = frozenset({"sender_code"})
LIKE_TEXTS = ("sms", "push", "whatsapp")
WITH_EVERY_REMINDER = frozenset({"purpose"})  # a discreet message keeps it to itself

Carried = Mapping[str, Message]  # channel → what is said there


@lru_cache(maxsize=1000)
def carried(words: Words, language: str, *, is_discreet: bool = False) -> Carried:
    """What these words say, channel by channel."""
    fields = {"subject": words.subject, "body": words.body, "short": words.short}
    fields |= push_words.fields(words.subject, language)
    found = {}
    for channel in content.channels(is_discreet=is_discreet):
        draft = content.Draft(fields, language, category="", channel=channel, is_discreet=is_discreet)
        keys = content.fulfilled(draft, word_list())
        keys |= WITH_EVERY_TEXT if channel in LIKE_TEXTS else frozenset()
        keys |= frozenset() if is_discreet else WITH_EVERY_REMINDER
        found[channel] = Message(keys=keys, language=language)
    return found


def common(one: Carried, other: Carried) -> Carried:
    """What is said either way: a reminder may go alone or, together with others, in a digest's words."""
    return {
        channel: Message(keys=message.keys & other[channel].keys, language=message.language)
        for channel, message in one.items()
    }
