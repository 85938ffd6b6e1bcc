"""The harness itself, short: two hundred reminders, four kills, and every other fault at least once."""

import json
import subprocess
import sys

import pytest

from portal.embedded import ROOT
from tests.faults.scenario import Act

pytestmark = pytest.mark.processes

# Of this seed a clock jumps by an hour, and the provider treats some call in each of its ways: see test_scenario.
SHORT = {"reminders": 200, "kills": 4, "workers": 4, "seed": 43}


def test_nothing_is_lost_doubled_or_sent_too_late_while_everything_fails() -> None:
    options = [f"--{name}={value}" for name, value in SHORT.items()]
    command = [sys.executable, "-m", "tests.faults", *options]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1200)
    assert ended.returncode == 0, ended.stderr + ended.stdout
    found = json.loads(ended.stdout.splitlines()[-1])
    assert found["reminders"] == SHORT["reminders"]
    assert found["delivered"] > 50
    assert found["stops_lost"] == 0
    assert found["faults"]["kills"] == SHORT["kills"]
    assert set(Act) <= set(found["faults"])
