"""`python -m tests.acceptance DIR`: published facts against our rules, one line per group."""

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.acceptance.comparing import agrees, unanswered
from tests.acceptance.groups import GROUPS
from tests.acceptance.reading import Adapter, Answer, Inputs

SCHEMA = "acceptance-cases/1"


def run(folder: Path) -> tuple[list[str], bool]:
    """The report's lines, and whether every case of every supported group passed.

    ValueError: the folder or a file in it is not in the format; says which and why.
    """
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise ValueError(f"{folder} holds no *.json file. Name a folder of cases.")
    lines: list[str] = []
    is_clean = True
    for path in paths:
        group, cases = _read(path)
        report, passed = _group(group, cases)
        lines += report
        is_clean = is_clean and passed
    return lines, is_clean


def _read(path: Path) -> tuple[str, list[dict[str, Any]]]:
    try:
        file = json.loads(path.read_text(encoding="utf-8"))
        if file["schema"] != SCHEMA:
            raise ValueError(f"its schema is {file['schema']!r}, expected {SCHEMA!r}")
        return file["group"], file["cases"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name} is not a file of cases: {error}.") from error


def _group(group: str, cases: list[dict[str, Any]]) -> tuple[list[str], bool]:
    adapters = GROUPS.get(group)
    if adapters is None:
        return [f"{group}: not supported yet ({len(cases)} cases)"], True
    known = [case for case in cases if case["kind"] in adapters]
    unknown = sorted({case["kind"] for case in cases} - set(adapters))
    failures = [line for case in known for line in _failure(case, adapters)]
    lines = [f"{group}: {len(known) - len(failures)}/{len(known)}", *failures]
    return lines + [f"{group}: kind {kind} not supported yet" for kind in unknown], not failures


def _failure(case: dict[str, Any], adapters: dict[str, Adapter]) -> list[str]:
    got: Answer | str
    inputs, expected = Inputs(case["inputs"]), case["expected"]
    try:
        got = adapters[case["kind"]](case | {"inputs": inputs})
    except KeyError as error:
        got = f"The case does not say {error}."
    except Exception as error:
        got = f"{type(error).__name__}: {error}"
    if agrees(expected, got):
        return []
    line = f"  {case['id']}: expected {_short(expected)}, got {_short(got)}"
    for what, names in (("not answered", unanswered(expected, got)), ("inputs not read", inputs.unread)):
        line += f"; {what}: {', '.join(names)}" if names else ""
    return [line]


def _short(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)[:500]


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("Usage: python -m tests.acceptance DIR\n")
        return 2
    if not settings.configured:  # messages are translatable; nothing else of Django is needed
        settings.configure(USE_I18N=False)
    try:
        lines, is_clean = run(Path(arguments[0]))
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
