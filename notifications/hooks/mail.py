"""Mail providers' webhooks: django-anymail checks their secret or signature and translates; here it is kept and heard.

Only the provider that sends our mails has addresses here. Its own answer is 200 once the event is kept, else 503, upon
which providers come again.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import inbound, tracking
from anymail.urls import urlpatterns as anymail_urls
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone

from notifications.heard import INBOUND, STATUS, Raw
from notifications.hearing import hear, hear_reply
from notifications.hooks import mail_events
from notifications.hooks.keeping import kept_or_503

PROVIDER = "email"
LONGEST_TEXT = 20_000  # characters of a mail that are kept; its attachments are not
_AUTOMATIC = ("bulk", "auto_reply", "junk", "list")


def urls() -> list[URLPattern]:
    """Of anymail's addresses those of our mail provider; none where mails go by SMTP, which tells nothing back."""
    ours = f"{settings.MAIL_WEBHOOKS}/"
    if not settings.MAIL_WEBHOOKS:
        return []
    found = [each for each in anymail_urls if str(each.pattern).lstrip("^").startswith(ours)]
    return [
        URLPattern(each.pattern, kept_or_503(_known_or_403(each.callback)), name=each.name) for each in found
    ]


def _known_or_403(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """403, upon which providers give up, where the secret or signature is wrong; anymail's own answer is 400."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except AnymailWebhookValidationFailure:
            return HttpResponse("Not accepted.", status=403)

    return guarded


def on_tracking(event: Any, esp_name: str, **kwargs: Any) -> None:
    """Receiver of anymail.signals.tracking. What a person did with a mail is not ours to know: opens are not kept."""
    if event.event_type not in mail_events.KEPT:
        return
    payload = {
        "event_type": event.event_type,
        "message_id": str(event.message_id or ""),
        "attempt": str((event.metadata or {}).get("attempt", "")),
        "reject_reason": event.reject_reason or "",
        "response": " ".join(filter(None, (event.mta_response, event.description)))[:1000],
        "bounce_kind": _bounce_kind(event.esp_event),
        "raw": _as_json(event.esp_event),
    }
    at = event.timestamp.isoformat() if event.timestamp else ""
    key = mail_events.key(
        esp_name,
        event.event_type,
        payload["message_id"],
        str(event.event_id or ""),
        event.recipient or "",
        at,
    )
    hear(Raw(PROVIDER, STATUS, key, payload), now=timezone.now())


def on_inbound(event: Any, esp_name: str, **kwargs: Any) -> None:
    """Receiver of anymail.signals.inbound: what a person wrote back. The answer goes out as a mail of its own."""
    mail = event.message
    if mail is None or mail.from_email is None:
        return
    payload = {
        "from": mail.from_email.addr_spec,
        "subject": str(mail.subject or "")[:200],
        "text": (mail.text or "")[:LONGEST_TEXT],
        "stripped_text": (mail.stripped_text or "")[:LONGEST_TEXT],
        "references": f"{mail.get('In-Reply-To', '')} {mail.get('References', '')}"[:2000],
        "message_id": str(mail.get("Message-ID", ""))[:500],
        "is_automatic": _is_automatic(mail),
    }
    key = mail_events.key(esp_name, str(event.event_id or ""), payload["message_id"], payload["from"])
    hear_reply(Raw(PROVIDER, INBOUND, key, payload), now=timezone.now())


def _is_automatic(mail: Any) -> bool:
    """An out-of-office note or a bounce: answering it would go on for ever. RFC 3834, 2 and 5."""
    return (
        str(mail.get("Auto-Submitted", "no")).strip().lower() != "no"
        or str(mail.get("Precedence", "")).strip().lower() in _AUTOMATIC
        or "X-Autoreply" in mail
        or mail.envelope_sender == ""
    )


def _bounce_kind(raw: Any) -> str:
    """How the provider itself names the kind of a bounce, where anymail has one word for all: Postmark, Amazon SES."""
    if not isinstance(raw, dict):
        return ""
    bounce = raw.get("bounce")
    return str(raw.get("Type") or (bounce.get("bounceType") if isinstance(bounce, dict) else "") or "")


def _as_json(raw: Any) -> Any:
    """The provider's own words, as far as JSON carries them."""
    match raw:
        case dict():
            return {str(name): _as_json(value) for name, value in raw.items() if name != "Content"}
        case list() | tuple():
            return [_as_json(each) for each in raw]
        case str() | int() | float() | bool() | None:
            return raw
    return str(raw)


def connect() -> None:
    tracking.connect(on_tracking, dispatch_uid="mail_tracking")
    inbound.connect(on_inbound, dispatch_uid="mail_inbound")
