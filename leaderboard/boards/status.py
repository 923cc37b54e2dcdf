"""What may be said of the board of a phase: whether it is final, and whether its results are official.

Both follow from the data that the board is on now, and not only from what was planned for the phase.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from challenges.models import Phase, Split
from leaderboard.models import Evaluation
from leaderboard.models.statuses import ACTIVE


def has_reached_final(phase: Phase) -> bool:
    """Whether the board has changed over to the final data of its phase. From then on only other final data follow."""
    return phase.final_dataset_version_id is not None and phase.final_dataset_version_id == phase.dataset_version_id


def is_final(phase: Phase) -> bool:
    """Whether the scores on the board are those on the hidden part of the test set."""
    return has_reached_final(phase) and phase.dataset_version.split == Split.FINAL


def is_official(phase: Phase, moment: datetime | None = None) -> bool:
    """Whether the results are official: the phase and its review are over, and the board shows all that it is to show.

    The hidden part, if there is one, is scored, and no entry waits for its score. A phase without an end has no
    official results; one without a review has them at its end. One query at most, beside that for the phase's data.
    """
    over = phase.review_ends_at or phase.ends_at
    if over is None or (moment or timezone.now()) < over:
        return False
    if phase.final_dataset_version_id is not None and not is_final(phase):
        return False
    return not Evaluation.objects.holding().filter(submission__phase=phase, status__in=ACTIVE).exists()
