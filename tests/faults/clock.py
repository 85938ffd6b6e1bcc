"""Clocks that jump: each worker of a run keeps a clock of its own, which the run moves while the worker works.

A machine whose clock is moved lies to every program on it, so the whole process is lied to, not the engine alone.
What counts elapsed time (time.monotonic) goes on undisturbed, as on such a machine.
"""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

true_now = timezone.now


def set_off(file: Path, by: timedelta) -> None:
    """Move the clock that `file` keeps; it stays so until the next jump, for whoever starts anew there too."""
    draft = file.with_suffix(".draft")
    draft.write_text(str(by.total_seconds()))
    draft.rename(file)  # whole or not at all


def live_by(file: Path) -> None:
    """From now on this process, and all that it forks, lives by the clock that `file` keeps."""
    timezone.now = lambda: true_now() + _off(file)


def _off(file: Path) -> timedelta:
    with suppress(FileNotFoundError):
        return timedelta(seconds=float(file.read_text()))
    return timedelta()
