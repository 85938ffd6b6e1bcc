"""The language a page speaks; where a person is signed in, and for how long; that their pages stay in no cache; what
was refused."""

from collections.abc import Callable
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY as USER_ID
from django.contrib.auth import logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django_htmx.http import HttpResponseClientRefresh

from accounts import languages, refusals, session_life
from accounts.models import User

# Read by machines: no person, no session, no query.
MACHINES = (settings.STATIC_URL, "/hooks/", "/api/", "/healthz", "/readyz", "/metrics")


def _is_signed_in(request: HttpRequest) -> bool:
    """Without loading the session of a visitor who has none."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and USER_ID in request.session


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


class SessionLifeMiddleware:
    """End a sign-in that is over, before any view sees it: what is asked for is then asked by a visitor."""

    # Ids of the parts of open pages that ask by themselves: nobody need sit there.
    POLLS = ("news", "messages", "engine", "paper")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(MACHINES) or not _is_signed_in(request):
            return self.get_response(request)
        user, now = request.user, timezone.now()
        if isinstance(user, User):
            is_person = request.headers.get("HX-Trigger") not in self.POLLS
            life = session_life.of(is_staff=user.is_staff)
            if why := session_life.look(request.session, life, is_person=is_person, now=now):
                logout(request)
                request.session[session_life.WHY] = why.value
                if request.headers.get("HX-Request"):
                    # A piece of a page: the whole page comes anew, for a visitor.
                    return HttpResponseClientRefresh()
        return self.get_response(request)


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
        return _is_signed_in(request) and bool(
            now - request.session.get("seen_at", 0.0) > self.EVERY.total_seconds()
        )


class RefusalMiddleware:
    """Note each answer that refuses: by the name of its route, for an address may hold a secret, and by the login."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if (kind := refusals.BY_STATUS.get(response.status_code)) and (found := request.resolver_match):
            login = request.session[USER_ID] if _is_signed_in(request) else "-"
            refusals.note(kind, route=found.view_name or found.route, login=login)
        return response


class PrivateMiddleware:
    """What a signed-in person is shown stays in no cache, nor in a shared computer's history, unless a view says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if (
            _is_signed_in(request)
            and not request.path_info.startswith(MACHINES)
            and "Cache-Control" not in response
        ):
            add_never_cache_headers(response)
        return response
