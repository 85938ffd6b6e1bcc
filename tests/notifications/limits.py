"""How long a test's calls may take: as long as a busy machine needs, but for what never answers."""

from datetime import timedelta

from notifications.channels.base import Limits

LIMITS = Limits(timeout=timedelta(seconds=40), open_calls=10)
HASTY = Limits(timeout=timedelta(seconds=2), open_calls=10)


def limits_of(mode: str) -> Limits:
    """mode: how the sandbox treats the call."""
    return HASTY if mode == "hang" else LIMITS
