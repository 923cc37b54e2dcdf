"""Boards with further versions, for tests: what a worker would do in the background, with answers given."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from unittest import mock

from evaluators.sandbox import Availability
from evaluators.scoring import Broken, Rejected, Scored
from leaderboard.evaluations import attempt
from leaderboard.models import BoardVersion, Evaluation
from tests import factories

Outcome = Scored | Rejected | Broken | float


def finish(evaluation: Evaluation, outcome: Outcome) -> None:
    """Let a worker evaluate it, with this outcome in place of the sandbox's."""
    answer = factories.scored(evaluation, outcome) if isinstance(outcome, float) else outcome
    with (
        mock.patch.object(attempt.sandbox, "availability", return_value=Availability(True)),
        mock.patch.object(attempt.scoring, "evaluate", return_value=answer),
        # The versions that ``factories.other_version`` makes may not be prepared.
        mock.patch.object(attempt, "dataset_directory", return_value=Path()),
    ):
        attempt.evaluate(evaluation.pk, worker="test")


def finish_all(version: BoardVersion, outcomes: Mapping[str, Outcome]) -> None:
    """All that waits for this version, by the submission's name."""
    for evaluation in Evaluation.objects.filter(board_version=version, status="queued").select_related("submission"):
        finish(evaluation, outcomes[evaluation.submission.name])
