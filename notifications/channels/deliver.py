"""The one door out: a batch of messages in, an outcome for each back."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from threading import Thread
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.channels.base import Limits, Message, Outcome, Provider

Outcomes = dict[UUID, Outcome]


def deliver(messages: Sequence[Message], limits: Limits | None = None) -> Outcomes:
    """Make all calls at once and wait for them. For a single batch; who sends many keeps the door open."""
    with Door(limits) as door:
        return door.send(messages).result()


class Door:
    """The door while it is open: an event loop in a thread of its own, and each provider's kept connections.

    So the caller can decide the next batch while this one is being called, and connects (at a real provider:
    shakes hands for TLS) once per place instead of once per place and batch.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits(settings.PROVIDER_TIMEOUT, settings.PROVIDER_OPEN_CALLS)
        self._providers: dict[str, Provider] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="providers", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What is still being called is given up: it stays `calling`, and the reaper makes it unknown."""
        self._run(self._close()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def send(self, messages: Sequence[Message]) -> "Future[Outcomes]":
        """Begin all calls; the future has an outcome for every message. Touches no database.

        Nothing new is begun after one PROVIDER_TIMEOUT and no call lasts longer than one, so the answer comes
        within two. A provider's fault is an outcome. A provider that is not in the settings is ours: it
        raises before anything is sent (and `manage.py check` says so first).
        """
        groups: defaultdict[str, list[Message]] = defaultdict(list)
        for message in messages:
            groups[settings.CHANNEL_PROVIDER[message.channel]].append(message)
        return self._run(_together([(self._provider(name), group) for name, group in groups.items()]))

    def _provider(self, name: str) -> Provider:
        if name not in self._providers:
            self._providers[name] = import_string(settings.PROVIDERS[name])(self._limits)
        return self._providers[name]

    def _run(self, work: Coroutine[Any, Any, Any]) -> "Future[Any]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _close(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for provider in self._providers.values():
            await provider.close()
        await self._loop.shutdown_default_executor()


async def _together(groups: Sequence[tuple[Provider, Sequence[Message]]]) -> Outcomes:
    outcomes: Outcomes = {}
    for group in await asyncio.gather(*(provider.deliver(messages) for provider, messages in groups)):
        outcomes |= group
    return outcomes
