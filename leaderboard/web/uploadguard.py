"""Bounds every upload: nothing larger than the largest possible submission is ever kept.

Django's own limits do not bound the size of files. Here a body is read to its end, so that the sender gets a response
and not a broken connection, but whatever exceeds the limits is discarded as it arrives.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser

from evaluators.problems import BundleError, Problem, SubmissionError
from evaluators.submissions import (
    MAX_FILE_BYTES,
    MAX_TOTAL_BYTES,
    Upload,
    plain_name,
    readable_size,
    too_large,
    too_large_together,
)

_REFUSAL = "_upload_refusal"


class BoundedUploadHandler(FileUploadHandler):
    """Refuses file names with folders, large files, and a large total, each as soon as it is detected."""

    max_file = MAX_FILE_BYTES
    max_total = MAX_TOTAL_BYTES

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._total = 0
        self._file = 0
        self._nested = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 — the name by which Django passes it
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> Any:
        # Django silently drops folders from a file name. This hook may parse the body itself, so it runs the same
        # parser with a check of the names; the second call of the hook comes from that parser.
        if self._nested or self.request is None:
            return None
        self._nested = True
        return _WatchfulParser(META, _Stream(input_data), self.request, encoding).parse()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._file = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self._file += len(raw_data)
        self._total += len(raw_data)
        if self._file > self.max_file:
            # None hides this chunk from the handlers that keep files; form fields after the file are still read.
            _refuse(self.request, too_large(self.file_name or "", self.max_file))
            return None
        if self._total > self.max_total:
            _refuse(self.request, self.too_much())
            return None
        return raw_data

    def too_much(self) -> Problem:
        return too_large_together()

    def file_complete(self, file_size: int) -> None:
        """None: the next handler keeps the file."""
        return None


class OrganizerUploadHandler(BoundedUploadHandler):
    """For the data of a challenge, which are much larger than a submission and never held in memory.

    See ``take_organizer_uploads``.
    """

    max_file = sys.maxsize  # only the total is limited
    max_total = settings.ORGANIZER_UPLOAD_BYTES

    def too_much(self) -> Problem:
        return Problem(f"these files are larger than {readable_size(self.max_total)} in all.", "Send fewer or less.")


def take_organizer_uploads(request: HttpRequest) -> None:
    """Allow a body as large as the data of a challenge; call this before anything reads the body.

    The CSRF check also reads the body, so a view that calls this must do that check itself, afterwards.
    """
    request.upload_handlers = [OrganizerUploadHandler(request), TemporaryFileUploadHandler(request)]


class _Stream:
    """A body that can only be read in chunks.

    Django discards the rest of a body by iterating over it, which for its own stream means line by line: a line of one
    gigabyte would be held in memory. Without ``__iter__`` it falls back to chunks.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int) -> bytes:
        piece: bytes = self._stream.read(size)
        return piece


class _WatchfulParser(MultiPartParser):
    def __init__(self, meta: Any, stream: Any, request: HttpRequest, encoding: str | None) -> None:
        super().__init__(meta, stream, request.upload_handlers, encoding)
        self._request = request

    def sanitize_file_name(self, file_name: str) -> str | None:
        # Django would silently remove folders and invisible characters.
        try:
            plain_name(file_name)
        except SubmissionError as error:
            _refuse(self._request, error.problems[0])
        return super().sanitize_file_name(file_name)


def _refuse(request: HttpRequest | None, problem: Problem) -> None:
    if request is not None and not hasattr(request, _REFUSAL):
        setattr(request, _REFUSAL, problem)


def read_organizer_uploads(request: HttpRequest, files: Iterable[UploadedFile[Any]]) -> list[UploadedFile[Any]]:
    """The files of a parsed request, open, on disk.

    Raises:
        BundleError: the guard refused something while parsing.
    """
    refusal = getattr(request, _REFUSAL, None)
    if refusal is not None:
        raise BundleError(refusal)
    return list(files)


def read_uploads(request: HttpRequest, files: Iterable[UploadedFile[Any]]) -> list[Upload]:
    """The files of a parsed request.

    ``request`` is Django's own request, not DRF's wrapper.

    Raises:
        SubmissionError: the guard refused something while parsing.
    """
    refusal = getattr(request, _REFUSAL, None)
    if refusal is not None:
        raise SubmissionError(refusal)
    return [Upload(file.name or "", file.read()) for file in files]
