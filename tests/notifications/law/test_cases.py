"""Scenarios of contact law: the published ones, and our own for every rulebook, each from the rule's text."""

import json
from pathlib import Path

import pytest

from notifications.law import books
from tests.acceptance.law import failure, main

DATA = Path(__file__).parents[2] / "data"
FILES = [DATA / "law_cases.json", DATA / "law_own_cases.json"]
CASES = [raw for path in FILES for raw in json.loads(path.read_text(encoding="utf-8"))["cases"]]


@pytest.mark.parametrize("raw", [pytest.param(raw, id=raw["id"]) for raw in CASES])
def test_the_rulebooks_answer_as_the_text_says(raw):
    assert failure(raw) == []


def test_every_rulebook_has_cases_of_its_own():
    named = {book_id for raw in CASES for book_id in raw["rulebooks"]}
    assert named == set(books.all_books())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_runner_counts_what_passes(path, capsys):
    assert main([str(path)]) == 0
    number = len(json.loads(path.read_text(encoding="utf-8"))["cases"])
    assert capsys.readouterr().out == f"law: {number}/{number}\n"


def test_the_runner_tells_a_failure_with_the_rule_and_its_source(tmp_path, capsys):
    raw = next(raw for raw in CASES if raw["id"] == "br-sp-saturday-afternoon")
    (tmp_path / "odd.json").write_text(json.dumps({"schema": 1, "cases": [{**raw, "expected": "allowed"}]}))
    assert main([str(tmp_path / "odd.json")]) == 1
    out = capsys.readouterr().out
    assert "br-sp-saturday-afternoon: expected" in out
    assert "Lei Estadual 15.426/2014" in out


@pytest.mark.parametrize("content", ["[]", "not json", '{"schema": 2, "cases": []}'])
def test_a_file_in_another_format_is_refused(tmp_path, capsys, content):
    (tmp_path / "odd.json").write_text(content)
    assert main([str(tmp_path / "odd.json")]) == 2
    assert capsys.readouterr().err
