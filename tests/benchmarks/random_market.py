"""Write an acquisition bundle of random rows: ``python -m tests.benchmarks.random_market FOLDER``.

Five markets of 20 sellers with 10,000 rows × 768 each, a tenth of the labels of every other seller wrong; and in
``FOLDER/submission`` a purchase of ``BOUGHT`` rows from every seller.
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
BOUGHT = 750
TRIALS = 10


def write(folder: Path) -> None:
    """The bundle and the submission."""
    for name in ("public", "hidden", "submission"):
        (folder / name).mkdir(parents=True)
    markets = [_market(folder, market) for market in range(MARKETS)]
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


def _market(folder: Path, market: int) -> dict[str, object]:
    generator = np.random.default_rng(market)
    direction = generator.standard_normal(DIMENSIONS, dtype=np.float32) / np.float32(DIMENSIONS**0.5)
    for seller in range(SELLERS):
        noise = 0.1 * (seller % 2)
        _table(folder / f"hidden/{market}-{seller}.parquet", ROWS, direction, noise, generator)
    _table(folder / f"public/buyer-{market}.parquet", BUYER_ROWS, direction, 0.0, generator)
    summary = {"row_number": ROWS, "column_number": DIMENSIONS + 1, "hist": {}, "label_correlation": {}}
    (folder / f"public/summaries-{market}.json").write_text(json.dumps([summary] * SELLERS))
    (folder / f"submission/{market}.csv").write_text(",".join([str(BOUGHT)] * SELLERS) + "\n")
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


def _table(path: Path, rows: int, direction: NDArray[np.float32], noise: float, generator: np.random.Generator) -> None:
    vectors = generator.standard_normal((rows, DIMENSIONS), dtype=np.float32)
    labels = (vectors @ direction > 0) ^ (generator.random(rows) < noise)
    columns = {
        "embedding": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), DIMENSIONS),
        "label": pa.array(labels.astype(int).astype(str).tolist()),
    }
    pq.write_table(pa.table(columns), path, compression="none", use_dictionary=False)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
