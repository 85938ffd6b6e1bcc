"""Read a table that a person hands over: CSV or an Excel workbook's first sheet. Every cell is text; nothing is run.

A formula is the text it is written as, so a column of amounts refuses it. Errors are for people: ValueError says what
to do.
"""

import codecs
import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from loans.portfolio.reading import LONGEST_CELL

MOST_BYTES = 2_000_000
MOST_UNPACKED = 20_000_000  # bytes; a workbook is a zip archive
MOST_COLUMNS = 50
DIGITS = 15  # that Excel keeps of a number: 0.1 + 0.2 is 0.3 there

SEPARATORS = ",;\t"  # what Excel writes depends on the country; the first row says which

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # Excel's “Unicode text”
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BROKEN = (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, EOFError, OSError)

Row = tuple[int, tuple[str, ...]]  # the line in the file, its cells


@dataclass(frozen=True)
class Sheet:
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    source: str = ""  # the file, as the log names it


def read(content: bytes, *, most_rows: int) -> Sheet:
    """Header and rows; empty rows are passed over. ValueError: not such a table, or too large."""
    check_size(len(content))
    if content.startswith(_OLD_EXCEL):
        raise ValueError(_("This is an old Excel file. Save it as .xlsx or CSV and hand it in again."))
    table = _workbook(content, most_rows) if content.startswith(_ZIP) else _csv(content, most_rows)
    filled = [(line, cells) for line, cells in table if any(cells)]
    if not filled:
        raise ValueError(_("The file is empty. Its first row names the columns."))
    (_line, header), *rows = filled
    while header and not header[-1]:
        header = header[:-1]
    if not rows:
        raise ValueError(_("There is no row below the names of the columns."))
    if len(rows) > most_rows:
        raise ValueError(
            _("The file has more than %(most)d rows. Split it, or have it imported on the server.")
            % {"most": most_rows}
        )
    return Sheet(header, tuple((line, _fit(cells, len(header), line)) for line, cells in rows))


def check_size(size: int) -> None:
    """size: bytes. ValueError: more than is read."""
    if size > MOST_BYTES:
        words = _("The file is larger than %(most)d MB. Split it.")
        raise ValueError(words % {"most": MOST_BYTES // 1_000_000})


def _fit(cells: tuple[str, ...], width: int, line: int) -> tuple[str, ...]:
    if any(cells[width:]):
        raise ValueError(_("Line %(line)d has more cells than the header.") % {"line": line})
    return (*cells, *[""] * (width - len(cells)))[:width]


def _csv(content: bytes, most_rows: int) -> list[Row]:
    csv.field_size_limit(LONGEST_CELL)
    try:
        text = content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(_("The file is not UTF-8. Save it as UTF-8 and hand it in again.")) from error
    rows: list[Row] = []
    separator = max(SEPARATORS, key=text.partition("\n")[0].count)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    start = 1
    try:
        for cells in lines:
            rows.append((start, tuple(cell.strip() for cell in cells)))
            start = lines.line_num + 1
    except csv.Error as error:
        raise ValueError(_("Line %(line)d is not CSV. Check its quotes.") % {"line": start}) from error
    return rows


def _workbook(content: bytes, most_rows: int) -> list[Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > MOST_UNPACKED:
            raise ValueError
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        # One row more than allowed is enough to know that there are too many.
        read = book.worksheets[0].iter_rows(max_row=most_rows + 2, max_col=MOST_COLUMNS, values_only=True)
        return [(line, tuple(map(_text, cells))) for line, cells in enumerate(read, 1)]
    except (*_BROKEN, IndexError) as error:
        raise ValueError(_("The workbook cannot be read. Save it anew as .xlsx, or as CSV.")) from error


def _text(value: object) -> str:
    """As the cell would stand in a CSV file: a day as 2027-03-15, a number without exponent."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{Decimal(f'{value:.{DIGITS}g}'):f}"
    return str(value).strip()
