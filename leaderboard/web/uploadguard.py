"""The guard in front of every upload: nothing larger than a submission can be is ever held.

Django's own limits say nothing about the size of files. Here a body is read to its end, so that the sender gets an
answer and not a broken connection, but what is too much is thrown away as it comes.
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
    """Refuses, as soon as it is seen, a file name with folders in it, a large file, or too much in all."""

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
        # Django drops folders from a file name without a word. This hook may parse the body itself, so the same
        # parser runs with an eye on the names; the second call of the hook comes from within that parser.
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
            # None hides the piece from the handlers that keep files; the fields behind the file are still read.
            _refuse(self.request, too_large(self.file_name or "", self.max_file))
            return None
        if self._total > self.max_total:
            _refuse(self.request, self.too_much())
            return None
        return raw_data

    def too_much(self) -> Problem:
        return too_large_together()

    def file_complete(self, file_size: int) -> None:
        """The next handler keeps the file."""
        return None


class OrganizerUploadHandler(BoundedUploadHandler):
    """For the data of a challenge: much more than a submission, and never held in memory.

    See ``take_organizer_uploads``.
    """

    max_file = sys.maxsize  # what is too large alone is too large in all
    max_total = settings.ORGANIZER_UPLOAD_BYTES

    def too_much(self) -> Problem:
        return Problem(f"these files are larger than {readable_size(self.max_total)} in all.", "Send fewer or less.")


def take_organizer_uploads(request: HttpRequest) -> None:
    """Let the body of this request be as large as the data of a challenge; to be called before anything reads it.

    Reading includes the check of the form's token: a view that calls this checks it afterwards, by itself.
    """
    request.upload_handlers = [OrganizerUploadHandler(request), TemporaryFileUploadHandler(request)]


class _Stream:
    """A body that can be read in pieces only.

    Where Django throws the rest of a body away it iterates over it, which for its own stream means by lines: one line
    of a gigabyte would be held whole. Without ``__iter__`` it falls back to pieces.
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
        # Django would take folders and invisible characters out without a word.
        try:
            plain_name(file_name)
        except SubmissionError as error:
            _refuse(self._request, error.problems[0])
        return super().sanitize_file_name(file_name)


def _refuse(request: HttpRequest | None, problem: Problem) -> None:
    if request is not None and not hasattr(request, _REFUSAL):
        setattr(request, _REFUSAL, problem)


def read_organizer_uploads(request: HttpRequest, files: Iterable[UploadedFile[Any]]) -> list[UploadedFile[Any]]:
    """The files of a request whose body was parsed, open, on disk.

    Raises:
        BundleError: the guard refused something on the way.
    """
    refusal = getattr(request, _REFUSAL, None)
    if refusal is not None:
        raise BundleError(refusal)
    return list(files)


def read_uploads(request: HttpRequest, files: Iterable[UploadedFile[Any]]) -> list[Upload]:
    """The files of a request whose body was parsed.

    ``request`` is Django's own request, not DRF's around it.

    Raises:
        SubmissionError: the guard refused something on the way.
    """
    refusal = getattr(request, _REFUSAL, None)
    if refusal is not None:
        raise SubmissionError(refusal)
    return [Upload(file.name or "", file.read()) for file in files]
