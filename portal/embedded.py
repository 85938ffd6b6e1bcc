"""A private PostgreSQL and Valkey from pip wheels, for development, tests and the demo.

Whoever uses a server holds a shared lock on a file; the server's keeper (portal.embedded_keeper) waits until
it can have that file alone. The kernel drops a dead process's locks, so the servers stop when their last user
is gone, even by kill -9, and there is no count to go stale. Sockets, not ports: checkouts do not clash, and a
folder only its owner may enter is the password.
"""

import base64
import fcntl
import hashlib
import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("PORTAL_VAR", ROOT / "var")).resolve()
START_SECONDS = 60  # initdb takes 0.7 s and a start 0.1 s; a machine that needs longer has a problem to name


class ServiceError(RuntimeError):
    """The local services or their folder cannot be used. The message says why, and where a log is its end."""


def socket_folder() -> Path:
    """Where the sockets lie. A socket's path has at most 107 bytes (macOS 103): long checkouts fall back."""
    if len(str(VAR)) < 75:
        return VAR / "run"
    return Path("/tmp") / f"portal-{hashlib.sha256(str(VAR).encode()).hexdigest()[:12]}"  # noqa: S108


DATABASE = {
    "ENGINE": "django.db.backends.postgresql",
    "HOST": str(socket_folder()),
    "PORT": "5432",
    "USER": "portal",
    "NAME": "portal",
}
VALKEY_SOCKET = str(socket_folder() / "valkey.sock")


def local_secret() -> str:
    """The key of this checkout, made once and kept under var/, so that sessions outlive a restart."""
    return _kept("secret-key", lambda: secrets.token_urlsafe(64))


def local_push_key() -> str:
    """The private key that push services know this checkout by, kept so that devices outlive a restart.

    A number below the order of the curve P-256 (FIPS 186-5, A.2.2), in 32 bytes, base64url.
    """
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

    def make() -> str:
        number = (secrets.randbelow(order - 1) + 1).to_bytes(32)
        return base64.urlsafe_b64encode(number).decode().rstrip("=")

    return _kept("push-key", make)


def _kept(name: str, make: Callable[[], str]) -> str:
    path = VAR / name
    try:
        if not path.exists():
            _keep(path, make())
        return path.read_text()
    except OSError as error:
        raise ServiceError(cannot_use(path, error)) from error


def _keep(path: Path, secret: str) -> None:
    VAR.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secret)
    with suppress(FileExistsError):  # another process was first: its key stays, ours was never read
        os.link(draft, path)
    draft.unlink()


def cannot_use(path: Path, error: OSError) -> str:
    return (
        f"{path} cannot be used: {error.strerror}. Work as the user it belongs to, "
        "or name another folder: PORTAL_VAR=/path/to/folder"
    )


# ---------- locks ----------


def lock(path: Path, how: int) -> int:
    """A file descriptor that holds the lock until it is closed or the process dies. Waits its turn."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    fcntl.flock(descriptor, how)
    return descriptor


def is_held(path: Path, *, by_anyone: bool = False) -> bool:
    """Does a living process hold this file alone? Asks with a shared lock, which two may ask at once.

    by_anyone: a process that shares it counts too.
    """
    if not path.exists():
        return False
    with path.open("a") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if by_anyone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


# ---------- the servers, as their users see them ----------


@dataclass(frozen=True)
class Service:
    name: str
    variable: str  # where the environment names another server, this one is not started

    @property
    def is_wanted(self) -> bool:
        return not (os.environ.get(self.variable) or os.environ.get(f"{self.variable}_FILE"))

    @property
    def is_up(self) -> bool:
        return self.file("ready").exists() and is_held(self.file("keeper"))

    def file(self, kind: str) -> Path:
        """kind: users, keeper and start are locks, ready says that the server answers."""
        return VAR / "services" / f"{self.name}.{kind}"


POSTGRES = Service("postgres", "DATABASE_URL")
VALKEY = Service("valkey", "REDIS_URL")
SERVICES = {service.name: service for service in (POSTGRES, VALKEY)}

_in_use: dict[str, int] = {}  # service name → the lock this process holds until it ends


def start_if_local() -> None:
    """Return once the servers that the environment does not name answer; they stay until this process ends.

    Does nothing in production. A second call starts again what has died since. Raises ServiceError.
    """
    if os.environ.get("PORTAL_ENV", "local") != "local":
        return
    for service in SERVICES.values():
        if service.is_wanted:
            try:
                _use(service)
            except OSError as error:
                raise ServiceError(cannot_use(VAR, error)) from error


def _use(service: Service) -> None:
    if service.name not in _in_use:  # waits here while a keeper is stopping its server
        _in_use[service.name] = lock(service.file("users"), fcntl.LOCK_SH)
    turn = lock(service.file("start"), fcntl.LOCK_EX)  # of many starters, one starts
    try:
        if not service.is_up:
            _start_keeper(service)
    finally:
        os.close(turn)


def _start_keeper(service: Service) -> None:
    """The keeper leaves for the background once its server answers."""
    log_path = service.file("log")
    with log_path.open("w") as log, suppress(subprocess.TimeoutExpired):
        subprocess.run(  # noqa: S603
            [sys.executable, "-m", "portal.embedded_keeper", service.name],
            cwd=ROOT,
            env={**os.environ, "PORTAL_VAR": str(VAR)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            timeout=START_SECONDS,
            check=False,
        )
    if not service.is_up:
        end = log_path.read_text(errors="replace")[-2000:].strip()
        raise ServiceError(f"The private {service.name} did not start. Its log is {log_path}:\n{end}")
