"""The size of a request's body is limited before any view reads it."""

from __future__ import annotations

import contextlib
import tracemalloc
from collections.abc import Iterable

import pytest
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.test import RequestFactory
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from evaluators.problems import SubmissionError
from evaluators.submissions import MAX_FILE_BYTES, MAX_TOTAL_BYTES, Upload
from leaderboard.web import uploadguard
from leaderboard.web.uploadguard import read_uploads

BOUNDARY = "x7c1f"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def body(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """A multipart body. Each part is (parameters of Content-Disposition, content)."""
    pieces = [
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {parameters}\r\n\r\n".encode() + content + b"\r\n"
        for parameters, content in parts
    ]
    return b"".join(pieces) + f"--{BOUNDARY}--\r\n".encode()


def post(content: bytes, content_type: str = TYPE) -> HttpRequest:
    return RequestFactory().generic("POST", "/", content, content_type)


def uploads_of(request: HttpRequest) -> list[Upload]:
    return read_uploads(request, request.FILES.getlist("files"))


def test_files_and_fields_come_through() -> None:
    request = post(
        body(
            [
                ('name="name"', b"mine"),
                ('name="files"; filename="a.csv"', b"id\n1\n"),
                ('name="files"; filename="b.csv"', b""),
            ]
        )
    )
    assert uploads_of(request) == [Upload("a.csv", b"id\n1\n"), Upload("b.csv", b"")]
    assert request.POST["name"] == "mine"


@pytest.mark.parametrize("name", ["../a.csv", "folder/a.csv", "/etc/passwd", "..\\\\a.csv", "C:\\\\a.csv"])
def test_a_file_name_with_folders_is_refused(name: str) -> None:
    with pytest.raises(SubmissionError, match="not a plain file name"):
        uploads_of(post(body([(f'name="files"; filename="{name}"', b"id\n")])))


def test_a_large_file_is_drained_and_refused() -> None:
    large = b"x" * (MAX_FILE_BYTES + 1)
    request = post(body([('name="name"', b"mine"), ('name="files"; filename="a.csv"', large), ('name="z"', b"1")]))
    with pytest.raises(SubmissionError, match=r"a\.csv: is larger than"):
        uploads_of(request)
    assert dict(request.POST.items()) == {"name": "mine", "z": "1"}
    assert request.read() == b""


def test_too_much_in_all_is_refused() -> None:
    piece = b"x" * (MAX_TOTAL_BYTES // 4 + 1)
    with pytest.raises(SubmissionError, match="together"):
        uploads_of(post(body((f'name="files"; filename="{i}.csv"', piece) for i in range(4))))


@pytest.mark.parametrize(
    "content",
    [
        body([('name="files"; filename="a.csv"', b"x" * 64 * 1024 * 1024)]),
        body([]) + b"x" * 64 * 1024 * 1024,
        b"x" * 64 * 1024 * 1024,
        body([('name="' + "n" * 64 * 1024 * 1024 + '"', b"1")]),
        body([('name="name"', b"x" * 64 * 1024 * 1024)]),
    ],
    ids=["file", "epilogue", "no part", "header", "field"],
)
def test_memory_is_bounded_whatever_is_sent(content: bytes) -> None:
    """Also if the body is one line, which Django without the guard would hold in memory."""
    request = post(content)
    tracemalloc.start()
    try:
        with contextlib.suppress(SubmissionError, MultiPartParserError, RequestDataTooBig):
            uploads_of(request)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


def test_the_first_refusal_is_the_one_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploadguard, "MAX_FILE_BYTES", 10)
    with pytest.raises(SubmissionError, match="not a plain file name"):
        uploads_of(post(body([('name="files"; filename="../a.csv"', b"x" * 100)])))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        b"--x7c1f\r\n",
        b"--x7c1f\r\nContent-Disposition: form-data; name=files; filename=a\r\n\r\ncut off",
        b"--x7c1f\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name=f\r\n\r\n!\r\n--x7c1f--",
        b"--x7c1f\r\n" + b"X" * 100_000 + b"\r\n\r\n--x7c1f--\r\n",
    ],
)
def test_a_malformed_body_is_no_fault_of_ours(content: bytes) -> None:
    with contextlib.suppress(MultiPartParserError, SubmissionError):
        uploads_of(post(content))


@hypothesis_settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300), st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(noise: bytes, head: bytes) -> None:
    content = f"--{BOUNDARY}\r\n".encode() + head + b"\r\n\r\n" + noise + f"\r\n--{BOUNDARY}--\r\n".encode()
    with contextlib.suppress(MultiPartParserError, SubmissionError):
        uploads_of(post(content))
