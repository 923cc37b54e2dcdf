"""The problems for which a job failed."""

from __future__ import annotations

from evaluators.problems import Problem
from leaderboard.models import Job

FIELDS = ("message", "remedy", "file", "line", "field", "column")


def problems_of(job: Job) -> list[Problem]:
    """The recorded problems as objects; empty unless the job failed."""
    return [Problem(**{name: item[name] for name in FIELDS if item.get(name) is not None}) for item in job.problems]
