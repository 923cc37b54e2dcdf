"""Decode the text files of a submission: limited in size, in UTF-8, without NUL bytes."""

from __future__ import annotations

from evaluators.problems.problem import Problem, SubmissionError
from evaluators.submissions.uploads import Upload, too_large


def decoded(upload: Upload, *, max_bytes: int, remedy: str) -> str:
    """The text of a file, without its byte order mark; ``remedy`` says what to do if the file isn't text.

    Raises:
        SubmissionError: the file is too large, has a NUL byte or isn't UTF-8.
    """
    content = upload.content
    if len(content) > max_bytes:
        raise SubmissionError(too_large(upload.name, max_bytes))
    nul = content.find(b"\0")
    if nul >= 0:
        line = _line_at(content, nul)
        raise SubmissionError(Problem("has a NUL byte: it is not a text file.", remedy, upload.name, line))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = _line_at(content, error.start)
        raise SubmissionError(Problem("is not UTF-8 text.", remedy, upload.name, line)) from error


def _line_at(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1
