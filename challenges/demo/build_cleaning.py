"""Build the data files of the demo challenges *noisy-digits* and *mended-digits* from a public table.

    python challenges/demo/build_cleaning.py FOLDER

FOLDER holds ``mnist10k_pca128_f16.parquet`` (10,000 digits of MNIST with 128 principal components). The wrong
labels imitate human mistakes: a fifth of each class in ``TAKEN_FOR`` gets the label of the class it is easily mistaken
for.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

SEED = 2026
HERE = Path(__file__).parent

TAKEN_FOR = {4: 9, 9: 4, 7: 1, 1: 7, 3: 5, 5: 3, 6: 0, 0: 6, 8: 3, 2: 7}
WRONG = 0.2

TRAIN_ROWS = {"noisy-digits": 400, "mended-digits": 1000}
TEST_ROWS = 1500

Numbers = NDArray[np.int64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    digits = pq.read_table(parser.parse_args().folder / "mnist10k_pca128_f16.parquet")
    generator = np.random.default_rng(SEED)
    order = generator.permutation(_unique([bytes(row) for row in digits["pixels"].to_pylist()]))
    start = 0
    for name, rows in TRAIN_ROWS.items():
        train, test = order[start : start + rows], order[start + rows : start + rows + TEST_ROWS]
        start += rows + TEST_ROWS
        build(digits, train, test, HERE / name, generator)


def build(digits: pa.Table, train: Numbers, test: Numbers, bundle: Path, generator: np.random.Generator) -> None:
    """Noisy labels are public, true ones hidden. Ids are new: those of the other demos would give away the labels."""
    true = np.array(digits["label"].to_pylist())[train]
    ids = pa.array([f"image-{number:04d}" for number in range(len(train))])
    columns: dict[str, Any] = {"id": ids, "label": _texts(mislabelled(true, generator))}
    rows = digits.take(train)
    _write(pa.table(columns | {name: rows[name] for name in ("pixels", "embedding")}), bundle / "public/train.parquet")
    _write(pa.table({"id": ids, "label": _texts(true)}), bundle / "hidden/truth.parquet")
    rows = digits.take(test)
    labels = _texts(np.array(rows["label"].to_pylist()))
    _write(pa.table({"label": labels, "embedding": rows["embedding"]}), bundle / "hidden/test.parquet")


def mislabelled(true: Numbers, generator: np.random.Generator) -> Numbers:
    """The labels, with the fraction ``WRONG`` of each class replaced by the class it is mistaken for."""
    labels = true.copy()
    for digit, taken_for in TAKEN_FOR.items():
        rows = np.flatnonzero(true == digit)
        labels[generator.permutation(rows)[: round(WRONG * len(rows))]] = taken_for
    return labels


def _unique(images: list[bytes]) -> Numbers:
    """The first row of each image: a test row must not have a copy in the training set."""
    return np.array(sorted({image: row for row, image in reversed(list(enumerate(images)))}.values()))


def _texts(labels: Numbers) -> pa.Array:
    return pa.array([str(label) for label in labels.tolist()])


def _write(table: pa.Table, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Dictionary encoding would only take space: these numbers hardly ever repeat.
    pq.write_table(
        table.replace_schema_metadata(None), path, compression="zstd", compression_level=19, use_dictionary=["label"]
    )


if __name__ == "__main__":
    main()
