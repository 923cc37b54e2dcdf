"""Tiny challenges for tests: a bundle of a few dozen rows that is written, prepared and scored in milliseconds.

``write_bundle(folder)`` creates a challenge with public labels and two binary tasks, ``write_bundle(folder,
labels="submitted")`` one with a single task whose labels are part of the submission. A keyword argument named like a
field of the specification replaces that field; ``None`` removes it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

CLASSES = ("apple", "bread", "chair")
FLOATS = {"float16": pa.float16(), "float32": pa.float32(), "float64": pa.float64()}


def specification(*, labels: str = "known", **changes: Any) -> dict[str, Any]:
    """The content of a valid ``challenge.yaml``, with ``changes`` applied to it."""
    known = labels == "known"
    content: dict[str, Any] = {
        "format": 1,
        "kind": "selection",
        "slug": "tiny",
        "title": "Tiny",
        "summary": "Choose a few rows.",
        "domain": "other",
        "licence": "CC0-1.0",
        "description": "A challenge for *tests*.",
        "rules": "- At most six rows.",
        "data_card": "Drawn from a normal distribution.",
        "labels": labels,
        "classes": list(CLASSES),
        "tasks": [{"name": "apple", "title": "Apples", "positive": "apple"}, {"name": "bread", "positive": "bread"}],
        "budget": 6,
        "model": {"name": "logistic-regression", "parameters": {"C": 1.0}},
        "metric": "f1",
        "seeds": [0, 1],
        "subsample": 0.7,
        "pool": {"files": ["public/pool.parquet"], **({"label": "label"} if known else {})},
        "examples": {"files": ["public/examples.parquet"], "label": "label"},
        "test": {"files": ["hidden/test.parquet"], "label": "label"},
    }
    if not known:
        content |= {
            "tasks": [{"name": "things", "title": "Things"}],
            "model": {"name": "nearest-neighbours", "parameters": {"k": 1}},
            "metric": "accuracy",
        }
    return {key: value for key, value in (content | changes).items() if value is not None}


def write_bundle(folder: Path, *, rows: int = 60, dimensions: int = 8, seed: int = 0, **changes: Any) -> Path:
    """Write a whole bundle into ``folder`` and return the folder.

    Row i of a table has the class ``i % classes``; ids are ``pool-000``, ``pool-001``, … (``test-…``, ``example-…``).
    """
    content = specification(**changes)
    for directory in ("public", "hidden"):
        (folder / directory).mkdir(parents=True, exist_ok=True)
    # JSON is valid YAML and avoids mistakes in quoting.
    (folder / "challenge.yaml").write_text(json.dumps(content, indent=1))
    generator = np.random.default_rng(seed)
    for table, count in (("pool", rows), ("examples", 9), ("test", 30)):
        if table in content:
            _write_rows(folder, content, table, count, dimensions, generator)
    return folder


def _write_rows(
    folder: Path, content: dict[str, Any], table: str, count: int, dimensions: int, generator: np.random.Generator
) -> None:
    classes: list[str] = content["classes"]
    numbers = np.arange(count) % len(classes)
    vectors = generator.normal(size=(count, dimensions))
    vectors[np.arange(count), numbers % dimensions] += 3  # so that there is something to learn
    ids = [f"{table.removesuffix('s')}-{number:03d}" for number in range(count)]
    labels = [classes[number] for number in numbers] if content[table].get("label") else None
    files = content[table]["files"]
    bounds = np.linspace(0, count, len(files) + 1).astype(int)
    for name, start, end in zip(files, bounds[:-1], bounds[1:], strict=True):
        write_table(folder / name, ids[start:end], vectors[start:end], labels[start:end] if labels else None)


def write_table(
    path: Path,
    ids: Sequence[str | None],
    vectors: NDArray[Any] | Sequence[Any],
    labels: Sequence[str | None] | None = None,
    *,
    floats: str = "float32",
    fixed_size: bool = False,
) -> None:
    """Write one parquet file with the columns ``id``, ``embedding`` and optionally ``label``."""
    values = [None if vector is None else np.asarray(vector, floats).tolist() for vector in vectors]
    length = len(values[0]) if fixed_size else -1
    columns = {
        "id": pa.array(ids, pa.string()),
        "embedding": pa.array(values, pa.list_(FLOATS[floats], length)),
    }
    if labels is not None:
        columns["label"] = pa.array(labels, pa.string())
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)


def good_files(*, labels: str = "known", rows: int = 6) -> dict[str, bytes]:
    """A valid submission to ``write_bundle``'s challenge, files by name: the first ``rows`` rows for every task."""
    ids = [f"pool-{number:03d}" for number in range(rows)]
    if labels == "submitted":
        lines = ["id,label", *(f"{name},{CLASSES[number % len(CLASSES)]}" for number, name in enumerate(ids))]
        return {"things.csv": _text(lines)}
    return {f"{task}.csv": _text(["id", *ids]) for task in ("apple", "bread")}


def _text(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
