"""The language a page speaks, where a person is signed in, that their pages stay in no cache, and what was refused."""

from collections.abc import Callable
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY as USER_ID
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from accounts import languages, refusals

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


class SeenMiddleware:
    """Keep when, and from which internet address, each session was last seen: the person looks at them, and ends them.

    allauth's own middleware writes at every request; once in ten minutes is enough to know one's devices by.
    """

    EVERY = timedelta(minutes=10)

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(MACHINES) and self._is_due(request, timezone.now().timestamp()):
            if request.user.is_authenticated:
                UserSession.objects.create_from_request(request)
            request.session["seen_at"] = timezone.now().timestamp()
        return self.get_response(request)

    def _is_due(self, request: HttpRequest, now: float) -> bool:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or USER_ID not in request.session:
            return False  # a visitor
        return bool(now - request.session.get("seen_at", 0.0) > self.EVERY.total_seconds())


class RefusalMiddleware:
    """Note each answer that refuses: by the name of its route, for an address may hold a secret, and by the login."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if (kind := refusals.BY_STATUS.get(response.status_code)) and (found := request.resolver_match):
            knows = settings.SESSION_COOKIE_NAME in request.COOKIES
            login = request.session.get(USER_ID, "-") if knows else "-"
            refusals.note(kind, route=found.view_name or found.route, login=login)
        return response


class PrivateMiddleware:
    """What a signed-in person is shown stays in no cache, nor in a shared computer's history, unless a view says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_private = settings.SESSION_COOKIE_NAME in request.COOKIES and USER_ID in request.session
        if is_private and not request.path_info.startswith(MACHINES) and "Cache-Control" not in response:
            add_never_cache_headers(response)
        return response
