"""The format of published boards, and how older formats are read. ``boards.rows`` says what the rows mean.

``FORMAT`` is increased when a field is removed or changes its meaning; readers ignore fields that they do not know.
Boards that were saved or exported in an older format are never rewritten; they are upgraded each time they are read.
Up to format 2, the digest of the data was its plain SHA-256, from which hidden rows could be guessed. In format 1

- the current entries of ``board.json`` called the rank among all entries ``rank`` and the rank among the best entries
  ``rank_best``;
- changes called the rank among all entries ``old_rank`` and ``new_rank``, and the rank among the best entries
  ``old_best`` and ``new_best``;
- saved boards had times like ``2026-03-01T12:00:00+00:00``, without a fraction if it was 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from leaderboard.boards.rows import BoardRow, ChangeRow, OffBoardRow, ScoredRow, moment

FORMAT = 3

Content = dict[str, Any]


def upgraded(document: Mapping[str, Any], public_digests: Mapping[str, str]) -> Content:
    """A document of boards, ``board.json``, in the current format.

    Args:
        document: the document, in any format.
        public_digests: the public digest of every version of the data, by its plain one.

    Raises:
        ValueError: its format is unknown.
        LookupError, TypeError, AttributeError: it does not match its format, or it is about other data.
    """
    found = _format_of(document)
    phases = [_phase(phase, is_format_1=found == 1) for phase in document["phases"]]
    if found < FORMAT:
        phases = [_without_plain_digests(phase, public_digests) for phase in phases]
    return {**document, "format": FORMAT, "phases": phases}


def upgraded_content(content: Mapping[str, Any]) -> Content:
    """The saved board of a version in the current format; raises like ``upgraded``."""
    update = _in_one_time_format if _format_of(content) == 1 else dict
    return {
        **content,
        "format": FORMAT,
        "entries": [_complete(update(row), ScoredRow) for row in content["entries"]],
        "withdrawn": [_complete(update(row), OffBoardRow) for row in content["withdrawn"]],
    }


def upgraded_changes(changes: Sequence[Mapping[str, Any]]) -> list[Content]:
    """The saved changes of a version in the current format; raises like ``upgraded``.

    The list has no format number: a row of format 1 is recognised by its field names.
    """
    return [_complete(_change(row) if "old_best" in row else dict(row), ChangeRow) for row in changes]


def _format_of(document: Mapping[str, Any]) -> int:
    found = document.get("format")
    if isinstance(found, bool) or found not in (1, 2, FORMAT):
        raise ValueError(f"boards in format {found} are not known")
    return int(found)


def _without_plain_digests(phase: Content, public_digests: Mapping[str, str]) -> Content:
    def version(row: Content) -> Content:
        digest, content = public_digests[row["dataset"]], row["content"]
        if content is not None:
            content = content | {"dataset": {**content["dataset"], "digest": digest}}
        return row | {"dataset": digest, "content": content}

    versions = [version(row) for row in phase["versions"]]
    return phase | {"dataset": public_digests[phase["dataset"]], "versions": versions}


def _phase(phase: Mapping[str, Any], *, is_format_1: bool) -> Content:
    update = _present_row if is_format_1 else dict
    return {
        **phase,
        "entries": [_complete(update(row), BoardRow) for row in phase["entries"]],
        "versions": [_version(version) for version in phase["versions"]],
    }


def _version(version: Mapping[str, Any]) -> Content:
    content, changes = version["content"], version["changes"]
    return {
        **version,
        "content": upgraded_content(content) if content is not None else None,
        "changes": upgraded_changes(changes) if changes is not None else None,
    }


def _present_row(row: Mapping[str, Any]) -> Content:
    others = {name: value for name, value in row.items() if name != "rank_best"}
    return {**others, "rank": row["rank_best"], "rank_all": row["rank"]}


def _change(row: Mapping[str, Any]) -> Content:
    others = {name: value for name, value in row.items() if name not in ("old_best", "new_best")}
    ranks = {"old_rank": row["old_best"], "new_rank": row["new_best"]}
    return {**others, **ranks, "old_rank_all": row["old_rank"], "new_rank_all": row["new_rank"]}


def _in_one_time_format(row: Mapping[str, Any]) -> Content:
    return {**row, "submitted": moment(datetime.fromisoformat(row["submitted"]))}


def _complete(row: Content, kind: Any) -> Content:
    missing = sorted(kind.__required_keys__ - row.keys())
    if missing:
        raise LookupError(f"a row lacks {', '.join(missing)}")
    return row
