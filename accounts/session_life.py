"""How long a sign-in lasts: so long without a sign of the person, and so long in all.

OWASP ASVS 3.3.2 (level 2): 30 minutes without a sign, or 12 hours. Both hold here, and staff, who see everybody's rows,
sign in anew each working day.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

EVERY = timedelta(minutes=1)  # how exactly the last sign is kept: no page is to write the session each time
BEGAN, ACTIVE, WHY = "signed_in_at", "active_at", "ended"  # in the session; WHY in the visitor's that follows


class Ended(StrEnum):
    """Why a sign-in is over; the sign-in page says it in words."""

    IDLE = "idle"
    OLD = "old"


@dataclass(frozen=True)
class Life:
    idle: timedelta  # without a sign of the person
    whole: timedelta  # from the sign-in on, whatever they do


def of(*, is_staff: bool) -> Life:
    return Life(**(settings.STAFF_SESSION_LIFE if is_staff else settings.SESSION_LIFE))


def begin(session: SessionBase, *, now: datetime) -> None:
    """Somebody has just signed in."""
    session[BEGAN] = session[ACTIVE] = now.timestamp()
    session.pop(WHY, None)


def look(session: SessionBase, life: Life, *, is_person: bool, now: datetime) -> Ended | None:
    """Why a session that comes back is over, if it is; else keep that it came. is_person: not a page by itself."""
    if BEGAN not in session:  # signed in before there was an end
        begin(session, now=now)
    began, active = (datetime.fromtimestamp(session[name], UTC) for name in (BEGAN, ACTIVE))
    why = ended(life, began=began, active=active, now=now)
    if why is None and is_person and now - active >= EVERY:
        session[ACTIVE] = now.timestamp()
    return why


def ended(life: Life, *, began: datetime, active: datetime, now: datetime) -> Ended | None:
    """began: of the sign-in. active: the last sign of the person. None: it goes on."""
    if now - began >= life.whole:
        return Ended.OLD
    return Ended.IDLE if now - active >= life.idle else None
