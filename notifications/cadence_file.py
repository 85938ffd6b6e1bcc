"""A cadence supposed in a TOML file, to be simulated in place of the stored ones. Pure: reads text, touches no table.

[[steps]]
offset_days = -3           # days from the due date
category = "upcoming"      # upcoming before it, due on it, overdue after it
template_code = "upcoming"
useful_days = 1            # days after its own on which it may still be sent
"""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from notifications.choice import LEAD_DAYS
from notifications.material import LadderStep

FIELDS = ("offset_days", "category", "template_code", "useful_days")
LONGEST = 60  # days, both from the due date and of use


class CadenceFileError(ValueError):
    """What is wrong with the file, one sentence for each problem."""


def read(text: str, *, codes: Collection[str]) -> tuple[LadderStep, ...]:
    """The steps, first to last. codes: the templates that have approved words. CadenceFileError: all that is wrong."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CadenceFileError(f"This is not TOML: {error}.") from error
    rows = content.pop("steps", None)
    problems = [f"{name}: unknown. The file holds [[steps]] and nothing else." for name in content]
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise CadenceFileError("\n".join([*problems, f"Write one [[steps]] for each step, with {_all()}."]))
    for number, row in enumerate(rows, 1):
        problems += [f"step {number}: {problem}" for problem in _problems(row, codes)]
    offsets = [row.get("offset_days") for row in rows]
    problems += [
        f"step {number}: another step is at offset_days = {offset} already."
        for number, offset in enumerate(offsets, 1)
        if offset in offsets[: number - 1]
    ]
    if problems:
        raise CadenceFileError("\n".join(problems))
    return tuple(sorted((LadderStep(**row) for row in rows), key=lambda step: step.offset_days))


def _all() -> str:
    return ", ".join(FIELDS)


def _problems(row: Mapping[str, Any], codes: Collection[str]) -> Iterator[str]:
    if unknown := sorted(set(row) - set(FIELDS)):
        yield f"{', '.join(unknown)}: unknown. Write {_all()}."
    if missing := [name for name in FIELDS if name not in row]:
        yield f"{', '.join(missing)}: missing."
        return
    offset, useful = row["offset_days"], row["useful_days"]
    if not _is_number(useful) or not 0 <= useful <= LONGEST:
        yield f"useful_days = {useful!r}: write whole days from 0 to {LONGEST}."
    if not isinstance(row["template_code"], str) or row["template_code"] not in codes:
        yield (
            f"template_code = {row['template_code']!r}: no approved words of that code. "
            f"There are {', '.join(sorted(codes)) or 'none'}."
        )
    if not _is_number(offset) or abs(offset) > LONGEST:
        yield f"offset_days = {offset!r}: write whole days from -{LONGEST} to {LONGEST}."
        return
    if offset <= 0 and -offset not in LEAD_DAYS:
        days = ", ".join(str(-day) for day in LEAD_DAYS)
        yield f"offset_days = {offset}: up to the due date a step is at {days}, which borrowers choose from."
    meant = "upcoming" if offset < 0 else "overdue" if offset else "due"
    if row["category"] != meant:
        yield f"category = {row['category']!r}: at offset_days = {offset} it is {meant!r}."


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
