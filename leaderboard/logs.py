"""The format of the log: one event, one line, whatever text is in it."""

from __future__ import annotations

import logging
import time


class LineFormatter(logging.Formatter):
    """``2026-01-31T12:00:00Z INFO leaderboard.intake submission accepted``; line breaks are shown as escapes.

    Somebody's text may be part of a message; without the escapes it could forge a line.
    """

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
