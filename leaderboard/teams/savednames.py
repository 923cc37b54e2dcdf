"""Renaming a team on boards that were saved: its name had to go, or is free for others now."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from leaderboard.models import BoardVersion, Submission, Team


def rename_in_saved_boards(team: Team, name: str) -> None:
    """Write ``name`` where boards saved earlier show the name of ``team``. Ranks, scores and all else stay.

    Rows are found by their submission, because names were not always unique.
    """
    entries = {str(key) for key in Submission.objects.filter(team=team).values_list("pk", flat=True)}
    if not entries:
        return
    versions = BoardVersion.objects.select_for_update(no_key=True).filter(phase__in=_phases_of(team)).order_by("pk")
    for version in versions:
        # Both: any() would stop after the first.
        if sum(_rename(saved, entries, name) for saved in (version.content, version.changes)):
            BoardVersion.objects.filter(pk=version.pk).update(
                content=version.content, changes=version.changes, renamings=F("renamings") + 1
            )


def _phases_of(team: Team) -> Any:
    return Submission.objects.filter(team=team).order_by().values("phase")


def _rename(saved: Any, entries: set[str], name: str) -> int:
    """Change rows in place, in every format in which boards were saved; return how many."""
    if isinstance(saved, list):
        return sum(_rename(item, entries, name) for item in saved)
    if not isinstance(saved, dict):
        return 0
    if saved.get("submission") in entries and "team" in saved:
        saved["team"] = name
        return 1
    return sum(_rename(item, entries, name) for item in saved.values())
