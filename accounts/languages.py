"""The language a person reads: theirs where we know them, else the cookie's, else the browser's."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY as USER_ID
from django.http import HttpRequest
from django.utils import translation

from accounts.models import Borrower, User

IN_SESSION = "language"
# How long a session trusts its copy: a language chosen on the phone reaches the laptop after this.
TRUSTED = timedelta(minutes=10)


def of_request(request: HttpRequest, *, now: datetime) -> str:
    """The language of the page to come, a code of settings.LANGUAGES. At most one query."""
    return _of_person(request, now) or translation.get_language_from_request(request)


def of_user(user: User) -> str:
    """The language we write to this login in."""
    return _of_borrower(user.pk) or settings.LANGUAGE_CODE


def remember(request: HttpRequest, language: str, *, now: datetime) -> None:
    """The person has just chosen it: the very next page speaks it."""
    request.session[IN_SESSION] = [language, now.timestamp()]


def _of_person(request: HttpRequest, now: datetime) -> str:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ""  # a visitor: no need to load a session
    if (user_id := request.session.get(USER_ID)) is None:
        return ""
    language, at = request.session.get(IN_SESSION, ["", 0.0])
    if now.timestamp() - at > TRUSTED.total_seconds():
        language = _of_borrower(user_id)
        remember(request, language, now=now)
    return str(language)


def _of_borrower(user_id: int | str) -> str:
    return Borrower.objects.filter(user_id=user_id).values_list("language", flat=True).first() or ""
