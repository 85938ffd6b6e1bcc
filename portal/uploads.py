"""How much a request may bring along: said before any of it is written to this computer's disk."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class BoundedUpload(FileUploadHandler):
    """The first of the upload handlers: refuses a request that says it is longer than MOST_UPLOADED bytes (400).

    A form's own check comes too late: the files are on the disk by then, a stranger's too. Nobody can say less than
    they send: Django reads no further than Content-Length, and nothing without one.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: Mapping[str, str],  # noqa: N803  Django's name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        if content_length > settings.MOST_UPLOADED:
            raise RequestDataTooBig("The request is longer than MOST_UPLOADED.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data  # the next handler keeps it

    def file_complete(self, file_size: int) -> None:
        return None
