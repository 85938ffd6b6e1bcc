"""How long a file and a function may be; ruff holds the number of parameters (pyproject.toml)."""

import ast
from collections.abc import Iterator
from pathlib import Path

from portal import embedded

LONGEST_FILE, LONGEST_FUNCTION = 400, 50  # lines
FOLDERS = ("accounts", "benchmarks", "loans", "notifications", "portal", "tests")


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from (path for path in (embedded.ROOT / folder).rglob("*.py") if "migrations" not in path.parts)


def too_long(path: Path) -> Iterator[str]:
    text, name = path.read_text(encoding="utf-8"), path.relative_to(embedded.ROOT)
    if (lines := len(text.splitlines())) > LONGEST_FILE:
        yield f"{name} has {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{name}:{node.lineno} {node.name} has {lines} lines"


def test_every_file_and_function_can_be_read_in_one_go() -> None:
    known = list(sources())
    assert len(known) > 500
    assert [problem for path in known for problem in too_long(path)] == []
