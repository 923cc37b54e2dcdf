"""Add a hidden final split to the test set of any tiny challenge."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from evaluators.specification import TestSplit


def add_final(bundle: Path, *, rows: int = 12, rename: str = "final-") -> Path:
    """Add a ``final`` to every ``test``: the first ``rows`` of its rows, with ``rename`` before their ids.

    With ``rename=""`` the same rows are in both splits, which is invalid.
    """
    content = json.loads((bundle / "challenge.yaml").read_text())
    for place in (content, *content["tasks"]):
        if "test" in place:
            name = place["test"]["files"][0]
            table = pq.read_table(bundle / name).slice(0, rows)
            if "id" in table.column_names:
                ids = [rename + value for value in table.column("id").to_pylist()]
                table = table.set_column(table.column_names.index("id"), "id", pa.array(ids))
            pq.write_table(table, bundle / name.replace("test", "final"))
            place["final"] = place["test"] | {"files": [name.replace("test", "final")]}
    (bundle / "challenge.yaml").write_text(json.dumps(content))
    return bundle


def without_final(bundle: Path, *, part: TestSplit) -> dict[str, Any]:
    """The bundle's specification restricted to one split, written by hand."""
    content: dict[str, Any] = json.loads((bundle / "challenge.yaml").read_text())
    for place in (content, *content["tasks"]):
        final = place.pop("final", None)
        if part == "final" and final is not None:
            place["test"] = final
    return content
