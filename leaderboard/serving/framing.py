"""Where a request ends: only what every server on the way reads in the same way comes in.

waitress is lenient here: it ignores ``Transfer-Encoding`` in HTTP/1.0, takes an empty or repeated one, any version, a
line feed for the end of a chunk's size, and lines without bounds. What a proxy reads otherwise would be a request of
its own for one of them.
"""

from __future__ import annotations

import re
from typing import Any

from waitress.parser import ParsingError
from waitress.rfc7230 import HEADER_FIELD_RE
from waitress.utilities import BadRequest

MAX_LENGTH_DIGITS = 15
LINE_BYTES = 1024
"""Of a chunk's size with its extensions, or of one trailer."""
TRAILER_BYTES = 8 * 1024

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,12})(?:;[\t \x21-\x7e\x80-\xff]*)?")
_END = b"\r\n"


def check_head(head: bytes) -> None:
    """Refuse a request line with headers whose body, version or host can be read in two ways.

    Raises:
        ParsingError: what is wrong.
    """
    first, *lines = head.split(_END)
    version = first.rpartition(b" ")[2]
    if version not in (b"HTTP/1.0", b"HTTP/1.1"):
        raise ParsingError("The version has to be 1.0 or 1.1")
    found: dict[bytes, list[bytes]] = {b"host": [], b"content-length": [], b"transfer-encoding": []}
    for line in lines:
        if line.startswith((b" ", b"\t")):
            raise ParsingError("A header is folded over lines")
        name, _, value = line.partition(b":")
        found.get(name.lower(), []).append(value.strip(b" \t"))
    _check_length(found[b"content-length"], found[b"transfer-encoding"], version)
    hosts = len(found[b"host"])
    if hosts > 1 or (hosts == 0 and version == b"HTTP/1.1"):
        raise ParsingError("There has to be one Host")


def _check_length(lengths: list[bytes], codings: list[bytes], version: bytes) -> None:
    if lengths and codings:
        raise ParsingError("Content-Length and Transfer-Encoding exclude each other")
    if len(lengths) > 1 or any(len(length) > MAX_LENGTH_DIGITS for length in lengths):
        raise ParsingError("Content-Length is invalid")
    if codings and version != b"HTTP/1.1":
        raise ParsingError("Transfer-Encoding needs version 1.1")
    if len(codings) > 1 or any(not coding.strip(b",") or coding.count(b",") for coding in codings):
        raise ParsingError("Transfer-Encoding has to be one coding")


def check_target(netloc: str, path: str, host: str) -> None:
    """Refuse a target that isn't a path, or names another host than the header does.

    Raises:
        ParsingError: what is wrong.
    """
    if netloc and netloc.lower() != host.lower():
        raise ParsingError("The target names another host than Host")
    if path and path != "*" and not path.startswith("/"):
        raise ParsingError("The target has to be a path")


class ChunkReceiver:
    """Reads a chunked body into ``buffer``; used by the parser in place of waitress' own."""

    def __init__(self, buffer: Any) -> None:
        self.completed = False
        self.error: BadRequest | None = None
        self._buffer = buffer
        self._left = 0
        """Bytes of the chunk that are still to come."""
        self._line = bytearray()
        self._take = self._take_size
        self._trailer_bytes = 0

    def __len__(self) -> int:
        return len(self._buffer)

    def getfile(self) -> Any:
        return self._buffer.getfile()

    def getbuf(self) -> Any:
        return self._buffer

    def received(self, data: bytes) -> int:
        """Take what belongs to the body; return how many bytes that is, all of them after an error."""
        place = 0
        while place < len(data) and not self.completed:
            if self._left:
                piece = data[place : place + self._left]
                self._buffer.append(piece)
                self._left -= len(piece)
            else:
                piece = data[place : data.find(b"\n", place) + 1 or len(data)]
                self._line += piece
                self._look_at_line()
            place += len(piece)
            if self.error is not None:
                return len(data)
        return place

    def _look_at_line(self) -> None:
        if len(self._line) > LINE_BYTES:
            self.error = BadRequest("A line of a chunked body is too long")
        elif self._line.endswith(b"\n"):
            line = bytes(self._line)
            self._line.clear()
            if line.endswith(_END):
                self._take(line[: -len(_END)])
            else:
                self.error = BadRequest("A line of a chunked body has to end with CR LF")

    def _take_size(self, line: bytes) -> None:
        found = _SIZE.fullmatch(line)
        if found is None:
            self.error = BadRequest("Invalid chunk size")
            return
        self._left = int(found[1], 16)
        self._take = self._take_end if self._left else self._take_trailer

    def _take_end(self, line: bytes) -> None:
        if line:
            self.error = BadRequest("Chunk not properly terminated")
        self._take = self._take_size

    def _take_trailer(self, line: bytes) -> None:
        """Trailers are dropped; the empty line behind them is the end."""
        self._trailer_bytes += len(line)
        if not line:
            self.completed = True
        elif self._trailer_bytes > TRAILER_BYTES or HEADER_FIELD_RE.fullmatch(line) is None:
            self.error = BadRequest("Invalid trailer")
