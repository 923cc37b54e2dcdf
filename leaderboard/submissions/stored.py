"""How many bytes an account stores as a participant."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Sum

from evaluators.problems import Problem, SubmissionError
from leaderboard.models import SubmissionFile

MIB = 1024 * 1024


def refuse_too_many_bytes(user: Any, more: int) -> None:
    """Raise SubmissionError: with ``more`` bytes ``user`` would have submitted more than one account may store."""
    limit: int = settings.ACCOUNT_STORAGE_BYTES
    stored = SubmissionFile.objects.filter(submission__created_by=user).aggregate(total=Sum("size"))["total"] or 0
    if stored + more > limit:
        what = f"your submissions hold {stored / MIB:,.0f} MiB; with this it would be more than {limit / MIB:,.0f} MiB."
        raise SubmissionError(Problem(what, "Ask the operator of the site for more room."))
