"""The private servers: they start whatever an earlier start left behind, and say it where they cannot."""

import os
import resource
import subprocess
import sys
from contextlib import suppress

import psutil
import pytest

from portal import embedded
from tests.portal.local import Local, until
from tests.waiting import PATIENCE

pytestmark = pytest.mark.processes

# A user of the servers: has an answer from both, then says so and stays until its standard input closes.
USER = """
import socket, sys
import psycopg
from portal import embedded
embedded.start_if_local()
database = embedded.DATABASE
with psycopg.connect(host=database["HOST"], user=database["USER"], dbname=database["NAME"]) as connection:
    assert connection.execute("SELECT 1").fetchone() == (1,)
with socket.socket(socket.AF_UNIX) as client:
    client.connect(embedded.VALKEY_SOCKET)
print("up", flush=True)
sys.stdin.read()
"""


def user(local: Local, *, writes_at_most: int | None = None) -> subprocess.Popen[str]:
    """A process that uses the servers. writes_at_most: bytes of any one file, as on a full disk."""

    def limit() -> None:
        if writes_at_most is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (writes_at_most, writes_at_most))

    return subprocess.Popen(
        [sys.executable, "-c", USER],
        cwd=embedded.ROOT,
        env=local.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limit,
    )


def use_once(local: Local) -> None:
    answer, complaint = user(local).communicate(timeout=PATIENCE)
    assert answer == "up\n", complaint
    until(lambda: not local.processes())


def complaint_of(process: subprocess.Popen[str]) -> str:
    answer, complaint = process.communicate(timeout=PATIENCE)
    assert answer == ""
    assert process.returncode == 1
    return complaint


def test_the_servers_stay_while_anyone_uses_them_and_end_with_the_last_by_kill_too(local: Local) -> None:
    first, second = user(local), user(local)
    for process in (first, second):
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
    first.communicate()
    assert "postgres" in local.names()
    second.kill()
    second.communicate()
    until(lambda: not local.processes())
    assert local.names() == ""


def test_servers_killed_with_their_keeper_start_again_on_what_they_left(local: Local) -> None:
    process = user(local)
    assert process.stdout is not None
    process.stdout.readline()
    for each in local.processes():
        with suppress(psutil.NoSuchProcess):  # ended with one of those before it
            each.kill()
    process.communicate()
    until(lambda: not local.processes())
    assert (local.var / "postgres" / "postmaster.pid").exists()
    use_once(local)


@pytest.mark.parametrize("left", ["", "{pid}\n"])
def test_a_process_id_left_by_a_power_cut_harms_nobody(local: Local, left: str) -> None:
    use_once(local)
    with subprocess.Popen(["sleep", "600"]) as other:  # it has by now the number that the server had
        for name in ("postgres/postmaster.pid", "run/.s.PGSQL.5432.lock"):
            (local.var / name).write_text(left.format(pid=other.pid))
        use_once(local)
        assert psutil.pid_exists(other.pid)
        assert other.poll() is None
        other.kill()


def test_a_first_start_that_was_killed_halfway_is_done_anew(local: Local) -> None:
    draft = local.var / "postgres.new"
    (draft / "base").mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    use_once(local)
    assert not draft.exists()


@pytest.mark.parametrize(
    ("version", "words"),
    [(None, "is not whole. Clear it with `make reset`"), ("9", "was made by PostgreSQL 9; installed is")],
)
def test_a_data_folder_of_another_kind_is_named_with_a_way_out(
    local: Local, version: str | None, words: str
) -> None:
    use_once(local)
    (file := local.var / "postgres" / "PG_VERSION").unlink()
    if version:
        file.write_text(f"{version}\n")
    assert words in complaint_of(user(local))


def test_a_full_disk_is_named_and_the_next_start_is_whole(local: Local) -> None:
    complaint = complaint_of(user(local, writes_at_most=100_000))
    assert "initdb failed. Is the disk full?" in complaint
    use_once(local)


def test_a_folder_too_deep_for_sockets_works_too(local: Local) -> None:
    deep = Local(local.var / ("deep" * 25), log=local.log, port=local.port, sandbox_port=local.sandbox_port)
    use_once(deep)
    assert deep.run("-m", "portal.supervisor", "--reset").returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of another user")
@pytest.mark.parametrize("name", ["postgres", "run"])
def test_a_folder_of_another_user_is_named_and_stays_theirs(local: Local, name: str) -> None:
    folder = local.var / name
    folder.mkdir(parents=True, mode=0o700)
    os.chown(folder, 12345, 12345)
    assert f"{folder} belongs to another user" in complaint_of(user(local))
    assert folder.stat().st_uid == 12345
