"""The language a page speaks."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from accounts import languages

# Read by machines: no person, no session, no query.
MACHINES = (settings.STATIC_URL, "/hooks/", "/api/", "/healthz", "/readyz", "/metrics")


class LanguageMiddleware:
    """Speak the signed-in person's language, else the cookie's, else the browser's.

    Stands where Django's LocaleMiddleware would, which does not know the person.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(MACHINES):
            translation.activate(settings.LANGUAGE_CODE)  # the thread may still speak the last person's
            return self.get_response(request)
        translation.activate(languages.of_request(request, now=timezone.now()))
        request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
        response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response
