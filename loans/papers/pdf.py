"""Set a sheet as PDF with Typst: tagged for screen readers (PDF/UA-1), Chinese included, no system library or font."""

import json
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Literal, cast

import typst
from pylopdf_fonts_zh_cn import sans_path

from loans.papers.sheet import Sheet

TEMPLATE = Path(__file__).with_name("paper.typ")
REGIONS = {
    "zh-hans": ("zh", "CN"),
    "zh-hant": ("zh", "TW"),
}  # any other language is its own, without a region

_one_at_a_time = Lock()  # a compiler serves one caller; a page takes it some milliseconds


def pdf(sheet: Sheet) -> bytes:
    """The paper's file. Its texts are data to the template and cannot become markup.

    PDF/UA-1 admits no character that the font lacks. Somebody whose name has a rare one gets their paper all the
    same: tagged, with a box in that place, without the claim to the standard.
    """
    language, region = REGIONS.get(sheet.language, (sheet.language, None))
    data = json.dumps({**sheet.to_json(), "language": language, "region": region})
    with _one_at_a_time:
        try:
            return _compiled(data, strict=True)
        except typst.TypstError:
            return _compiled(data, strict=False)


def _compiled(data: str, *, strict: bool) -> bytes:
    standard: Literal["ua-1"] | None = "ua-1" if strict else None
    made = _compiler().compile(format="pdf", sys_inputs={"sheet": data}, pdf_standards=standard)
    return cast(bytes, made)  # a list only of pictures, one a page


@cache
def _compiler() -> typst.Compiler:
    """One a process, because it reads the fonts once."""
    return typst.Compiler(
        TEMPLATE, root=TEMPLATE.parent, font_paths=[sans_path().parent], ignore_system_fonts=True
    )
