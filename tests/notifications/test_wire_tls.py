"""The client that calls providers over TLS: whoever cannot prove who they are is told nothing."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications.channels import wire
from notifications.channels.wire import NoConnection, Wire
from tests.notifications.limits import LIMITS

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def certificate(of: str, path: Path, *, ended: bool = False) -> Path:
    """A self-signed one with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, of)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=-1 if ended else 1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(of)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Trust one file's certificate, as an operator does with a private authority."""
    wire._tls.cache_clear()
    yield lambda path: monkeypatch.setenv("SSL_CERT_FILE", str(path))
    wire._tls.cache_clear()


def call(shown: Path) -> tuple[int | str, list[bytes]]:
    """The status, or why there is none, and what the server was told."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(shown)
    told: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK)
        await writer.drain()
        writer.close()

    async def run() -> int | str:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        calls = Wire(LIMITS, {})
        async with server:
            try:
                port = server.sockets[0].getsockname()[1]
                return (await calls.call("POST", f"https://localhost:{port}/", {})).status
            except NoConnection as error:
                return str(error)
            finally:
                calls.close()

    return asyncio.run(run()), told


def test_who_proves_who_they_are_is_called(tmp_path: Path, trusted: Any) -> None:
    shown = certificate("localhost", tmp_path / "own.pem")
    trusted(shown)
    status, told = call(shown)
    assert (status, len(told)) == (200, 1)


@pytest.mark.parametrize(
    ("name", "ended", "is_trusted"),
    [("localhost", False, False), ("other.example", False, True), ("localhost", True, True)],
    ids=["signed by nobody we trust", "of another host", "ended"],
)
def test_who_does_not_is_told_nothing(
    name: str, ended: bool, is_trusted: bool, tmp_path: Path, trusted: Any
) -> None:
    shown = certificate(name, tmp_path / "shown.pem", ended=ended)
    trusted(shown if is_trusted else certificate("localhost", tmp_path / "another.pem"))
    assert call(shown) == ("SSLCertVerificationError", [])
