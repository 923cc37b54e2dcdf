"""Tiny acquisition challenges for tests: a bundle of a few hundred rows, prepared and scored in milliseconds.

``write_market(folder)`` creates a challenge with two markets, ``tea`` and ``ink``, each with the sellers ``mill``
(linear price), ``barn`` (with a discount) and ``loft`` (a fee and a price per row). A keyword argument named like a
field of the specification replaces that field; ``None`` removes it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from evaluators.kinds.acquisition.summaries import summarise

CLASSES = ["no", "yes"]
OWNED = {"mill": 40, "barn": 60, "loft": 20}
PRICES = {
    "mill": {"method": "linear", "full_price": 80},
    "barn": {"method": "volume-discount", "full_price": 60, "discount": 0.5},
    "loft": {"method": "fixed-plus-unit", "fixed": 5, "unit": 0.25},
}
DIMENSIONS = 5
BUYER_ROWS, TEST_ROWS = 24, 50


def market(name: str, *, test: bool = True, owned: dict[str, int] | None = None) -> dict[str, Any]:
    """One market of a valid ``challenge.yaml``."""
    content: dict[str, Any] = {
        "name": name,
        "title": name.capitalize(),
        "budget": 50,
        "buyer": {"files": [f"public/{name}-buyer.parquet"], "id": None, "label": "label"},
        "summaries": f"public/{name}-summaries.json",
        "sellers": [
            {
                "name": seller,
                "title": f"The {seller.capitalize()}",
                "price": PRICES.get(seller, PRICES["mill"]),
                "data": {"files": [f"hidden/{name}-{seller}.parquet"], "id": None, "label": "label"},
            }
            for seller in (owned or OWNED)
        ],
    }
    if test:
        content["test"] = {"files": [f"hidden/{name}-test.parquet"], "id": None, "label": "label"}
    return content


def specification(**changes: Any) -> dict[str, Any]:
    """The content of a valid ``challenge.yaml``, with ``changes`` applied to it."""
    content: dict[str, Any] = {
        "format": 1,
        "kind": "acquisition",
        "slug": "tiny-market",
        "title": "Tiny market",
        "summary": "Buy a few rows.",
        "domain": "other",
        "licence": "CC0-1.0",
        "classes": CLASSES,
        "tasks": [market("tea"), market("ink")],
        "model": {"name": "logistic-regression"},
        "metric": "score",
        "seeds": [0, 1, 2],
    }
    return {key: value for key, value in (content | changes).items() if value is not None}


def write_market(folder: Path, *, seed: int = 0, owned: dict[str, int] | None = None, **changes: Any) -> Path:
    """Write a whole bundle into ``folder`` and return the folder."""
    content = specification(**changes)
    for directory in ("public", "hidden"):
        (folder / directory).mkdir(parents=True, exist_ok=True)
    (folder / "challenge.yaml").write_text(json.dumps(content, indent=1))  # JSON is valid YAML
    generator = np.random.default_rng(seed)
    for task in content["tasks"]:
        direction = generator.normal(size=DIMENSIONS)
        _write(folder / task["buyer"]["files"][0], *_rows(BUYER_ROWS, direction, generator))
        if "test" in task:
            _write(folder / task["test"]["files"][0], *_rows(TEST_ROWS, direction, generator))
        summaries = []
        for seller in task["sellers"]:
            rows = _rows((owned or OWNED)[seller["name"]], direction, generator)
            _write(folder / seller["data"]["files"][0], *rows)
            summaries.append(summarise(lambda rows=rows: iter([rows]), CLASSES))
        (folder / task["summaries"]).write_text(json.dumps(summaries))
    return folder


def reference_market(**changes: Any) -> dict[str, Any]:
    """Changes that make a challenge valid for the offline evaluator: all sellers priced alike, no hidden test."""
    tasks = [market(name, test=False) for name in ("tea", "ink")]
    for task in tasks:
        task["budget"] = 100
        for number, seller in enumerate(task["sellers"]):
            seller["price"] = {"method": "linear", "full_price": 60 + 20 * number}
    return {"reference": "dataperf-acquisition", "scorer": "reference", "tasks": tasks} | changes


def _rows(
    count: int, direction: NDArray[Any], generator: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    vectors = generator.normal(size=(count, DIMENSIONS))
    return vectors, (vectors @ direction + generator.normal(size=count) > 0).astype(np.int64)


def _write(path: Path, vectors: NDArray[np.float64], labels: NDArray[np.int64]) -> None:
    columns = {
        "embedding": pa.array(vectors.tolist(), pa.list_(pa.float64())),
        "label": pa.array([CLASSES[label] for label in labels.tolist()]),
    }
    pq.write_table(pa.table(columns), path)
