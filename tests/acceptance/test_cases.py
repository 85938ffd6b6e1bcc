"""The published cases pass, and a bad folder is named."""

from pathlib import Path

import pytest

from tests.acceptance.__main__ import main, run

CASES = Path(__file__).parent.parent / "data" / "cases"


# The file names release 2026f of the zone database, but for these two zones holds what 2025b said: 2026f has
# Morocco stay on UTC from autumn 2026 and Cuba on summer time. A borrower there lives by the newer rule.
OUTDATED = {"zone-africa-casablanca", "zone-america-havana"}


def test_every_case_of_every_supported_group_passes():
    lines, _ = run(CASES)
    failed = {line.split(":")[0].strip() for line in lines if line.startswith("  ")}
    assert failed <= OUTDATED, "\n".join(lines)


@pytest.mark.parametrize("group", ["time_zones", "sms", "phones", "webhooks", "names"])
def test_the_groups_of_the_reminder_engine_are_supported(group):
    lines, _ = run(CASES)
    assert any(line.startswith(f"{group}: ") and "not supported" not in line for line in lines)


@pytest.mark.parametrize("content", ["not json", '{"schema": "other/2", "group": "sms", "cases": []}', "[]"])
def test_a_file_in_another_format_is_named(tmp_path, capsys, content):
    (tmp_path / "odd.json").write_text(content)
    assert main([str(tmp_path)]) == 2
    assert "odd.json" in capsys.readouterr().err


def test_a_failing_case_says_what_was_expected_and_what_came(tmp_path, capsys):
    (tmp_path / "sms.json").write_text(
        '{"schema": "acceptance-cases/1", "group": "sms", "cases": [{"id": "wrong", "kind": "sms_downgrade",'
        ' "inputs": {"text": "a"}, "expected": {"text": "b"}}]}'
    )
    assert main([str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert 'wrong: expected {"text": "b"}, got {"text": "a"}' in out
