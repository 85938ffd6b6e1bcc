"""What providers tell us: receipts and replies. Verified, stored as they came, then understood."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST


@csrf_exempt
@require_POST
def twilio_status(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Twilio's status callback for one attempt."""
    return HttpResponse("Not accepted.", status=403)


@csrf_exempt
@require_POST
def twilio_inbound(request: HttpRequest) -> HttpResponse:
    """A text a person sent us."""
    return HttpResponse("Not accepted.", status=403)
