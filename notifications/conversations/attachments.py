"""Files that come with a message: what they are is read from their content, never from their name."""

import logging
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.conf import settings
from django.core.files.base import File
from django.db.models import Sum
from django.utils.translation import gettext

from accounts.models import Borrower
from notifications.conversations import virus_scan
from notifications.models import Attachment
from notifications.words import Side

log = logging.getLogger(__name__)
MOST_BYTES = 5 * 1024 * 1024  # of one file
MOST_FILES = 3  # of one message
LONGEST_NAME = 100

Kind = Attachment.Kind

# What a file begins with. Sources: ISO 32000-2, 7.5.2; ITU-T T.81, B.1.1.3 (SOI and a marker); W3C PNG, 5.2.
_BEGINNINGS: dict[Kind, bytes] = {
    Kind.PDF: b"%PDF-",
    Kind.JPEG: b"\xff\xd8\xff",
    Kind.PNG: b"\x89PNG\r\n\x1a\n",
}
CONTENT_TYPES: dict[str, str] = {
    Kind.PDF: "application/pdf",
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
}
ENDINGS: dict[str, tuple[str, ...]] = {Kind.PDF: (".pdf",), Kind.JPEG: (".jpg", ".jpeg"), Kind.PNG: (".png",)}
ACCEPT = ",".join([*CONTENT_TYPES.values(), *(one for endings in ENDINGS.values() for one in endings)])


class FileRefused(ValueError):
    """This file is not taken; the text says why and what to do."""


@dataclass(frozen=True)
class Checked:
    """A file that may be kept."""

    name: str
    kind: str  # an Attachment.Kind value
    file: "File[bytes]"


def check(files: Sequence["File[bytes]"]) -> tuple[Checked, ...]:
    """The files of one message as they may be kept. FileRefused: too many, too big, or of another kind."""
    if len(files) > MOST_FILES:
        raise FileRefused(gettext("Choose at most %(most)d files.") % {"most": MOST_FILES})
    return tuple(map(_check, files))


def _check(file: "File[bytes]") -> Checked:
    name = harmless(file.name or "")
    given = {"name": name, "most": MOST_BYTES // 1024 // 1024}
    if not file.size:
        raise FileRefused(gettext("“%(name)s” is empty. Choose another file.") % given)
    if file.size > MOST_BYTES:
        raise FileRefused(gettext("“%(name)s” is bigger than %(most)d MB. Choose a smaller file.") % given)
    file.seek(0)
    kind = kind_of(file.read(16))
    file.seek(0)
    if kind is None:
        raise FileRefused(
            gettext("“%(name)s” is not a PDF, a JPEG or a PNG. Save it as one of these and try again.")
            % given
        )
    if _has_virus(file):
        raise FileRefused(
            gettext("“%(name)s” has a virus. Check your device, and send another file.") % given
        )
    return Checked(named(name, kind), kind, file)


def kind_of(beginning: bytes) -> Kind | None:
    """What a file is by its first 16 bytes; None: nothing we take."""
    return next((kind for kind, magic in _BEGINNINGS.items() if beginning.startswith(magic)), None)


def harmless(name: str) -> str:
    """A sender's name for a file without its folder, control signs and signs that turn the direction of writing
    (a name may then look as if it ended otherwise than it does).
    """
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    return " ".join(seen.split())[-LONGEST_NAME:].lstrip(". ")


def named(name: str, kind: Kind) -> str:
    """The name with an ending that says what the file truly is. "letter.exe" of a PDF becomes "letter.exe.pdf"."""
    if name.lower().endswith(ENDINGS[kind]):
        return name
    ending = ENDINGS[kind][0]
    return (name or "file")[: LONGEST_NAME - len(ending)] + ending


# ---------- how much one person may leave with us ----------


def check_room(borrower: Borrower, files: Sequence[Checked]) -> None:
    """FileRefused: with these files it would be more than settings.MOST_KEPT together."""
    if not files:
        return
    theirs = Attachment.objects.filter(message__conversation__borrower=borrower, message__side=Side.BORROWER)
    kept = theirs.aggregate(bytes=Sum("size"))["bytes"] or 0
    if kept + sum(each.file.size for each in files) > settings.MOST_KEPT:
        most = settings.MOST_KEPT // 1024 // 1024
        raise FileRefused(
            gettext(
                "Your files take up %(most)d MB, which is the most we keep. Send this without files, or call us."
            )
            % {"most": most}
        )


# ---------- viruses, where there is a scanner ----------


class Refusal(Enum):
    """Why a file is not handed out; the value is the answer's status."""

    INFECTED = 403
    NOT_SCANNED = 503  # the scanner is away: later

    @property
    def status(self) -> int:
        return self.value


def scanned(attachment: Attachment, content: bytes, *, now: datetime) -> Refusal | None:
    """None: it may be handed out. It is scanned at its first way out, and what was found is remembered."""
    if attachment.scanned_at is None and virus_scan.is_wanted():
        try:
            attachment.virus = virus_scan.found_in(content)[:100]
        except virus_scan.ScannerAway as error:
            log.error("file_not_scanned attachment=%s error=%s", attachment.pk, error)
            return Refusal.NOT_SCANNED
        attachment.scanned_at = now
        attachment.save(update_fields=["scanned_at", "virus"])
        if attachment.virus:
            log.warning("virus_found attachment=%s virus=%s", attachment.pk, attachment.virus)
    return Refusal.INFECTED if attachment.virus else None


def _has_virus(file: "File[bytes]") -> bool:
    """Of a file that is being sent. Where the scanner is away it is taken: it is scanned before anybody gets it."""
    if not virus_scan.is_wanted():
        return False
    file.seek(0)
    content = file.read()
    file.seek(0)
    try:
        return bool(virus_scan.found_in(content))
    except virus_scan.ScannerAway:
        return False
