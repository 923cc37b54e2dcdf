"""Notices for participants when their board gets a new version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from leaderboard.boards.rows import ChangeRow
from leaderboard.models import BoardVersion, Membership, Notice, Submission
from leaderboard.models.board import BoardCause
from leaderboard.notifications.announcing import tell_everyone
from leaderboard.notifications.outbox import MAX_TITLE, post
from leaderboard.notifications.pages import Page, PageKind

BATCH = 500


@dataclass(frozen=True)
class Ranks:
    """A team's rank (that of its best entry) before and after; None where the team has no entry on the board."""

    old: int | None
    new: int | None


@dataclass
class Owners:
    """Submission → its team, and submission → the ids of its author and of the members of its team."""

    teams: dict[str, int] = field(default_factory=dict)
    users: dict[str, set[int]] = field(default_factory=dict)


def tell_of_switch(version: BoardVersion, changes: Sequence[ChangeRow]) -> int:
    """Notify each entry's author and the members of its team; return the number of notices.

    A user with several entries is told the ranks of the team whose entry is the best of these. Call this in the
    transaction of the switch.
    """
    challenge = version.phase.challenge
    # Each phase counts its versions from 1; the name of a phase can change.
    path = str(Page(PageKind.BOARD_CHANGES, (challenge.slug, str(version.number), str(version.phase_id))))
    body = _body(version)
    notices = [
        Notice(user_id=user, challenge=challenge, title=_title(challenge.title, ranks), body=body, path=path)
        for user, ranks in _ranks_of_each(changes).items()
    ]
    return post(notices)


def announce_official_change(old: BoardVersion, new: BoardVersion) -> None:
    """Tell everyone that official results have changed, and why. Call this in the transaction of the switch."""
    phase = new.phase
    lines = (
        f"The results of “{phase.name}” were official. Everything was scored again, and version {new.number} of the "
        f"board has taken the place of version {old.number}.",
        f"Reason: {new.note or new.get_cause_display()}",
        "The board as it was stays readable, with the old and new rank of every entry.",
    )
    title = f"Official results have changed: {phase.name}"
    tell_everyone(phase.challenge, title=title, body="\n\n".join(lines), by=new.started_by)


def _ranks_of_each(changes: Sequence[ChangeRow]) -> dict[int, Ranks]:
    """User → old and new rank of a team: the team and division of the user's best entry.

    The best entry is the best one on the new board, or on the old board if the user has none on the new one.
    """
    people = [change for change in changes if not change["baseline"]]
    owners = _owners_of([UUID(change["submission"]) for change in people])
    olds: dict[tuple[int | None, str], int] = {}
    news: dict[tuple[int | None, str], int] = {}
    for change in people:
        # The rank of a team is on only one of its entries, which may be another one before and after.
        if change["old_rank"] is not None:
            olds[_place(owners, change)] = change["old_rank"]
        if change["new_rank"] is not None:
            news[_place(owners, change)] = change["new_rank"]
    found: dict[int, Ranks] = {}
    for change in sorted(people, key=_worth):
        place = _place(owners, change)
        for user in owners.users.get(change["submission"], ()):
            found.setdefault(user, Ranks(olds.get(place), news.get(place)))
    return found


def _place(owners: Owners, change: ChangeRow) -> tuple[int | None, str]:
    return owners.teams.get(change["submission"]), change["division"]


def _worth(change: ChangeRow) -> tuple[bool, int]:
    return change["new_rank_all"] is None, change["new_rank_all"] or change["old_rank_all"] or 0


def _owners_of(submissions: Sequence[UUID]) -> Owners:
    """Two queries for every 500 submissions."""
    owners = Owners()
    sent: dict[int, list[str]] = {}
    for start in range(0, len(submissions), BATCH):
        rows = Submission.objects.filter(pk__in=submissions[start : start + BATCH]).order_by()
        for key, team, sender in rows.values_list("pk", "team", "created_by"):
            sent.setdefault(team, []).append(str(key))
            owners.teams[str(key)] = team
            owners.users[str(key)] = {sender} if sender else set()
    ids = sorted(sent)
    for start in range(0, len(ids), BATCH):
        members = Membership.objects.filter(team__in=ids[start : start + BATCH]).order_by()
        for team, user in members.values_list("team", "user"):
            for submission in sent[team]:
                owners.users[submission].add(user)
    return owners


def _title(challenge: str, ranks: Ranks) -> str:
    if ranks.new is None:
        moved = f"rank {ranks.old} → not ranked"
    elif ranks.old is None:
        moved = f"not ranked → rank {ranks.new}"
    else:
        moved = f"rank {ranks.old} → {ranks.new}"
    suffix = f" scored again: {moved}"
    # The ranks are what matters, so a long challenge title is cut.
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
