"""Bytes in, one answer out: llhttp reads it, strictly, and what it would read in two ways is refused here. RFC 9112."""

from httptools import HttpParserError, HttpResponseParser

LONGEST = 64 * 1024  # bytes of an answer; a real one has about 1,000, a lying one may never end


class Reading:
    """The answer to one call, as far as it has come."""

    def __init__(self) -> None:
        self.status = 0  # until the head has been read
        self.headers: dict[bytes, bytes] = {}  # by name in lower case
        self.body = b""
        self.is_whole = False
        self.is_kept = False  # may the connection be used again? Known once it is whole
        self._room = LONGEST
        self._parser = HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        """ValueError: it is no HTTP/1.1 answer, or it does not say where it ends in one way only.

        Of one too long, the head is the answer.
        """
        try:
            self._parser.feed_data(data if len(data) <= self._room else data[: self._room])
        except HttpParserError as error:
            if not self.is_whole:
                raise ValueError(str(error.__context__ or error)) from error
            self.is_kept = False  # the connection is ahead by what follows the answer
        self._room -= len(data)
        if self._room < 0:
            self._leave_off()
        if self.is_whole:
            del self._parser  # they hold each other

    def closed(self) -> None:
        """It hung up, properly: the end of an answer that told no other."""
        self.is_whole = self.is_whole or (self.status > 0 and not self._tells_its_end)

    @property
    def _tells_its_end(self) -> bool:
        return b"content-length" in self.headers or b"transfer-encoding" in self.headers

    def _leave_off(self) -> None:
        if not self.status:
            raise ValueError("too long a head")
        if not self.is_whole:
            self.body, self.is_whole = b"", True
        self.is_kept = False

    # ---------- as llhttp calls it ----------

    def on_message_begin(self) -> None:
        if self.is_whole:
            raise ValueError("an answer ahead")

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.status:  # else it comes after the body
            self.headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status == 101:
            raise ValueError("another protocol")
        if status < 200:  # it announces the answer to come
            self.headers.clear()
            return
        if self.headers.get(b"transfer-encoding", b"chunked").lower() != b"chunked":
            raise ValueError("an unknown coding")
        self.status = status

    def on_body(self, data: bytes) -> None:
        self.body += data

    def on_message_complete(self) -> None:
        if self.status:
            self.is_whole, self.is_kept = True, self._parser.should_keep_alive()
