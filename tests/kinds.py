"""Tiny cleaning and acquisition challenges, and results as their scorers record them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

CLASSES = ("cat", "dog")
ROWS = 20
SELLERS = ("alpha", "beta", "gamma")

_TEXTS = {
    "format": 1,
    "title": "Tiny",
    "summary": "A few rows.",
    "domain": "other",
    "licence": "CC0-1.0",
    "model": {"name": "logistic-regression"},
    "classes": list(CLASSES),
}


def write_cleaning(folder: Path, *, pixels: Any = None, names: tuple[str, ...] = ("pets",), **changes: Any) -> Path:
    """A cleaning task of ``ROWS`` rows for each name; ``pixels`` is an Arrow array for the column of that name."""
    generator = np.random.default_rng(0)
    content: dict[str, Any] = {
        **_TEXTS,
        "kind": "cleaning",
        "slug": "tiny-cleaning",
        "action": "rank",
        "metric": "fraction_fixes",
        "seeds": [0],
        "tasks": [
            {
                "name": name,
                "title": name.title(),
                "train": {"files": [f"public/{name}.parquet"], "label": "label"},
                "test": {"files": [f"hidden/{name}-test.parquet"], "label": "label", "id": None},
                "truth": {"files": [f"hidden/{name}-truth.parquet"], "label": "label", "embedding": None},
            }
            for name in names
        ],
    }
    for name in names:
        ids = [f"{name}-{row:03d}" for row in range(ROWS)]
        labels = [CLASSES[row % 2] for row in range(ROWS)]
        noisy = [CLASSES[(row + (row < 5)) % 2] for row in range(ROWS)]
        vectors = generator.normal(size=(ROWS, 4))
        columns = {"id": pa.array(ids), "embedding": _vectors(vectors), "label": pa.array(noisy)}
        if pixels is not None:
            columns["pixels"] = pixels
        _write(folder / f"public/{name}.parquet", columns)
        _write(folder / f"hidden/{name}-truth.parquet", {"id": pa.array(ids), "label": pa.array(labels)})
        _write(folder / f"hidden/{name}-test.parquet", {"embedding": _vectors(vectors), "label": pa.array(labels)})
    return _written(folder, content | changes)


def write_acquisition(folder: Path, *, markets: tuple[str, ...] = ("0", "1"), **changes: Any) -> Path:
    """Markets of three sellers with 10, 20 and 30 rows, one for each pricing scheme."""
    prices = (
        {"method": "linear", "full_price": 100.0},
        {"method": "volume-discount", "full_price": 80.0, "discount": 0.2},
        {"method": "fixed-plus-unit", "fixed": 5.0, "unit": 0.25},
    )
    generator = np.random.default_rng(0)
    content: dict[str, Any] = {
        **_TEXTS,
        "kind": "acquisition",
        "slug": "tiny-market",
        "metric": "score",
        "seeds": [0, 1],
        "tasks": [
            {
                "name": name,
                "title": f"Market {name}",
                "budget": 60.0,
                "buyer": {"files": [f"public/buyer-{name}.parquet"], "label": "label", "id": None},
                "summaries": f"public/summaries-{name}.json",
                "sellers": [
                    {
                        "name": seller,
                        "title": seller.title(),
                        "price": price,
                        "data": {"files": [f"hidden/secret-{name}-{seller}.parquet"], "label": "label", "id": None},
                    }
                    for seller, price in zip(SELLERS, prices, strict=True)
                ],
            }
            for name in markets
        ],
    }
    for name in markets:
        summaries = []
        for place, seller in enumerate(SELLERS, start=1):
            rows = 10 * place
            _labelled(folder / f"hidden/secret-{name}-{seller}.parquet", generator.normal(size=(rows, 2)))
            summaries.append(summary(rows))
        _labelled(folder / f"public/buyer-{name}.parquet", generator.normal(size=(8, 2)))
        (folder / f"public/summaries-{name}.json").write_text(json.dumps(summaries))
    return _written(folder, content | changes)


def summary(rows: int) -> dict[str, Any]:
    histogram = {"0_size": rows, "0_range": -1.0, "1_range": 1.0}
    return {
        "row_number": rows,
        "column_number": 3,
        "hist": {"0": histogram, "1": histogram},
        "label_correlation": {"0": 0.125, "1": -0.75},
        "class_counts": {"cat": rows // 2, "dog": rows - rows // 2},
    }


def squares(rows: int = ROWS, side: int = 4) -> pa.Array:
    """Square images, each of a single grey value."""
    return pa.array([[10 * row % 256] * (side * side) for row in range(rows)], pa.list_(pa.uint8(), side * side))


def ranking(name: str = "pets", *, hit: int = 5, reveal: bool = False) -> dict[str, Any]:
    """What a scorer adds to the result for a ranking of all rows, of which the first five were wrong."""
    curve = [0.5 + 0.4 * min(1.0, fixes / hit) for fixes in range(ROWS + 1)]
    slices: dict[str, dict[str, float]] = {"errors": {"first 10 %": 2.0, "first 25 %": 5.0, "first 100 %": 5.0}}
    if reveal:
        # Keys of a recorded result are in alphabetical order.
        slices["fixes"] = {f"{name}-{row:03d}": float(row < 5) for row in range(ROWS)}
        slices["places"] = {f"{name}-{row:03d}": float((row + 3) % ROWS) for row in range(ROWS)}
    metrics = {"fraction_fixes": hit / ROWS, "auc": 0.8, "accuracy_before": 0.5, "accuracy_clean": 0.9}
    tasks = {name: metrics}
    return {
        "tasks": tasks,
        "seeds": [{"seed": 0, "tasks": tasks}],
        "curves": {name: curve},
        "slices": {name: slices},
    }


def purchase(markets: tuple[str, ...] = ("0", "1"), *, accuracy: float = 0.75, cost: float = 42.5) -> dict[str, Any]:
    """What a scorer adds to the result for a purchase from the first two sellers."""
    tasks = {name: {"score": 0.74, "accuracy": accuracy, "cost": cost} for name in markets}
    slices = {
        name: {
            "rows": {"alpha": 2.0, "beta": 9.0, "gamma": 0.0},
            "spent": {"alpha": 20.0, "beta": 22.5, "gamma": 0.0},
        }
        for name in markets
    }
    return {"tasks": tasks, "seeds": [{"seed": seed, "tasks": tasks} for seed in (0, 1)], "slices": slices}


def _vectors(values: Any) -> pa.Array:
    return pa.array(values.astype("float32").tolist(), pa.list_(pa.float32()))


def _labelled(path: Path, vectors: Any) -> None:
    labels = [CLASSES[row % 2] for row in range(len(vectors))]
    _write(path, {"embedding": _vectors(vectors), "label": pa.array(labels)})


def _write(path: Path, columns: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)


def _written(folder: Path, content: dict[str, Any]) -> Path:
    (folder / "challenge.yaml").write_text(json.dumps(content))
    return folder
