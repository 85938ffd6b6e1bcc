"""Staff pages. Django looks here for them: each module registers its own."""

from notifications.admin import (
    borrower,
    choices,
    conversations,
    engine,
    engine_rows,
    help,
    lanes,
    provider_templates,
    rulebooks,
    templates,
    webhooks,
)

__all__ = [
    "borrower",
    "choices",
    "conversations",
    "engine",
    "engine_rows",
    "help",
    "lanes",
    "provider_templates",
    "rulebooks",
    "templates",
    "webhooks",
]
