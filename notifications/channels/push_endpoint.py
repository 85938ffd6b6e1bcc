"""Where a push message may be posted to. A browser names the address, so a stranger could name one inside our house."""

from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from django.conf import settings

LONGEST = 1000  # characters; those of today's push services have 150 to 700


def is_known(endpoint: str) -> bool:
    """Is it an address of a known push service, over HTTPS on the usual port? Locally, the sandbox's too."""
    if len(endpoint) > LONGEST or not endpoint.isascii() or any(one.isspace() for one in endpoint):
        return False
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    if settings.SANDBOX_URL and f"{parts.scheme}://{parts.netloc}" == settings.SANDBOX_URL:
        return True
    is_plain = parts.scheme == "https" and parts.netloc in (host, f"{host}:443") and port in (None, 443)
    return (
        is_plain and "\\" not in endpoint and any(fnmatchcase(host, known) for known in settings.PUSH_HOSTS)
    )
