"""Whole boards as files that are made once for each content, with a strong ETag.

What a document is made from is digested first, which takes milliseconds: only if that has changed is the document made
again. Its ETag is the digest of its own bytes, so it tells nothing that the document does not, such as that a score has
come in while a board is frozen.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.db.models import Count, Max

from challenges.models import Phase
from leaderboard.boards.board import ranking_rule
from leaderboard.boards.format import FORMAT
from leaderboard.models import BoardEntry, BoardVersion, Standing, Submission
from leaderboard.models.board import BoardState
from leaderboard.storage.kept import kept_boards

WRITER = 1
"""To be changed when the same boards are written differently."""

_DIGEST_BYTES = 64


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """``file`` is open at the start of the document and has to be closed; ``etag`` is quoted; ``size`` in bytes."""

    file: BinaryIO
    etag: str
    size: int


def prepared(kind: str, inputs: object, make: Callable[[], Iterable[bytes]]) -> PreparedDocument:
    """The document of this kind that ``make`` makes from ``inputs``, plain data that change whenever it would."""
    text = json.dumps([WRITER, FORMAT, kind, inputs], sort_keys=True, default=str)
    file = kept_boards().open_or_make(hashlib.sha256(text.encode()).hexdigest(), lambda: _digested(make()))
    size = os.fstat(file.fileno()).st_size - _DIGEST_BYTES
    return PreparedDocument(file, f'"{file.read(_DIGEST_BYTES).decode("ascii")}"', size)


def _digested(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The document behind its own digest, by which it is known without being read."""
    content = b"".join(pieces)
    yield hashlib.sha256(content).hexdigest().encode("ascii")
    yield content


def challenge_inputs(phases: Iterable[Phase]) -> list[object]:
    """What ``board.json`` is made from."""
    return [[phase_inputs(phase), _versions(phase)] for phase in phases]


def phase_inputs(phase: Phase) -> list[object]:
    """What the current board of a phase is made from, loaded with its ``dataset_version``. Three queries.

    A board is written anew, with new rows, whenever anything on it changes, except for the names of teams.
    """
    entries = BoardEntry.objects.filter(phase=phase)
    off_board = Submission.objects.filter(phase=phase).exclude(standing=Standing.COUNTS)
    specification = phase.dataset_version.spec
    return [
        [phase.pk, phase.challenge_id, phase.name, phase.ends_at, phase.review_ends_at, phase.is_frozen],
        [phase.dataset_version.digest, specification.direction, ranking_rule(specification)],
        list(entries.aggregate(Count("pk"), Max("pk")).values()),
        _digest(entries.order_by("team_id").values_list("team_id", "team__name").distinct()),
        list(off_board.order_by("pk").values_list("pk", "standing", "team__name", "name")),
    ]


def version_inputs(version: BoardVersion) -> list[object]:
    """What one version of a board is made from. Of a superseded one only the names of teams change."""
    own = [version.pk, version.state, version.cause, version.note, version.dataset_version.digest, version.renamings]
    return own if version.state == BoardState.SUPERSEDED else [*own, phase_inputs(version.phase)]


def _versions(phase: Phase) -> list[Any]:
    rows = BoardVersion.objects.filter(phase=phase).exclude(state=BoardState.COMPUTING).order_by("number")
    return list(rows.values_list("pk", "state", "cause", "note", "current_at", "dataset_version__digest", "renamings"))


def _digest(rows: Iterable[Any]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
