"""A private PostgreSQL and Valkey from pip wheels, for development, tests and the demo."""

import hashlib
import os
import secrets
from pathlib import Path

VAR = Path(os.environ.get("PORTAL_VAR", Path(__file__).resolve().parent.parent / "var")).resolve()


def socket_folder() -> Path:
    """Where the sockets lie. A socket's path is limited to 107 bytes (macOS 103), so a long checkout falls back."""
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
    path = VAR / "secret-key"
    if not path.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()


def start_if_local() -> None:
    raise NotImplementedError
