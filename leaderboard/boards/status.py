"""Whether a phase's board is final, and whether its results are official.

Both depend on the data that the board uses now, and not only on what was planned for the phase.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from challenges.models import Phase, Split
from leaderboard.models import Evaluation
from leaderboard.models.statuses import ACTIVE


def has_reached_final(phase: Phase) -> bool:
    """Whether the board has switched to the final data of its phase. After that it accepts only other final data."""
    return phase.final_dataset_version_id is not None and phase.final_dataset_version_id == phase.dataset_version_id


def is_final(phase: Phase) -> bool:
    """Whether the scores on the board are those on the hidden part of the test set."""
    return has_reached_final(phase) and phase.dataset_version.split == Split.FINAL


def is_official(phase: Phase, moment: datetime | None = None) -> bool:
    """Whether the results are official: the phase and its review are over, and the board is complete.

    It is complete when the hidden part, if there is one, is scored and no entry waits for its score. A phase without an
    end never has official results; one without a review has them at its end. At most one query, besides the one for
    the phase's data.
    """
    over = phase.review_ends_at or phase.ends_at
    if over is None or (moment or timezone.now()) < over:
        return False
    if phase.final_dataset_version_id is not None and not is_final(phase):
        return False
    return not Evaluation.objects.holding().filter(submission__phase=phase, job__status__in=ACTIVE).exists()
