"""Files that are scanned, by a small clamd of our own; and how many files one person may leave with us."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Borrower
from notifications.conversations import attachments, virus_scan
from notifications.conversations import journeys as conversations
from notifications.conversations.journeys import Said
from notifications.models import Attachment
from notifications.words import Topic
from tests.notifications.test_attachments import PDF

pytestmark = pytest.mark.django_db
NEW = reverse("conversations:new")
# The industry's harmless test file, in two parts so that no scanner takes this one for it.
EICAR = PDF + b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.ThreadingTCPServer):
    """What clamd does with INSTREAM. answers: what it says instead of what it found."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[bytes] = []
        self.answer = b""


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server: Any = self.server
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
        server.seen.append(content)
        found = b"stream: Eicar-Signature FOUND" if b"EICAR" in content else b"stream: OK"
        self.wfile.write((server.answer or found) + b"\0")


@pytest.fixture
def clamd(settings: Any) -> Iterator[Clamd]:
    with Clamd() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.CLAMD_ADDRESS = f"127.0.0.1:{server.server_address[1]}"
        yield server
        server.shutdown()


def kept(borrower: Borrower, content: bytes) -> Attachment:
    """A file that came before there was a scanner."""
    files = (attachments.Checked("letter.pdf", "pdf", SimpleUploadedFile("letter.pdf", content)),)
    said = Said("Here it is.", files=files)
    message = conversations.write(borrower, said=said, topic=Topic.BILL, now=timezone.now())
    return message.attachments.get()


def path(attachment: Attachment) -> str:
    return reverse("conversations:file", args=[attachment.pk])


def send(client: Client, *files: bytes) -> Any:
    attached = [SimpleUploadedFile("letter.pdf", each) for each in files]
    return client.post(NEW, {"topic": "bill", "text": "Here it is.", "attached": attached})


def test_a_file_comes_to_the_scanner_whole(clamd: Clamd) -> None:
    content = PDF + b"x" * (3 * virus_scan.CHUNK + 1)
    assert virus_scan.found_in(content) == ""
    assert virus_scan.found_in(EICAR) == "Eicar-Signature"
    assert clamd.seen == [content, EICAR]


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR", b"nonsense"])
def test_what_is_no_clear_answer_proves_nothing(clamd: Clamd, answer: bytes) -> None:
    clamd.answer = answer
    with pytest.raises(virus_scan.ScannerAway):
        virus_scan.found_in(PDF)


@pytest.mark.parametrize("address", ["127.0.0.1:1", "unix:/nowhere/clamd.sock", "no-port"])
def test_a_scanner_that_is_not_there_is_away(settings: Any, address: str) -> None:
    settings.CLAMD_ADDRESS = address
    with pytest.raises(virus_scan.ScannerAway):
        virus_scan.found_in(PDF)


def test_no_file_is_handed_out_before_it_was_found_clean(
    signed_in: Client, staff_client: Client, borrower: Borrower, clamd: Clamd, settings: Any
) -> None:
    clean, infected = kept(borrower, PDF), kept(borrower, EICAR)
    staff_path = reverse("admin:notifications_attachment_download", args=[infected.pk])
    address, settings.CLAMD_ADDRESS = settings.CLAMD_ADDRESS, "127.0.0.1:1"
    away = signed_in.get(path(clean))
    assert away.status_code == 503
    assert "Try again in a few minutes" in away.text
    settings.CLAMD_ADDRESS = address
    assert signed_in.get(path(clean)).content == PDF
    for client, where in ((signed_in, path(infected)), (staff_client, staff_path)):
        answer = client.get(where)
        assert answer.status_code == 403
        assert "A virus was found" in answer.text
    assert clamd.seen == [PDF, EICAR]  # and then it is remembered
    settings.CLAMD_ADDRESS = ""
    assert signed_in.get(path(infected)).status_code == 403


def test_a_file_with_a_virus_is_not_taken_and_the_words_stay(signed_in: Client, clamd: Clamd) -> None:
    answer = send(signed_in, EICAR)
    assert answer.status_code == 200
    assert "has a virus" in answer.text
    assert "Here it is." in answer.text
    assert not Attachment.objects.exists()


def test_where_the_scanner_is_away_a_message_still_comes(signed_in: Client, settings: Any) -> None:
    settings.CLAMD_ADDRESS = "127.0.0.1:1"
    assert send(signed_in, PDF).status_code == 302
    assert Attachment.objects.get().scanned_at is None


def test_without_a_scanner_nothing_is_scanned(signed_in: Client, borrower: Borrower) -> None:
    assert signed_in.get(path(kept(borrower, EICAR))).content == EICAR


def test_the_files_of_one_person_have_a_limit_together(
    signed_in: Client, stranger_client: Client, settings: Any
) -> None:
    settings.MOST_KEPT = 2 * len(PDF)
    assert send(signed_in, PDF, PDF).status_code == 302
    refused = send(signed_in, PDF)
    assert refused.status_code == 200
    assert "the most we keep" in refused.text
    assert send(stranger_client, PDF).status_code == 302
    assert send(signed_in).status_code == 302
