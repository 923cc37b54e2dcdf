"""What participants are told when their board changes its version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from leaderboard.announcing import announce
from leaderboard.models import BoardVersion, Membership, Notice, Submission
from leaderboard.models.board import BoardCause
from leaderboard.notices import MAX_TITLE, post

BATCH = 500

Change = Mapping[str, Any]


def tell_of_switch(version: BoardVersion, changes: Sequence[Change]) -> int:
    """A notice for everyone who sent one of the entries, or is in its team; return how many.

    Each is told the old and new rank of the best of these. To be called in the transaction of the switch.
    """
    challenge = version.phase.challenge
    path = reverse("frontend:board-changes", args=[challenge.slug, version.number])
    body = _body(version)
    notices = [
        Notice(user_id=user, challenge=challenge, title=_title(challenge.title, best), body=body, path=path)
        for user, best in _best_of_each(changes).items()
    ]
    return post(notices)


def announce_official_change(old: BoardVersion, new: BoardVersion) -> None:
    """Tell everyone that official results are others now, and why. To be called in the transaction of the switch."""
    phase = new.phase
    lines = (
        f"The results of “{phase.name}” were official. Everything was scored again, and version {new.number} of the "
        f"board has taken the place of version {old.number}.",
        f"Reason: {new.note or new.get_cause_display()}",
        "The board as it was stays readable, with the old and new rank of every entry.",
    )
    title = f"Official results have changed: {phase.name}"
    announce(phase.challenge, title=title, body="\n\n".join(lines), by=new.started_by)


def _best_of_each(changes: Sequence[Change]) -> dict[int, Change]:
    """User → their best entry of the new board, else of the old one."""
    people = [change for change in changes if not change["baseline"]]
    users = _users_of([UUID(change["submission"]) for change in people])
    best: dict[int, Change] = {}
    for change in sorted(people, key=_worth):
        for user in users.get(change["submission"], ()):
            best.setdefault(user, change)
    return best


def _worth(change: Change) -> tuple[bool, int]:
    return change["new_rank"] is None, change["new_rank"] or change["old_rank"] or 0


def _users_of(submissions: Sequence[UUID]) -> dict[str, set[int]]:
    """Submission → ids of who sent it and who is in its team. Two queries for every 500."""
    users: dict[str, set[int]] = {}
    teams: dict[int, list[str]] = {}
    for start in range(0, len(submissions), BATCH):
        rows = Submission.objects.filter(pk__in=submissions[start : start + BATCH]).order_by()
        for key, team, sender in rows.values_list("pk", "team", "created_by"):
            teams.setdefault(team, []).append(str(key))
            users[str(key)] = {sender} if sender else set()
    ids = sorted(teams)
    for start in range(0, len(ids), BATCH):
        members = Membership.objects.filter(team__in=ids[start : start + BATCH]).order_by()
        for team, user in members.values_list("team", "user"):
            for submission in teams[team]:
                users[submission].add(user)
    return users


def _title(challenge: str, change: Change) -> str:
    old, new = change["old_best"] or change["old_rank"], change["new_best"] or change["new_rank"]
    if new is None:
        moved = f"rank {old} → not ranked"
    elif old is None:
        moved = f"not ranked → rank {new}"
    else:
        moved = f"rank {old} → {new}"
    suffix = f" scored again: {moved}"
    # The ranks are what it is for; names are cut first.
    return f"{challenge[: MAX_TITLE - len(suffix)]}{suffix}"


def _body(version: BoardVersion) -> str:
    reasons = {
        BoardCause.FINAL: "The phase has ended: everything was scored on the hidden part of the test set.",
        BoardCause.DATA: "The data has a new version: everything was scored again on it.",
        BoardCause.SCORER: "The scorer has a new version: everything was scored again by it.",
    }
    reason = reasons.get(BoardCause(version.cause), "Everything was scored again.")
    note = f"\n\n{version.note}" if version.note else ""
    return f"{reason}{note}\n\nThe board as it was stays readable."
