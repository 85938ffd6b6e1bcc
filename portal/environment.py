"""How the settings read the environment: which of the two places this is, and values with a default for each of them.

A secret can also come from a file: NAME_FILE names it.
"""

import os
from collections.abc import Mapping

import environ
from django.core.exceptions import ImproperlyConfigured

from portal import required

env = environ.FileAwareEnv()

# Never from a file: the private services and the sandbox ask the environment, before there are settings.
PORTAL_ENV = os.environ.get("PORTAL_ENV", "local")
LOCAL = PORTAL_ENV == "local"


def refuse_what_cannot_run() -> None:
    """ImproperlyConfigured: PORTAL_ENV is neither place, or production lacks something; all of it is named at once."""
    if PORTAL_ENV not in ("local", "production"):
        raise ImproperlyConfigured(f"PORTAL_ENV is '{PORTAL_ENV}'. Set it to 'local' or 'production'.")
    if LOCAL:
        return
    if wrong := required.problems({name: env.str(name, default="") for name in required.LOOKED_AT}):
        raise ImproperlyConfigured(
            "The portal cannot run in production yet. docs/configuration.md lists every name.\n- "
            + "\n- ".join(wrong)
        )


def text(name: str, *, local: str, production: str = "") -> str:
    """A value that the demo has another default for than production."""
    return str(env.str(name, default=local if LOCAL else production))


def numbers(name: str, *, default: Mapping[str, float]) -> dict[str, float]:
    """`twilio:3,generic:1`, a number for each of some names. Whether they make sense, `manage.py check` says."""
    found = {}
    for part in env.list(name, default=[]):
        key, _, number = part.partition(":")
        try:
            found[key.strip()] = float(number)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} has “{part}”. Write name:number, as in twilio:3.") from error
    return found or dict(default)
