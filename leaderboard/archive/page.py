"""The boards as one HTML file that opens from disk: it needs no server, no script and no other files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.template.loader import render_to_string

from challenges.models import Challenge
from evaluators.registry import METRICS
from leaderboard.archive.records import Record
from leaderboard.models import Standing

TEMPLATE = "leaderboard/archive.html"


def static_page(challenge: Challenge, board: Mapping[str, Any], records: Mapping[str, Sequence[Record]]) -> str:
    """``board`` is the document of ``board.json``, ``records`` the rows of the archive's tables."""
    submissions, teams = records["submissions"], records["teams"]
    decisions = [line | {"about": submissions[line["submission"] - 1]["name"]} for line in records["decisions"]]
    off_board = [
        {"name": row["name"], "team": teams[row["team"] - 1]["name"], "standing": Standing(row["standing"]).label}
        for row in submissions
        if row["standing"] != Standing.COUNTS
    ]
    context = {
        "challenge": challenge,
        "text": _description(records),
        "phases": [_phase(phase) for phase in board["phases"]],
        "off_board": off_board,
        "decisions": decisions,
        "announcements": list(reversed(records["announcements"])),
    }
    return render_to_string(TEMPLATE, context)


def _description(records: Mapping[str, Sequence[Record]]) -> str:
    versions = records["dataset_versions"]
    return str(versions[-1]["specification"].get("description", "")) if versions else ""


def _phase(phase: Mapping[str, Any]) -> dict[str, Any]:
    metric = METRICS.get(phase["metric"])
    tables = [{"title": "Current board", "note": "", "rows": phase["entries"]}]
    for version in reversed(phase["versions"]):
        if version["content"] is not None:
            title = f"Board {version['number']}, superseded"
            tables.append({"title": title, "note": version["note"], "rows": version["content"]["entries"]})
    return {"name": phase["name"], "metric": metric.title if metric else phase["metric"], "tables": tables}
