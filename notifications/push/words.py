"""What a push message says. It lies on a screen that others see, so it says only that a message waits."""

from functools import cache

from django.utils.translation import gettext, override


@cache
def body(language: str) -> str:
    """The same for every message; the title is the discreet words' subject."""
    with override(language):
        return gettext("Open it to read it, or to stop these messages.")


def fields(subject: str, language: str) -> dict[str, str]:
    """Title and text, as the content lint names them."""
    return {"push_title": subject, "push_body": body(language)}
