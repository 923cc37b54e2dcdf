"""Tiny cleaning challenges, and DataPerf's layout with a plain version of its evaluator.

``write_cleaning(folder)`` creates a challenge with the tasks ``jam`` and ``tea``. Each has ROWS training rows of three
classes, and the rows in WRONG have a wrong label. A keyword argument named like a field of the specification replaces
that field; ``None`` removes it. ``write_debugging(folder)`` creates a source for the importer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from evaluators.submissions import Upload

CLASSES = ("apple", "bread", "chair")
TASKS = ("jam", "tea")
ROWS = 30
WRONG = (1, 4, 7, 10, 13, 16, 19)

Array = NDArray[Any]


def specification(*, action: str = "rank", **changes: Any) -> dict[str, Any]:
    """The content of a valid ``challenge.yaml``, with ``changes`` applied to it."""
    content: dict[str, Any] = {
        "format": 1,
        "kind": "cleaning",
        "slug": "tiny-cleaning",
        "title": "Tiny cleaning",
        "summary": "Find a few wrong labels.",
        "domain": "other",
        "licence": "CC0-1.0",
        "action": action,
        "classes": list(CLASSES),
        "tasks": [task(name) for name in TASKS],
        "model": {"name": "logistic-regression"},
        "metric": "fraction_fixes" if action == "rank" else "accuracy",
        "seeds": [0, 1],
        "subsample": 0.7,
    }
    if action == "relabel":
        content["budget"] = 6
    return {key: value for key, value in (content | changes).items() if value is not None}


def task(name: str) -> dict[str, Any]:
    """One task with tables of its own."""
    return {
        "name": name,
        "title": name.capitalize(),
        "train": {"files": [f"public/{name}-train.parquet"], "label": "label"},
        "validation": {"files": [f"public/{name}-validation.parquet"], "id": None, "label": "label"},
        "test": {"files": [f"hidden/{name}-test.parquet"], "id": None, "label": "label"},
        "truth": {"files": [f"hidden/{name}-truth.parquet"], "embedding": None, "label": "label"},
    }


def row_id(task_name: str, row: int) -> str:
    return f"{task_name}-{row:03d}"


def write_cleaning(folder: Path, *, rows: int = ROWS, wrong: Sequence[int] = WRONG, **changes: Any) -> Path:
    """Write a whole bundle into ``folder`` and return the folder. Row i of a table has the class ``i % 3``."""
    content = specification(**changes)
    for directory in ("public", "hidden"):
        (folder / directory).mkdir(parents=True, exist_ok=True)
    (folder / "challenge.yaml").write_text(json.dumps(content, indent=1))  # JSON is valid YAML
    generator = np.random.default_rng(0)
    for name in TASKS:
        ids = [row_id(name, row) for row in range(rows)]
        vectors, true = _blobs(rows, generator)
        noisy = true.copy()
        noisy[[row for row in wrong if row < rows]] += 1
        _write(folder / f"public/{name}-train.parquet", label=_names(noisy % 3), id=ids, embedding=vectors)
        # Not in the order of the training set: the true labels must be matched by id.
        order = generator.permutation(rows)
        shuffled = [ids[row] for row in order]
        _write(folder / f"hidden/{name}-truth.parquet", label=_names(true[order]), id=shuffled)
        for path, count in ((f"hidden/{name}-test.parquet", 40), (f"public/{name}-validation.parquet", 15)):
            vectors, true = _blobs(count, generator)
            _write(folder / path, label=_names(true), embedding=vectors)
    return folder


def _blobs(count: int, generator: np.random.Generator) -> tuple[Array, Array]:
    classes = np.arange(count) % 3
    vectors = generator.normal(size=(count, 4)).astype(np.float32)
    vectors[np.arange(count), classes] += 2.5
    return vectors, classes


def _names(classes: Array) -> list[str]:
    return [CLASSES[number] for number in classes.tolist()]


def _write(path: Path, **columns: Any) -> None:
    arrays = {
        name: pa.array(list(values), pa.list_(pa.float32())) if name == "embedding" else pa.array(values)
        for name, values in columns.items()
    }
    pq.write_table(pa.table(arrays), path)


def ranking(rows: Sequence[int] = tuple(range(ROWS)), name: str = "jam") -> Upload:
    """An upload with a ranking by row numbers."""
    return Upload(f"{name}.txt", "".join(f"{row}\n" for row in rows).encode())


def labels(name: str = "jam", **chosen: str) -> Upload:
    """An upload with labels by id: ``labels(r001="bread", r002="drop")``."""
    lines = ["id,label", *(f"{name}-{row[1:]},{label}" for row, label in chosen.items())]
    return Upload(f"{name}.csv", "\n".join(lines).encode())


# --- DataPerf's vision cleaning


def write_debugging(folder: Path, *, tasks: Sequence[str] = ("01g317", "01g317-flipped"), rows: int = 40) -> Path:
    """Small random data in the layout of DS3Lab/dataperf-vision-debugging; three in ten labels are wrong."""
    (folder / "embeddings").mkdir(parents=True)
    (folder / "data").mkdir()
    for number, name in enumerate(tasks):
        generator = np.random.default_rng(number)
        direction = generator.normal(size=6)
        for part, count in (("train_0.3", rows), ("test", 50), ("val", 10)):
            vectors = np.abs(generator.normal(size=(count, 6))).astype(np.float32)
            true = (vectors @ direction > np.median(vectors @ direction)).astype(np.int64)
            files = [f"{number:04d}{part[:2]}{row:04d}" for row in range(count)]
            if part == "train_0.3":
                lines = [f"{file},{label}" for file, label in zip(files, true.tolist(), strict=True)]
                (folder / f"data/dataset_{name}_train.csv").write_text("\n".join(["ImageID,hv_label", *lines]))
                wrong = generator.permutation(count)[: round(0.3 * count)]
                true[wrong] = 1 - true[wrong]
            path = folder / f"embeddings/{name}_{part}_{count}.parquet"
            columns = {
                "filename": pa.array(files),
                "encoding": pa.array(list(vectors), pa.list_(pa.float32())),
                "label": pa.array(true),
            }
            pq.write_table(pa.table(columns), path)
    return folder


def evaluate_plainly(
    fit_and_measure: Callable[[Array], float], noisy: Array, true: Array, order: Sequence[int]
) -> tuple[float, list[float]]:
    """The offline evaluator: train a new model for every prefix of the ranking, on labels fixed up to there.

    ``fit_and_measure`` trains on labels and returns the accuracy, rounded to two decimals.
    """
    size = len(noisy)
    accuracies = []
    for fixes in range(1, size + 1):
        labels = noisy.copy()
        for row in order[:fixes]:
            labels[row] = true[row]
        accuracies.append(fit_and_measure(labels))
    target = 0.95 * accuracies[-1]
    fraction = next(place / size for place in range(size) if accuracies[place] >= target)
    return fraction, accuracies
