"""A table that staff hand in is read cell by cell as text, and what is no table says what to do."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from loans import sheets


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(content, most_rows=1000):
    return sheets.read(content, most_rows=most_rows)


MARCH = datetime(2026, 3, 1)  # noqa: DTZ001  Excel knows no zone


def test_a_workbooks_days_and_numbers_read_as_in_a_csv_file():
    sheet = read(
        workbook(
            ["account", "number", "due_on", "issued_on", "amount", "principal", "interest"],
            ["L-1", 1, date(2026, 3, 15), MARCH, 100, 1234.56, 0.1 + 0.2],
            ["0012", 2.0, "2026-04-15", None, 1e15, 0.001, True],
        )
    )
    assert sheet.rows == (
        (2, ("L-1", "1", "2026-03-15", "2026-03-01", "100", "1234.56", "0.3")),
        (3, ("0012", "2", "2026-04-15", "", "1000000000000000", "0.001", "True")),
    )


def test_a_formula_is_the_text_it_is_written_as():
    assert read(workbook(["amount"], ["=1+1"], ['=HYPERLINK("http://x")'])).rows[0] == (2, ("=1+1",))
    assert read(b"amount\n=1+1\n").rows == ((2, ("=1+1",)),)


def test_lines_are_counted_as_the_file_shows_them():
    assert read(b"a,b\n1,2\n\n,\n3,\n").rows == ((2, ("1", "2")), (5, ("3", "")))
    assert [line for line, _ in read(workbook(["a"], [1], [None], [2])).rows] == [2, 4]


@pytest.mark.parametrize(
    "content",
    [
        b"a;b\n1;2,5\n",
        b"a\tb\n1\t2,5\n",
        "a\tb\r\n1\t2,5\r\n".encode("utf-16"),
        b'\xef\xbb\xbfa,b\n1,"2,5"\n',
    ],
)
def test_what_excel_writes_in_any_country_is_read(content):
    assert read(content) == sheets.Sheet(("a", "b"), ((2, ("1", "2,5")),))


def test_empty_columns_at_the_end_are_none():
    assert read(b"a,b,,\n1,2,,\n").columns == ("a", "b")


def too_large_unpacked():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (sheets.MOST_UNPACKED + 1))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"\n\n", "The file is empty"),
        (b"a\n" * 5, "more than 3 rows"),
        (workbook(*[["a"]] * 5), "more than 3 rows"),
        ("a\nMüller\n".encode("latin-1"), "not UTF-8"),
        (b'a\n"x\n', "Line 2 is not CSV"),
        (b"a\n1,2\n", "Line 2 has more cells"),
        (b"\xd0\xcf\x11\xe0 and so on", "old Excel file"),
        (b"PK\x03\x04 no archive", "cannot be read"),
        (workbook(["a"], ["b"])[:-200], "cannot be read"),
        (too_large_unpacked(), "cannot be read"),
        (b"a" * (sheets.MOST_BYTES + 1), "larger than 2 MB"),
    ],
    ids=range(12),
)
def test_what_is_no_table_says_what_to_do(content, words):
    with pytest.raises(ValueError, match=words):
        read(content, most_rows=3)
