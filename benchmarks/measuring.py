"""What several processes cost: their CPU, PostgreSQL's among them."""

from dataclasses import dataclass
from pathlib import Path

import psutil


def cpu_of(*processes: int) -> float:
    """Seconds of CPU of these processes and all their children, those that have ended too."""
    return sum(_tree(psutil.Process(process)) for process in processes)


def _tree(process: psutil.Process) -> float:
    used = process.cpu_times()
    own: float = used.user + used.system + used.children_user + used.children_system
    for child in process.children(recursive=True):
        try:
            used = child.cpu_times()
        except psutil.NoSuchProcess:  # its parent has its time now
            continue
        own += used.user + used.system + used.children_user + used.children_system
    return own


def postmaster() -> int:
    """The process id of the private PostgreSQL, whose children are its sessions."""
    from portal import embedded

    return int((Path(embedded.VAR) / "postgres" / "postmaster.pid").read_text().split()[0])


@dataclass(frozen=True)
class Round:
    """One way's turn."""

    reminders: int
    seconds: float
    worker_cpu: float  # seconds, of all its processes, and of whoever put the tasks into the queue
    postgres_cpu: float  # seconds
