"""Boards with several versions, for tests: evaluate what a worker would in the background, with given outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from unittest import mock

from evaluators.scoring import Broken, Rejected, Scored
from leaderboard.boards.advancing import advance as advance_board
from leaderboard.boards.advancing import due
from leaderboard.evaluations import attempt
from leaderboard.models import BoardVersion, Evaluation
from tests import factories

Outcome = Scored | Rejected | Broken | float


def advance(now: datetime) -> None:
    """Do what the jobs of all boards would do at this time, in the order in which they would be queued."""
    for phase_id in sorted(due(now)):
        advance_board(phase_id, now)


def finish(evaluation: Evaluation, outcome: Outcome) -> None:
    """Let a worker run this evaluation, see ``factories.sandbox_says``."""
    with (
        factories.sandbox_says(evaluation, outcome),
        # Versions from ``factories.other_version`` may have no prepared dataset.
        mock.patch.object(attempt, "dataset_directory", return_value=Path()),
    ):
        factories.run_job(evaluation.job_id)


def finish_all(version: BoardVersion, outcomes: Mapping[str, Outcome]) -> None:
    """Finish all queued evaluations of this version; ``outcomes`` are by submission name."""
    queued = Evaluation.objects.filter(board_version=version, job__status="queued")
    for evaluation in queued.select_related("submission"):
        finish(evaluation, outcomes[evaluation.submission.name])
