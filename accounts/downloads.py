"""Files that a person takes away."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def attached(content: bytes | str, *, content_type: str, name: str) -> HttpResponse:
    """A file to save under `name`, never to show: whatever it holds, no browser runs it in the portal's name."""
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)
