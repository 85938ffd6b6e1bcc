"""A file is what its content says, whatever it is called; names cannot lead anywhere."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from notifications.conversations import attachments
from notifications.conversations.attachments import (
    LONGEST_NAME,
    MOST_BYTES,
    FileRefused,
    Kind,
    check,
    harmless,
)

PDF, JPEG, PNG = b"%PDF-1.7\n", b"\xff\xd8\xff\xe0..", b"\x89PNG\r\n\x1a\n.."


def upload(name: str = "letter.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize(
    ("content", "kind"), [(PDF, Kind.PDF), (JPEG, Kind.JPEG), (PNG, Kind.PNG), (b"GIF89a", None), (b"", None)]
)
def test_the_kind_is_read_from_the_content(content: bytes, kind: Kind | None) -> None:
    assert attachments.kind_of(content) == kind


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("letter.pdf", PDF, "letter.pdf"),
        ("Photo.JPG", JPEG, "Photo.JPG"),
        ("photo.jpeg", JPEG, "photo.jpeg"),
        ("page.html", PDF, "page.html.pdf"),
        ("letter.pdf", PNG, "letter.pdf.png"),
        ("工资单.pdf", PDF, "工资单.pdf"),
        ("x" * 300 + ".pdf", PDF, "x" * 96 + ".pdf"),
    ],
)
def test_a_name_ends_as_the_content_says(name: str, content: bytes, kept: str) -> None:
    (checked,) = check([upload(name, content)])
    assert checked.name == kept
    assert checked.file.read() == content  # from its start


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([upload()] * 4, "at most 3 files"),
        ([upload(content=b"")], "is empty"),
        ([upload(content=PDF + b"x" * MOST_BYTES)], "bigger than 5 MB"),
        ([upload("letter.pdf", b"<html><script>")], "not a PDF, a JPEG or a PNG"),
        ([upload("letter.pdf", b"\n%PDF-1.7")], "not a PDF"),
        ([upload(), upload("run.exe", b"MZ")], "“run.exe” is not"),
    ],
)
def test_what_is_not_taken_is_told_with_its_name_and_what_to_do(
    files: list[SimpleUploadedFile], says: str
) -> None:
    with pytest.raises(FileRefused, match=says):
        check(files)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\letter.pdf", "letter.pdf"),
        (".htaccess", "htaccess"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("fdp.\u202eexe", "fdp.exe"),
        ("  two   words.pdf", "two words.pdf"),
    ],
)
def test_a_name_leads_nowhere_and_looks_like_what_it_is(name: str, kept: str) -> None:
    assert harmless(name) == kept


@given(st.text())
def test_no_name_is_too_long_or_holds_a_folder(name: str) -> None:
    kept = attachments.named(harmless(name), Kind.PDF)
    assert kept.endswith(".pdf") or kept.lower().endswith(".pdf")
    assert 4 < len(kept) <= LONGEST_NAME
    assert not set(kept) & set("/\\\r\n\0")
