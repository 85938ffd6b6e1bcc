"""What is under way: calls in portions, each begun only after a commit that says so, and settled as they are answered.

A batch's attempts are committed together as `calling`, but most of its calls wait in portions (models.Portion). A
worker begins a portion's calls after it has deleted the portion's row, and only if it was there to be deleted; the
reaper takes what a dead worker left by deleting, too. So whoever deletes the row has the calls, and of those whose row
the reaper finds none was ever begun. At most WINDOW calls are begun and not settled: the most that one kill makes
unknown.
"""

import logging
import uuid
from collections import defaultdict, deque
from collections.abc import Sequence
from time import monotonic
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import OperationalError
from psycopg.errors import LockNotAvailable

from notifications import closed_addresses, settle
from notifications.away import AWAY
from notifications.channels.base import Message, Outcome, RefusedForGood
from notifications.channels.deliver import Door
from notifications.channels.http import TOO_LATE
from notifications.clock import Clock
from notifications.push import devices as push_devices
from notifications.settle import Call, Portion
from notifications.traffic.desk import Ended, tell

log = logging.getLogger(__name__)

PORTION = (
    250  # calls that are begun by one commit; with four to a batch a thousand reminders take 20 statements
)
WINDOW = 2 * PORTION
LINGER = 1.0  # seconds that an answer may wait for others to be written with it
PATIENCE = 30.0  # seconds for the database to come back: what was answered nobody else knows


