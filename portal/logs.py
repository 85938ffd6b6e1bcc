"""The log: one line for each event, with its time, its name and fields; ids only, nothing personal."""

from typing import Any


def config(level: str) -> dict[str, Any]:
    """For LOGGING, to the standard output. level: of lines that are written."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {
                "format": "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s",
                "datefmt": "%Y-%m-%dT%H:%M:%S",  # of TIME_ZONE, which is UTC
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
        "root": {"handlers": ["console"], "level": level},
        # Refusals are noted by accounts.refusals; Django's own lines hold addresses, and so perhaps a link's secret.
        "loggers": {"django.request": {"level": "ERROR"}, "django.security.csrf": {"level": "ERROR"}},
    }
