"""Write a bundle with a random pool of a given size: ``python -m tests.benchmarks.random_pool ROWS FOLDER``.

Runs in a separate process, because the peak memory that the kernel reports for a child starts at its parent's.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DIMENSIONS = 256
TEST_ROWS = 5_000
BUDGET = 1_000
BATCH_ROWS = 50_000

SPECIFICATION = f"""
format: 1
kind: selection
slug: bench
title: Bench
summary: A pool of random vectors.
domain: other
licence: none needed
labels: submitted
classes: ["0", "1"]
tasks: [{{name: all}}]
budget: {BUDGET}
model: {{name: logistic-regression}}
metric: f1
seeds: [0]
pool: {{files: [public/pool.parquet]}}
test: {{files: [hidden/test.parquet], label: label}}
"""


def write(rows: int, folder: Path) -> None:
    """The bundle, and a submission of ``BUDGET`` rows spread over the whole pool in ``submission/all.csv``."""
    generator = np.random.default_rng(rows)
    for name in ("public", "hidden", "submission"):
        (folder / name).mkdir(parents=True)
    (folder / "challenge.yaml").write_text(SPECIFICATION)
    _write_table(folder / "public/pool.parquet", rows, generator, labelled=False)
    _write_table(folder / "hidden/test.parquet", TEST_ROWS, generator, labelled=True)
    chosen = generator.choice(rows, BUDGET, replace=False)
    lines = [f"pool-{row:011x},{number % 2}\n" for number, row in enumerate(chosen)]
    (folder / "submission/all.csv").write_text("id,label\n" + "".join(lines))


def _write_table(path: Path, rows: int, generator: np.random.Generator, *, labelled: bool) -> None:
    vector = pa.list_(pa.float32(), DIMENSIONS)
    fields = [("id", pa.string()), ("embedding", vector)] + [("label", pa.string())] * labelled
    with pq.ParquetWriter(path, pa.schema(fields), compression="none", use_dictionary=False) as writer:
        for start in range(0, rows, BATCH_ROWS):
            count = min(BATCH_ROWS, rows - start)
            vectors = generator.standard_normal((count, DIMENSIONS), dtype=np.float32)
            columns = [
                pa.array([f"{path.stem}-{row:011x}" for row in range(start, start + count)]),
                pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), DIMENSIONS),
            ]
            if labelled:
                columns.append(pa.array((vectors[:, 0] > 0).astype(int).astype(str).tolist()))
            writer.write_table(pa.Table.from_arrays(columns, schema=pa.schema(fields)))


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