class Flight:
    """The calls under way, whatever batch they are of. Written by the connection that decides while no transaction is
    open on it (`land`), else by one beside it (`turn`), so that deciding holds nobody's answer back.
    """

    def __init__(self, door: Door, clock: Clock) -> None:
        self.made = 0
        self.is_due_again = False  # something that was settled: by another channel or provider
        self._door, self._clock, self._beside = door, clock, Beside()
        self._waiting: deque[tuple[Portion, float]] = deque()  # with when it was committed, monotonic
        self._begun: dict[uuid.UUID, Call] = {}
        self._answered: list[tuple[Call, Outcome]] = []
        self._settled: list[tuple[Call, Outcome]] = []  # their consequences not yet drawn
        self._since = 0.0  # monotonic; when the first of them was answered

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._beside.close()

    @property
    def size(self) -> int:
        """Calls that are not settled."""
        return len(self._begun) + len(self._answered) + sum(len(one.calls) for one, _ in self._waiting)

    def split(self, calls: Sequence[Call]) -> tuple[list[Portion], list[Portion]]:
        """Those for which there is room at once, and those that must wait in a row of their own."""
        portions = [
            Portion(uuid.uuid4(), calls[first : first + PORTION]) for first in range(0, len(calls), PORTION)
        ]
        room = 0 if self._waiting else self._room()
        at_once = 0
        for portion in portions:
            room -= len(portion.calls)
            if room < 0:
                break
            at_once += 1
        return portions[:at_once], portions[at_once:]

    def begin(self, at_once: Sequence[Portion], later: Sequence[Portion]) -> None:
        """Call the former; the latter when there is room. Both are committed."""
        for portion in at_once:
            self._call(portion)
        self._waiting.extend((portion, monotonic()) for portion in later)

    def turn(self) -> None:
        """Let the calls go on without waiting for any, while a transaction is open on the connection that decides."""
        self._door.turn()
        self._collect()
        if self._is_worth_writing():
            self._write(self._beside.connection())

    def land(self, *, at_most: int) -> None:
        """Wait until no more than so many calls are not settled. No transaction is open."""
        self._beside.may_write = True
        self._collect()
        while self.size > at_most:
            if self._is_worth_writing() or not self._begun:
                self._write_patiently()
            else:
                self._door.wait_for(PORTION - len(self._answered), seconds=LINGER)
            self._collect()
        self._draw_consequences()

    def _draw_consequences(self) -> None:
        """What answers say of addresses and devices: by transactions of their own, so not while one is open. Of
        addresses the attempts keep it until then (closed_addresses); of a device its push service says it again."""
        settled, self._settled, now = self._settled, [], self._clock()
        against = [call.borrower_id for call, outcome in settled if _is_said_against(outcome)]
        closed_addresses.draw(against, now=now)
        push_devices.retire([point for _, outcome in settled for point in outcome.gone], now=now)

    def _room(self) -> int:
        return WINDOW - len(self._begun) - len(self._answered)

    def _collect(self) -> None:
        for attempt_id, outcome in self._door.heard():
            if call := self._begun.pop(attempt_id, None):
                if not self._answered:
                    self._since = monotonic()
                self._answered.append((call, outcome))

    def _is_worth_writing(self) -> bool:
        if not self._answered:
            return False
        is_late = monotonic() - self._since >= LINGER
        makes_room = bool(self._waiting) and len(self._begun) <= PORTION // 2
        return len(self._answered) >= PORTION or is_late or makes_room

    def _write_patiently(self) -> None:
        """By the connection that decides; where the database is away, once it is back. AWAY: it does not come."""
        end = monotonic() + PATIENCE
        while True:
            try:
                return self._write(connection)
            except AWAY:
                if connection.in_atomic_block or monotonic() > end:
                    raise
                log.warning("flight_waits_for_the_database answers=%d", len(self._answered))
                connection.close()
                self._door.wait_for(WINDOW, seconds=LINGER)  # the calls under way go on
                self._collect()

    def _write(self, using: BaseDatabaseWrapper | None) -> None:
        """Settle what was answered and begin what there is room for: one statement. None: it must wait."""
        if using is None:
            return
        taken, room = [], self._room() + len(self._answered)
        late: list[tuple[Call, Outcome]] = []
        timeout = settings.PROVIDER_TIMEOUT.total_seconds()
        for portion, at in self._waiting:
            is_late = monotonic() - at > timeout  # whoever has said STOP since would wonder
            room -= 0 if is_late else len(portion.calls)
            if room < 0:
                break
            taken.append(portion)
            late += [(call, TOO_LATE) for call in portion.calls if is_late]
        answers, now = self._answered + late, self._clock()
        try:
            written = settle.settle(answers, taken, now=now, using=using)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            log.warning("flight_waits_for_a_lock")  # perhaps for our own transaction; land() has time
            self._beside.may_write = False
            return
        for _ in taken:
            self._waiting.popleft()
        self._answered = []
        self.made += len(answers) - len(late)
        self.is_due_again = self.is_due_again or written.is_due_again
        self._settled += answers
        tell([Ended(call.channel, call.provider, outcome) for call, outcome in answers], now=now)
        too_late = {call.attempt_id for call, _ in late}
        for portion in taken:
            if portion.id in written.begun and portion.calls[0].attempt_id not in too_late:
                self._call(portion)

    def _call(self, portion: Portion) -> None:
        messages: defaultdict[str, list[Message]] = defaultdict(list)
        for call in portion.calls:
            messages[call.provider].append(call.message)
            self._begun[call.attempt_id] = call
        self._door.send(messages)


def _is_said_against(outcome: Outcome) -> bool:
    return isinstance(outcome, RefusedForGood) and bool(outcome.said_against)


class Beside:
    """A connection beside the one that decides, opened when it is first needed.

    Called inside a transaction of the caller's there is only that one: nobody else sees its rows.
    """

    def __init__(self) -> None:
        self.may_write = True  # until the next land(), after it met a lock
        self._is_shared = connection.in_atomic_block
        self._own: BaseDatabaseWrapper | None = None

    def connection(self) -> BaseDatabaseWrapper | None:
        """None: not now."""
        if not self.may_write or self._is_shared:
            return connection if self._is_shared else None
        if self._own is None:
            self._own = connections.create_connection(connection.alias)
            with self._own.cursor() as cursor:
                # A lease that lapsed while we stood still may be of the batch being decided: its lock is our own.
                cursor.execute("SET lock_timeout = '500ms'")
        return self._own

    def close(self) -> None:
        if self._own is None:
            return
        try:
            with self._own.cursor() as cursor:
                cursor.execute("RESET lock_timeout")  # it goes back to the pool
        except OperationalError:
            log.warning("flight_lost_its_connection")
        finally:
            self._own.close()
