"""The code that signs in, kept in the session as a hash alone.

django-allauth 65.21 keeps it there as it was sent. The session is written when the request ends, so whatever puts the
hash in the code's place before then leaves nothing to read.
"""

import secrets
from typing import Any

from allauth.account.internal.constants import LoginStageKey
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare

from accounts import codes


def hide_first(session: SessionBase) -> None:
    """The code of a sign-in that has just begun; there is none where nobody has the address."""
    hide(session[LOGIN_SESSION_KEY]["state"]["stages"][LoginStageKey.LOGIN_BY_CODE.value]["data"])
    session.modified = True


def hide(state: dict[str, Any]) -> None:
    """state: allauth's, of the step that asks for the code."""
    if code := state.get("code"):
        salt = secrets.token_hex(16)
        state["code"] = f"{salt}${codes.hashed(salt, code)}"


def is_right(typed: str, kept: str) -> bool:
    salt, _dollar, hashed = kept.partition("$")
    return constant_time_compare(codes.hashed(salt, typed), hashed)
