"""Runs one command for as long as its own standard input stays open: `python guard.py COMMAND…`

The supervisor holds the other end. However it dies, by kill -9 too, the kernel closes the pipe, and the guard
ends the command and all that this has started. Standard library only: there is one guard per program.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading

# Seconds from one signal to the next. SIGTERM lets a worker finish its batch; SIGQUIT tells Celery and gunicorn
# to drop it, which the engine's leases allow for.
LADDER = ((signal.SIGTERM, 5.0), (signal.SIGQUIT, 2.0))


def main(command: list[str]) -> int:
    # A session of its own: the terminal's Ctrl-C is for the supervisor, which then ends all in good order.
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    threading.Thread(target=_end_with_parent, args=[program], daemon=True).start()
    status = program.wait()
    _kill_group(program.pid)  # what a killed Celery worker leaves behind
    return status if status >= 0 else 128 - status


def _end_with_parent(program: subprocess.Popen[bytes]) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    for number, patience in LADDER:
        program.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(patience)
            return
    _kill_group(program.pid)


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: the group has only zombies left
        os.killpg(leader, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
