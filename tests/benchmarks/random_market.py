"""Write an acquisition bundle of random rows: ``python -m tests.benchmarks.random_market FOLDER DECAY``.

Five markets with 20 sellers each, 10,000 rows × 768 features per seller; every other seller has 10 % wrong labels.
``FOLDER/submission-N`` buys N rows from every seller. The standard deviation of feature *j* is proportional to
*j* to the power of minus DECAY: with 0 all features are alike and L-BFGS needs a dozen iterations; with 0.5 they are as
uneven as a language model's and it needs seventy.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

MARKETS, SELLERS, ROWS, DIMENSIONS = 5, 20, 10_000, 768
BUYER_ROWS = 500
BUDGET, FULL_PRICE = 150, 100
BOUGHT = (100, 750)
"""Rows per seller in each submission; the second one spends the whole budget."""

TRIALS = 10


def write(folder: Path, decay: float) -> None:
    """The bundle and the submissions."""
    for name in ("public", "hidden", *(f"submission-{rows}" for rows in BOUGHT)):
        (folder / name).mkdir(parents=True)
    scales = np.arange(1, DIMENSIONS + 1, dtype=np.float32) ** np.float32(-decay)
    scales *= np.float32(0.5) / np.sqrt(np.mean(scales**2))
    markets = [_market(folder, market, scales) for market in range(MARKETS)]
    specification = {
        "format": 1,
        "kind": "acquisition",
        "reference": "dataperf-acquisition",
        "slug": "bench",
        "title": "Bench",
        "summary": "Random rows for sale.",
        "domain": "other",
        "licence": "none needed",
        "classes": ["0", "1"],
        "tasks": markets,
        "model": {"name": "logistic-regression"},
        "metric": "score",
        "seeds": list(range(TRIALS)),
        "scorer": "reference",
    }
    (folder / "challenge.yaml").write_text(json.dumps(specification))  # which is YAML too


def _market(folder: Path, market: int, scales: NDArray[np.float32]) -> dict[str, object]:
    generator = np.random.default_rng(market)
    direction = generator.standard_normal(DIMENSIONS, dtype=np.float32)
    for seller in range(SELLERS):
        noise = 0.1 * (seller % 2)
        _table(folder / f"hidden/{market}-{seller}.parquet", ROWS, scales, direction, noise, generator)
    _table(folder / f"public/buyer-{market}.parquet", BUYER_ROWS, scales, direction, 0.0, generator)
    # One bin and no correlations: scoring reads only the number of rows.
    names = [str(dimension) for dimension in range(DIMENSIONS)]
    summary = {
        "row_number": ROWS,
        "column_number": DIMENSIONS + 1,
        "hist": {name: {"0_size": ROWS, "0_range": -5, "1_range": 5} for name in names},
        "label_correlation": dict.fromkeys(names, 0),
    }
    (folder / f"public/summaries-{market}.json").write_text(json.dumps([summary] * SELLERS))
    for rows in BOUGHT:
        (folder / f"submission-{rows}/{market}.csv").write_text(",".join([str(rows)] * SELLERS) + "\n")
    return {
        "name": str(market),
        "budget": BUDGET,
        "buyer": _columns(f"public/buyer-{market}.parquet"),
        "summaries": f"public/summaries-{market}.json",
        "sellers": [
            {
                "name": str(seller),
                "price": {"method": "linear", "full_price": FULL_PRICE},
                "data": _columns(f"hidden/{market}-{seller}.parquet"),
            }
            for seller in range(SELLERS)
        ],
    }


def _columns(file: str) -> dict[str, object]:
    return {"files": [file], "id": None, "label": "label"}


def _table(
    path: Path,
    rows: int,
    scales: NDArray[np.float32],
    direction: NDArray[np.float32],
    noise: float,
    generator: np.random.Generator,
) -> None:
    vectors = generator.standard_normal((rows, DIMENSIONS), dtype=np.float32) * scales
    labels = (vectors @ direction > 0) ^ (generator.random(rows) < noise)
    columns = {
        "embedding": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), DIMENSIONS),
        "label": pa.array(labels.astype(int).astype(str).tolist()),
    }
    pq.write_table(pa.table(columns), path, compression="none", use_dictionary=False)


if __name__ == "__main__":
    write(Path(sys.argv[1]), float(sys.argv[2]))
