"""The versions of a phase's board: which one holds."""

from __future__ import annotations

from django.utils import timezone

from challenges.models import Phase
from leaderboard.models import BoardVersion


def current_version(phase: Phase) -> BoardVersion:
    """The version that holds; the first one is made when it is first needed."""
    found = BoardVersion.objects.filter(phase=phase, state=BoardVersion.State.CURRENT).first()
    if found is not None:
        return found
    first = {"dataset_version_id": phase.dataset_version_id, "current_at": timezone.now()}
    return BoardVersion.objects.get_or_create(phase=phase, number=1, defaults=first)[0]
