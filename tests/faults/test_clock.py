"""A clock that is moved while its process runs, and is heard at once."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from tests.faults import clock


def test_a_process_lives_by_its_clock_wherever_it_is_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", timezone.now)  # puts the true clock back at the end
    clock.live_by(tmp_path / "clock")
    for off in (timedelta(), timedelta(hours=1), -timedelta(minutes=7)):
        clock.set_off(tmp_path / "clock", off)
        assert abs(timezone.now() - clock.true_now() - off) < timedelta(seconds=5)
