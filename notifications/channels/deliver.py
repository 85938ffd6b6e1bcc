"""The one door out: a batch of messages in, an outcome for each back."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.channels.base import Limits, Message, Outcome, Provider


def deliver(messages: Sequence[Message], limits: Limits | None = None) -> dict[UUID, Outcome]:
    """Make all calls at once and wait for them. An outcome for every message; touches no database.

    Nothing new is begun after one PROVIDER_TIMEOUT and no call lasts longer than one, so this returns within
    two. A provider's fault is an outcome. A provider that is not in the settings is ours: it raises before
    anything is sent (and `manage.py check` says so first).
    """
    groups: defaultdict[Provider, list[Message]] = defaultdict(list)
    for message in messages:
        groups[provider_for(message.channel)].append(message)
    if not groups:
        return {}
    return asyncio.run(
        _deliver(groups, limits or Limits(settings.PROVIDER_TIMEOUT, settings.PROVIDER_OPEN_CALLS))
    )


def provider_for(channel: str) -> Provider:
    """The provider that the settings name for a channel."""
    path: str = settings.PROVIDERS[settings.CHANNEL_PROVIDER[channel]]
    return _provider(path)


@cache
def _provider(path: str) -> Provider:
    provider: Provider = import_string(path)()
    return provider


async def _deliver(groups: dict[Provider, list[Message]], limits: Limits) -> dict[UUID, Outcome]:
    batches = [provider.deliver(messages, limits) for provider, messages in groups.items()]
    outcomes: dict[UUID, Outcome] = {}
    for batch in await asyncio.gather(*batches):
        outcomes |= batch
    return outcomes
