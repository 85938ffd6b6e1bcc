"""A data folder and ports of a test's own, to start whole portals in."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.portal.local import Local
from tests.ports import free_port
from tests.waiting import PATIENCE


@pytest.fixture
def local() -> Iterator[Local]:
    """Not in pytest's tmp_path: sockets lie in it, and their paths may have about a hundred bytes."""
    folder = Path(tempfile.mkdtemp(prefix="portal-test-")).resolve()
    folder.chmod(0o755)  # as root, PostgreSQL runs as nobody, who must be able to enter
    place = Local(folder / "var", log=folder / "log", port=free_port(), sandbox_port=free_port())
    yield place
    for process in place.processes():
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(place.processes(), timeout=PATIENCE)
    shutil.rmtree(folder, ignore_errors=True)
