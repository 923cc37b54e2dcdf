"""What an archive contains, and the order in which it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Model, QuerySet

from challenges.models import Announcement, Challenge, DataFile, DatasetVersion, Phase, Round
from leaderboard.models import (
    BoardEntry,
    BoardVersion,
    Decision,
    Evaluation,
    Score,
    StatusChange,
    Submission,
    SubmissionFile,
    Team,
)
from leaderboard.models.board import BoardState
from leaderboard.models.statuses import ACTIVE

FORMAT = "ratchet-archive"
VERSION = 3
READABLE = (1, 2, VERSION)
"""An older archive has boards in the format of its number, see ``leaderboard.boards.format``, and no keys."""

MANIFEST = "manifest.json"
CHALLENGE = "challenge.json"
BOARD = "board.json"
PAGE = "index.html"
README = "README.txt"

CHALLENGE_FIELDS = (
    "slug",
    "title",
    "summary",
    "kind",
    "domain",
    "status",
    "visibility",
    "forum_url",
    "created_at",
)


@dataclass(frozen=True)
class ArchiveTable:
    """One kind of row. ``links`` maps a foreign key to the table it points to; it is stored as a row number from 1.

    ``job_fields`` are those that a row has from its job, which has no table of its own: a site has other jobs too.
    """

    name: str
    model: type[Model]
    fields: tuple[str, ...]
    rows: Callable[[Challenge], QuerySet[Any]]
    links: Mapping[str, str] = field(default_factory=dict)
    job_fields: tuple[str, ...] = ()

    @property
    def member(self) -> str:
        return f"tables/{self.name}.json"


def _ended(challenge: Challenge) -> QuerySet[Evaluation]:
    """The evaluations to export: not unfinished ones, and not those for a board that is being computed."""
    return (
        Evaluation.objects.filter(submission__phase__challenge=challenge)
        .exclude(job__status__in=ACTIVE)
        .exclude(board_version__state=BoardState.COMPUTING)
    )


TABLES: tuple[ArchiveTable, ...] = (
    ArchiveTable(
        "rounds",
        Round,
        ("version", "created_at"),
        lambda challenge: Round.objects.filter(challenge=challenge),
        {"starts_from": "rounds"},
    ),
    ArchiveTable(
        "dataset_versions",
        DatasetVersion,
        ("number", "digest", "key", "specification", "note", "created_at", "loaded_at", "is_final_part", "split"),
        lambda challenge: DatasetVersion.objects.filter(challenge=challenge),
        {"final_part": "dataset_versions"},
    ),
    ArchiveTable(
        "data_files",
        DataFile,
        ("name", "sha256", "size", "is_public", "media_type"),
        lambda challenge: DataFile.objects.filter(dataset_version__challenge=challenge),
        {"dataset_version": "dataset_versions"},
    ),
    ArchiveTable(
        "phases",
        Phase,
        (
            "name",
            "starts_at",
            "ends_at",
            "time_zone",
            "freezes_at",
            "review_ends_at",
            "open_division",
            "max_team_size",
            "daily_limit",
            "total_limit",
        ),
        lambda challenge: Phase.objects.filter(challenge=challenge),
        {"round": "rounds", "dataset_version": "dataset_versions", "final_dataset_version": "dataset_versions"},
    ),
    # Only names: members, their e-mail addresses and passwords belong to the site.
    ArchiveTable(
        "teams",
        Team,
        ("name", "slug", "created_at"),
        lambda challenge: Team.objects.filter(submissions__phase__challenge=challenge).distinct(),
    ),
    ArchiveTable(
        "submissions",
        Submission,
        (
            "id",
            "name",
            "division",
            "standing",
            "is_baseline",
            "baseline",
            "client",
            "created_at",
            "quota_day",
            "refunded",
            "check_report",
        ),
        # Ordered by time, because the ids are random.
        lambda challenge: Submission.objects.filter(phase__challenge=challenge).order_by("created_at", "pk"),
        {"phase": "phases", "team": "teams"},
    ),
    ArchiveTable(
        "submission_files",
        SubmissionFile,
        ("name", "sha256", "size"),
        lambda challenge: SubmissionFile.objects.filter(submission__phase__challenge=challenge),
        {"submission": "submissions"},
    ),
    ArchiveTable(
        "board_versions",
        BoardVersion,
        ("number", "cause", "note", "state", "content", "changes", "created_at", "current_at"),
        lambda challenge: BoardVersion.objects.filter(phase__challenge=challenge).exclude(state=BoardState.COMPUTING),
        {"phase": "phases", "dataset_version": "dataset_versions"},
    ),
    ArchiveTable(
        "evaluations",
        Evaluation,
        ("scorer", "result_sha256", "timings", "score"),
        _ended,
        {"submission": "submissions", "dataset_version": "dataset_versions", "board_version": "board_versions"},
        ("background", "status", "attempt", "faults", "queued_at", "started_at", "finished_at", "message", "problems"),
    ),
    ArchiveTable(
        "scores",
        Score,
        ("task", "metric", "seed", "value"),
        lambda challenge: Score.objects.filter(evaluation__in=_ended(challenge)),
        {"evaluation": "evaluations"},
    ),
    ArchiveTable(
        "history",
        StatusChange,
        ("from_status", "to_status", "at", "attempt", "reason"),
        lambda challenge: (
            StatusChange.objects.filter(job__evaluation__in=_ended(challenge))
            .annotate(evaluation_id=F("job__evaluation"))
            .order_by("job__evaluation", "pk")
        ),
        {"evaluation": "evaluations"},
    ),
    ArchiveTable(
        "board_entries",
        BoardEntry,
        ("division", "score", "position", "rank_all", "rank_best", "submitted_at"),
        lambda challenge: BoardEntry.objects.filter(phase__challenge=challenge).order_by(
            "phase", "division", "position"
        ),
        {"phase": "phases", "submission": "submissions", "team": "teams"},
    ),
    ArchiveTable(
        "decisions",
        Decision,
        ("kind", "text", "by_role", "at", "redacted_at"),
        lambda challenge: Decision.objects.filter(submission__phase__challenge=challenge),
        {"submission": "submissions"},
    ),
    ArchiveTable(
        "announcements",
        Announcement,
        ("title", "body", "created_at"),
        lambda challenge: Announcement.objects.filter(challenge=challenge),
    ),
)
"""In the order in which they can be created: a link points into an earlier table, or into its own."""

OF_CHALLENGE = frozenset({"rounds", "dataset_versions", "phases", "announcements"})
"""Tables whose rows have a foreign key to the challenge."""


def result_member(number: int) -> str:
    """The exact bytes that the evaluator printed for the evaluation of this number."""
    return f"results/{number}.json"


def data_member(version: int, name: str) -> str:
    return f"bundles/v{version}/{name}"


def submission_member(submission: object, name: str) -> str:
    return f"submissions/{submission}/{name}"
