from __future__ import annotations

import logging

import pytest
from django.test import RequestFactory

from leaderboard.logs import LineFormatter, WithoutHealth


def test_an_event_is_one_line_whatever_is_in_it() -> None:
    record = logging.LogRecord("a", logging.INFO, "f", 1, "name=%s", ("x\n2026 ERROR forged\u202e\x1b[31m",), None)
    line = LineFormatter().format(record)
    assert line.isprintable()
    assert "\\n2026 ERROR forged\\u202e\\x1b[31m" in line


def test_a_traceback_is_part_of_the_line() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        record = logging.LogRecord("a", logging.ERROR, "f", 1, "broke", (), (ValueError, error, error.__traceback__))
    line = LineFormatter().format(record)
    assert line.isprintable()
    assert "ValueError: two\\nlines" in line


@pytest.mark.parametrize(("path", "kept"), [("/healthz", False), ("/", True)])
def test_the_503_of_a_health_check_is_no_event(path: str, kept: bool) -> None:
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Service Unavailable", (), None)
    record.request = RequestFactory().get(path)
    assert WithoutHealth().filter(record) is kept
