"""The staff page "Engine": its whole state at a glance, with what needs a person on top."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext

from accounts import looks
from accounts.admin_base import ReadOnlyAdmin
from accounts.models import User
from notifications import engine_words, status
from notifications.models import Attempt, Worker
from notifications.status import Flow, Receipts, Status
from notifications.words import AttemptState, Channel

RIGHT = "notifications.view_worker"
RIGHT_TO_ATTEMPTS = "notifications.view_attempt"
SHOWN = 20  # attempts; the rest is one link away


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    fields = ("name", "host", "process", "beat_at")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page, or the part of it that htmx asks for anew. Whose attempts they are is for who may view attempts."""
        if not request.user.has_perm(RIGHT):
            raise PermissionDenied
        instant = timezone.now()
        now = status.read(now=instant)
        sees_attempts = request.user.has_perm(RIGHT_TO_ATTEMPTS)
        is_part = bool(getattr(request, "htmx", False))
        unknowns = (
            list(status.unknowns(now=instant).select_related("borrower")[:SHOWN]) if sees_attempts else []
        )
        if not is_part:  # the part comes anew four times a minute, whether or not somebody looks
            looks.note(cast(User, request.user), Attempt, [each.pk for each in unknowns], now=instant)
        words = {
            "title": gettext("Engine"),
            "instant": instant,
            "status": now,
            "troubles": engine_words.troubles(now),
            "facts": _facts(now),
            "workers": [(one, engine_words.age(one.age)) for one in now.workers],
            "flow": [(_channel(each), each, _state(each), now.per_minute(each.number)) for each in now.flow],
            "receipts": [(_channel(each), each) for each in now.receipts],
            "providers": [
                (str(Channel(each.channel).label), each, f"{each.share:.0%}", f"{each.error_rate:.0%}")
                for each in now.providers
            ],
            "sees_attempts": sees_attempts,
            "unknowns": unknowns,
            "is_still": "still" in request.GET,
        }
        context = {**self.admin_site.each_context(request), "opts": self.opts, **words}
        name = "_state" if is_part else "engine"
        return TemplateResponse(request, f"admin/notifications/worker/{name}.html", context)


def _facts(now: Status) -> list[tuple[str, str]]:
    """Label and value."""

    def age(seconds: float | None) -> str:
        return "–" if seconds is None else engine_words.age(seconds)

    def counted(number: int) -> str:
        return f"{number:,}+" if number >= status.MOST_COUNTED else f"{number:,}"

    return [
        (gettext("Since the last slot"), age(now.tick_age)),
        (gettext("Borrowers due"), counted(now.due_lanes)),
        (gettext("The first has waited"), age(now.queue_age)),
        (gettext("With a worker now"), counted(now.leases)),
        (gettext("Planned a minute"), f"{now.per_minute(now.planned):,}"),
        (gettext("Perhaps sent, in a day"), counted(now.unknown)),
        (gettext("Receipts and replies waiting"), counted(now.open_events)),
    ]


def _channel(each: Flow | Receipts) -> str:
    return str(Channel(each.channel).label)


def _state(each: Flow) -> str:
    return str(AttemptState(each.state).label)
