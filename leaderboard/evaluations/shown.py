"""What its team is shown of an evaluation: nothing from which hidden data could be learned beyond the scores."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from datetime import datetime
from typing import overload

from django.utils.crypto import salted_hmac

from evaluators import scoring
from leaderboard.models import Evaluation, Submission
from leaderboard.models.statuses import Status

TENTHS = 10
_OWN_PARTS = ("check", "store", "queue")
"""Sections of time that are not spent on hidden data."""


def latest_result(submission: Submission) -> Evaluation | None:
    """The evaluation whose result counts now, with the text and the data it is about."""
    done = Evaluation.objects.holding().filter(submission=submission, job__status=Status.SUCCEEDED)
    return done.select_related("dataset_version").order_by("-pk").first()


def published_result(evaluation: Evaluation) -> bytes:
    """The result in the form for participants; empty if there is none."""
    return scoring.published(evaluation.result, key=evaluation.dataset_version.key) if evaluation.result else b""


def published_sha256(evaluation: Evaluation) -> str:
    """SHA-256 of the result in the form for participants; empty if there is none. One query."""
    row = Evaluation.objects.filter(pk=evaluation.pk).values_list("result", "dataset_version__key")
    text, key = row.get()
    return hashlib.sha256(scoring.published(text, key=key)).hexdigest() if text else ""


def shown_timings(evaluation: Evaluation) -> dict[str, float]:
    """Seconds by section, with all that is done on hidden data as ``score``; each to a tenth, rounded up at random.

    How long a model trains may depend on hidden labels. Without the random part, two datasets whose times lie on either
    side of a full tenth could be told apart each time; with it, a few milliseconds take thousands of entries.
    """
    timings: Mapping[str, float] = evaluation.timings
    parts = {name: timings[name] for name in _OWN_PARTS if name in timings}
    # The sections of the sandbox ("sandbox.train") are within its own.
    scoring_parts = [value for name, value in timings.items() if name not in _OWN_PARTS and "." not in name]
    if scoring_parts:
        parts["score"] = sum(scoring_parts)
    return {name: math.ceil(value * TENTHS + _random(evaluation, name)) / TENTHS for name, value in parts.items()}


def _random(evaluation: Evaluation, section: str) -> float:
    """From 0 to 1; the same at each reading, or the mean of many readings would tell."""
    digest = salted_hmac("shown-timings", f"{evaluation.pk}/{section}", algorithm="sha256").digest()
    return int.from_bytes(digest[:8], "big") / 2**64


@overload
def shown_moment(moment: datetime) -> datetime: ...
@overload
def shown_moment(moment: None) -> None: ...
def shown_moment(moment: datetime | None) -> datetime | None:
    """The moment to the second: two exact ones would be an exact duration."""
    return moment.replace(microsecond=0) if moment is not None else None
