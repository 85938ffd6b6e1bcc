"""The language switch in the footer."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views import i18n
from django.views.decorators.http import require_POST

from accounts import languages
from accounts.models import Borrower, User


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Speak `language` from now on and go back to `next`. A borrower is also written to in it."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        user = cast(User, request.user)  # type: ignore[redundant-cast]
        if Borrower.objects.filter(user=user).update(language=language):
            languages.remember(request, language, now=timezone.now())
    return i18n.set_language(request)  # checks both values and sets the cookie
