"""The old data folder: the packed files here, and the demo's files that it refers to."""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
TREE = HERE.parent.parent
ARCHIVE = HERE / "state.tar.xz"
BOARDS = HERE / "boards.json"
DEMO = TREE / "challenges" / "demo"
BASELINE_SEED = 0
"""The seed of the demo's baselines."""

BEFORE: dict[str, Any] = json.loads(BOARDS.read_bytes())
"""What the old site recorded."""

Get = Callable[[str], Any]


def demo_objects() -> dict[str, Path]:
    """The data files of the demo by SHA-256, which is their key in the object store."""
    paths = [path for folder in ("public", "hidden") for path in DEMO.glob(f"*/{folder}/*")]
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in paths}


def unpack(data: Path, wanted: list[str]) -> None:
    """Unpack the data folder; copy the objects ``wanted`` from the demo.

    Raises:
        KeyError: the demo no longer has such a file.
    """
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(data, filter="data")
    known = demo_objects()
    for sha256 in wanted:
        target = data / "objects" / sha256[:2] / sha256
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(known[sha256].read_bytes())


def api_boards(get: Get, slug: str) -> dict[str, Any]:
    """The API's answers on a challenge's board: the best of each team, every entry, versions and decisions."""
    address = f"challenges/{slug}/leaderboard/"
    best, every = get(f"{address}?page_size=500"), get(f"{address}?all=1&page_size=500")
    versions = get(f"{address}versions/?page_size=100")["results"]
    decisions = get(f"challenges/{slug}/decisions/")["results"]
    return {
        "phase": best["phase"],
        "direction": best["direction"],
        "frozen": best["frozen"],
        "official": best["official"],
        "best": [_entry(entry) for entry in best["entries"]],
        # In format 1, which ``boards.json`` was recorded in, ``rank`` was the rank among all entries here.
        "every": [_entry(entry | {"rank": entry["rank_all"]}) for entry in every["entries"]],
        "withdrawn": [_only(entry, "standing", "team", "name", "submission") for entry in best["withdrawn"]],
        "versions": [_only(version, "number", "cause", "note", "state", "since") for version in versions],
        "decisions": [_only(line, "kind", "at", "by", "text", "submission") for line in decisions],
    }


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    kept = _only(entry, "rank", "team", "name", "score", "baseline", "submitted", "division")
    return kept | {"submission": submission_of(entry)}


def submission_of(entry: dict[str, Any]) -> str:
    """The id at the end of the URL, which contains the host of the site, too."""
    return str(entry["submission"]).rstrip("/").rpartition("/")[2]


def _only(item: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: item[name] for name in names}


def is_as_recorded(result: bytes, row: dict[str, Any]) -> None:
    """The same bytes; or the same score, if the libraries that the result names have other versions."""
    text = json.loads(result)
    if text["scorer"]["libraries"] == BEFORE["libraries"]:
        assert hashlib.sha256(result).hexdigest() == row["result_sha256"]
    assert text["score"]["value"] == pytest.approx(row["score"], abs=1e-9)
