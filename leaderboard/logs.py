"""The format of the log: each event is one line, whatever text it contains."""

from __future__ import annotations

import logging
import time
from typing import Any


class LineFormatter(logging.Formatter):
    """``2026-01-31T12:00:00Z INFO leaderboard.submissions.intake submission accepted``; line breaks are escaped.

    A message may contain text from users; without the escapes such text could forge a log line.
    """

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class WithoutHealth(logging.Filter):
    """Drops Django's line for each 503 of ``/healthz``: monitoring asks often, and the response says everything."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(getattr(record, "request", None), "path", "") != "/healthz"


def logging_settings(level: str) -> dict[str, Any]:
    """Django's ``LOGGING``: everything to standard error, our loggers from ``level``, others from WARNING."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "leaderboard.logs.LineFormatter"}},
        "filters": {"without_health": {"()": "leaderboard.logs.WithoutHealth"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_health"]}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "leaderboard": {"level": level},
            "challenges": {"level": level},
            "frontend": {"level": level},
            "evaluators": {"level": level},
            "celery": {"level": "WARNING"},
            # It warns at every start that the filesystem transport has no host name.
            "kombu": {"level": "ERROR"},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            # A 4xx is the visitor's mistake; 5xx are still logged as errors by django.request.
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "ERROR"},
        },
    }
