"""Other names on boards that were saved: the old one had to go, or is free for others now."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

from django.db.models import F

from leaderboard.models import BoardVersion, Submission, Team


def rename_in_saved_boards(team: Team, name: str) -> None:
    """Write ``name`` where boards saved earlier show the name of ``team``. Ranks, scores and all else stay.

    Rows are found by their submission, because names were not always unique.
    """
    sent = Submission.objects.filter(team=team).order_by()
    _write(sent.values("phase"), {str(key) for key in sent.values_list("pk", flat=True)}, "team", name)


def rename_entry_in_saved_boards(submission: Submission, name: str) -> None:
    """Write ``name`` where boards saved earlier show the name of this entry."""
    _write([submission.phase_id], {str(submission.pk)}, "name", name)


def _write(phases: Any, entries: Collection[str], field: Literal["team", "name"], text: str) -> None:
    if not entries:
        return
    versions = BoardVersion.objects.select_for_update(no_key=True).filter(phase__in=phases).order_by("pk")
    for version in versions:
        # Both: any() would stop after the first.
        if sum(_rename(saved, entries, field, text) for saved in (version.content, version.changes)):
            BoardVersion.objects.filter(pk=version.pk).update(
                content=version.content, changes=version.changes, renamings=F("renamings") + 1
            )


def _rename(saved: Any, entries: Collection[str], field: str, text: str) -> int:
    """Change rows in place, in every format in which boards were saved; return how many."""
    if isinstance(saved, list):
        return sum(_rename(item, entries, field, text) for item in saved)
    if not isinstance(saved, dict):
        return 0
    if saved.get("submission") in entries and field in saved:
        saved[field] = text
        return 1
    return sum(_rename(item, entries, field, text) for item in saved.values())
