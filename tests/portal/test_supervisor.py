"""`make run` and `make reset`: up, refused with a sentence, killed, up again, cleared."""

import fcntl
import os
import signal
import socket

import pytest

from portal import embedded
from portal.supervisor import checks
from tests.portal.local import RUN, WELCOME, Local, until
from tests.waiting import PATIENCE

pytestmark = pytest.mark.processes

RESET = (*RUN, "--reset")


def test_a_killed_portal_leaves_no_process_and_starts_again_with_its_data(local: Local) -> None:
    portal = local.start()
    for program in ("gunicorn", "beat", "worker", "sandbox", "postgres", "valkey"):
        assert program in local.names()
    assert portal.answers("/healthz") == portal.answers("/sandbox/") == 200
    assert "Demo loaded" in portal.said()
    assert "Traceback" not in portal.said()
    assert "Warning" not in portal.said()

    second, reset = local.run(*RUN), local.run(*RESET)
    assert second.returncode == reset.returncode == 1
    assert f"already runs from this folder (process {portal.supervisor.pid})" in second.stderr
    assert "Stop it there with Ctrl-C first" in reset.stderr

    portal.supervisor.kill()
    portal.supervisor.wait()
    until(lambda: not local.processes())
    assert local.names() == ""

    again = local.start()
    assert "Demo loaded" not in again.said()
    again.supervisor.send_signal(signal.SIGINT)
    assert again.supervisor.wait(PATIENCE) == 0
    until(lambda: not local.processes())
    assert local.names() == ""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_start_that_is_interrupted_ends_quietly_and_the_next_one_is_whole(
    local: Local, number: signal.Signals, status: int
) -> None:
    portal = local.begin()
    until(lambda: "Preparing" in portal.said())
    portal.supervisor.send_signal(number)
    assert portal.supervisor.wait(PATIENCE) == status
    until(lambda: not local.processes())
    assert local.names() == ""
    assert "Traceback" not in portal.said()
    assert WELCOME not in portal.said()
    prepared = local.run("-m", "portal.supervisor.prepare")
    assert prepared.returncode == 0
    assert "Demo loaded" in prepared.stdout


@pytest.mark.parametrize("variable", ["PORT", "SANDBOX_PORT"])
def test_a_taken_port_is_named_with_a_way_out(local: Local, variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        refused = local.run(*RUN, **{variable: str(taken)})
    assert refused.returncode == 1
    assert refused.stderr == f"Port {taken} is taken. Choose another: {variable}={taken + 10} make run\n"
    assert local.names() == ""


@pytest.mark.parametrize(
    ("name", "address", "words"),
    [
        ("DATABASE_URL", "postgres://portal@127.0.0.1:1/portal", "The database does not answer"),
        ("REDIS_URL", "redis://127.0.0.1:1/0", "Redis does not answer"),
    ],
)
def test_a_server_of_ones_own_that_does_not_answer_is_named(
    local: Local, name: str, address: str, words: str
) -> None:
    refused = local.run(*RUN, **{name: address})
    assert refused.returncode == 1
    assert words in refused.stderr
    assert f"Check {name}." in refused.stderr
    assert "Traceback" not in refused.stderr
    until(lambda: not local.processes())
    assert local.names() == ""


def test_a_port_that_is_no_number_is_named(local: Local) -> None:
    refused = local.run(*RUN, PORT="eighty")
    assert refused.returncode == 1
    assert refused.stderr == "PORT is 'eighty'. Give a port number: PORT=8010 make run\n"


def test_it_refuses_to_be_production(local: Local) -> None:
    refused = local.run(*RUN, PORTAL_ENV="production")
    assert refused.returncode == 1
    assert "docs/operation.md" in refused.stderr


@pytest.mark.parametrize("arguments", [RUN, RESET, ("manage.py", "migrate"), ("manage.py", "check")])
def test_a_folder_that_cannot_be_written_to_is_named(local: Local, arguments: tuple[str, ...]) -> None:
    local.var.mkdir()
    (blocked := local.var / "file").touch()
    refused = local.run(*arguments, PORTAL_VAR=str(blocked))
    assert refused.returncode == 1
    assert f"{blocked}" in refused.stderr
    assert "cannot be used" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_disk_that_is_nearly_full_is_named(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "FREE_BYTES", 10**18)
    with pytest.raises(checks.RefusedError, match=r"Only \d+ MB are free on the disk of .*Free some space"):
        checks.disk(local.log.parent)


def test_reset_clears_what_was_there_and_is_content_where_nothing_is(local: Local) -> None:
    (local.var / "postgres").mkdir(parents=True)
    for _time in (1, 2):
        cleared = local.run(*RESET)
        assert (cleared.returncode, cleared.stdout) == (0, "The local data is cleared.\n")
        assert not local.var.exists()


def test_reset_waits_for_nobody_who_goes_on_using_the_servers(local: Local) -> None:
    path = local.var / "services" / "postgres.users"
    holder = embedded.lock(path, fcntl.LOCK_SH)
    refused = local.run("-c", "from portal.supervisor import checks; checks.unused(patience=0.1)")
    assert "Something still uses the private postgres" in refused.stderr
    assert path.exists()
    os.close(holder)
    assert local.run("-c", "from portal.supervisor import checks; checks.unused()").returncode == 0
