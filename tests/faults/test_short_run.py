"""The harness itself, short: two hundred reminders, four kills, and every other fault at least once."""

import json
import subprocess
import sys

from portal.embedded import ROOT
from tests.faults.scenario import Act


def test_nothing_is_lost_doubled_or_sent_too_late_while_everything_fails() -> None:
    command = [sys.executable, "-m", "tests.faults", "--reminders", "200", "--kills", "4", "--seed", "1"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode == 0, ended.stderr + ended.stdout
    found = json.loads(ended.stdout.splitlines()[-1])
    assert found["reminders"] == 200
    assert found["delivered"] > 50
    assert found["faults"]["kills"] == 4
    assert set(Act) <= set(found["faults"])
