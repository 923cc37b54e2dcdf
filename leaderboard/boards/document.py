"""The boards of a challenge as one document: ``board.json`` in an archive, and the response of the API.

It depends neither on the site that writes it nor on the time of day: a site that imports an archive answers with
exactly the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from challenges.models import Challenge, Phase
from leaderboard.boards.content import changes_of, content_of
from leaderboard.boards.format import FORMAT
from leaderboard.boards.rows import BoardRow, board_rows, moment
from leaderboard.models import BoardEntry, BoardVersion
from leaderboard.models.board import BoardState


def board_document(
    slug: str,
    phases: Sequence[Phase],
    versions: Mapping[int, Sequence[BoardVersion]],
    entries: Mapping[int, Sequence[BoardRow]],
) -> dict[str, Any]:
    """The document, as a pure function. The mappings give the board versions and the current rows by phase id."""
    return {
        "format": FORMAT,
        "challenge": slug,
        "phases": [_phase(phase, versions.get(phase.pk, ()), entries.get(phase.pk, ())) for phase in phases],
    }


def read_boards(challenge: Challenge) -> dict[str, Any]:
    """The document of a challenge. Two queries, and one for each phase."""
    phases = phases_of(challenge)
    ids = [phase.pk for phase in phases]
    kept = BoardVersion.objects.filter(phase__in=ids).exclude(state=BoardState.COMPUTING)
    versions = kept.select_related("dataset_version").order_by("number")
    return board_document(challenge.slug, phases, _by_phase(versions), {phase.pk: _rows(phase) for phase in phases})


def phases_of(challenge: Challenge) -> list[Phase]:
    """The phases in the order of the document."""
    return list(challenge.phases.select_related("dataset_version").order_by("starts_at", "name"))


def _rows(phase: Phase) -> list[BoardRow]:
    return list(board_rows(BoardEntry.objects.filter(phase=phase).order_by("division", "position")))


def _by_phase(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.phase_id, []).append(row)
    return found


def _phase(phase: Phase, versions: Sequence[BoardVersion], entries: Sequence[BoardRow]) -> dict[str, Any]:
    specification = phase.dataset_version.spec
    return {
        "name": phase.name,
        "ends": moment(phase.ends_at),
        "review_ends": moment(phase.review_ends_at),
        "dataset": phase.dataset_version.public_digest,
        "metric": specification.metric,
        "direction": specification.direction,
        "entries": list(entries),
        "versions": [_version(version) for version in versions],
    }


def _version(version: BoardVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "state": version.state,
        "cause": version.cause,
        "note": version.note,
        "dataset": version.dataset_version.public_digest,
        "since": moment(version.current_at),
        "content": content_of(version) if version.content is not None else None,
        "changes": changes_of(version),
    }
