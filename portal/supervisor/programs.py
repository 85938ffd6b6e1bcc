"""The programs under the supervisor: started under a guard, their lines shown, started again when they die."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from portal.embedded import ROOT
from portal.supervisor import screen

# Before a command: it ends when the pipe to its standard input closes, however this process ends.
GUARDED = [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py"))]
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a dead program is started again, doubling
HEALTHY = 60.0  # seconds; whoever lived so long starts again from the first pause


@dataclass
class Program:
    """One child. `tend` is called again and again and never waits."""

    name: str
    command: list[str]
    environment: dict[str, str]
    _process: subprocess.Popen[bytes] | None = None
    _started: float = 0.0  # monotonic seconds
    _due: float = 0.0  # monotonic seconds; when it may be started (again)
    _pause: float = FIRST_PAUSE
    _reader: threading.Thread | None = field(default=None, repr=False)

    def tend(self) -> None:
        """Start the program if it does not run and its pause is over."""
        now = time.monotonic()
        if self._process and (status := self._process.poll()) is not None:
            self._bury(status, now)
        if self._process is None and now >= self._due:
            self._start(now)

    def let_go(self) -> None:
        """Close the guard's pipe: it now ends the program, within 8 seconds."""
        if self._process and self._process.stdin:
            self._process.stdin.close()

    def wait(self) -> None:
        if self._process:
            self._process.wait()
        if self._reader:
            self._reader.join(timeout=1)

    def _start(self, now: float) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [*GUARDED, *self.command],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # out of reach of the terminal's Ctrl-C
        )
        self._started = now
        self._reader = threading.Thread(target=self._show_lines, args=[self._process], daemon=True)
        self._reader.start()

    def _show_lines(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # noqa: S101  asked for above
        for raw in process.stdout:
            if text := raw.decode(errors="replace").rstrip():
                screen.line(self.name, text)

    def _bury(self, status: int, now: float) -> None:
        if now - self._started > HEALTHY:
            self._pause = FIRST_PAUSE
        screen.line(self.name, f"ended with status {status}; it is started again in {self._pause:.0f} s")
        self.let_go()
        self._process = None
        self._due = now + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)


def stop(programs: list[Program]) -> None:
    for program in programs:
        program.let_go()
    for program in programs:
        program.wait()
