"""Build the data files of the demo challenges *rare-nouns* and *digits* from two public tables.

    python challenges/demo/build.py FOLDER

FOLDER holds ``wordnet_nouns_minilm384_f16.parquet`` (WordNet 3.0 noun glosses with all-MiniLM-L6-v2 embeddings) and
``mnist10k_pca128_f16.parquet`` (10,000 digits of MNIST with 128 principal components). The files built from
them are in the repository; this script documents how they were built and reproduces the same rows.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

SEED = 2026
HERE = Path(__file__).parent

NOUN_TASKS = {"noun.food": 400, "noun.body": 400, "noun.event": 300}
NOUN_TEST_OTHERS = 2900
NOUN_EXAMPLES_EACH = 20
NOUN_POOL = 16_000
NOUN_POOL_PARTS = 2

DIGIT_EXAMPLES_EACH = 5
DIGIT_TEST = 2500
DIGIT_POOL = 7000

Indices = NDArray[np.int64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    build_rare_nouns(pq.read_table(folder / "wordnet_nouns_minilm384_f16.parquet"), HERE / "rare-nouns")
    build_digits(pq.read_table(folder / "mnist10k_pca128_f16.parquet"), HERE / "digits")


def build_rare_nouns(nouns: pa.Table, bundle: Path) -> None:
    """A few examples and enough test rows of each rare concept; in the pool each concept keeps its natural rarity."""
    generator = np.random.default_rng(SEED)
    order = generator.permutation(_unique(nouns.column("gloss").to_pylist()))
    category = np.array(nouns.column("category").cast(pa.string()).to_pylist())[order]
    examples = np.concatenate([order[category == name][:NOUN_EXAMPLES_EACH] for name in NOUN_TASKS])
    test = [order[category == name][NOUN_EXAMPLES_EACH:][:count] for name, count in NOUN_TASKS.items()]
    test.append(order[~np.isin(category, list(NOUN_TASKS))][:NOUN_TEST_OTHERS])
    hidden = generator.permutation(np.concatenate(test))
    pool = np.setdiff1d(order, np.concatenate([hidden, examples]), assume_unique=True)
    pool = np.sort(generator.choice(pool, NOUN_POOL, replace=False))
    nouns = nouns.set_column(nouns.column_names.index("category"), "category", nouns["category"].cast(pa.string()))
    for number, part in enumerate(np.array_split(pool, NOUN_POOL_PARTS)):
        _write(nouns.take(part), bundle / "public" / f"pool-{number}.parquet")
    _write(nouns.take(examples), bundle / "public" / "examples.parquet")
    _write(nouns.take(hidden).select(["id", "category", "embedding"]), bundle / "hidden" / "test.parquet")


def build_digits(digits: pa.Table, bundle: Path) -> None:
    """A pool without labels, a few labelled examples of each digit, a hidden test set."""
    generator = np.random.default_rng(SEED)
    order = generator.permutation(_unique([bytes(row) for row in digits.column("pixels").to_pylist()]))
    labels = np.array(digits.column("label").to_pylist())[order]
    examples = np.concatenate([order[labels == digit][:DIGIT_EXAMPLES_EACH] for digit in range(10)])
    rest = order[~np.isin(order, examples)]
    test, pool = rest[:DIGIT_TEST], np.sort(rest[DIGIT_TEST : DIGIT_TEST + DIGIT_POOL])
    text = digits.set_column(digits.column_names.index("label"), "label", digits["label"].cast(pa.string()))
    _write(digits.take(pool).select(["id", "pixels", "embedding"]), bundle / "public" / "pool.parquet")
    _write(text.take(examples), bundle / "public" / "examples.parquet")
    _write(text.take(test).select(["id", "label", "embedding"]), bundle / "hidden" / "test.parquet")


def _unique(values: list[str] | list[bytes]) -> Indices:
    """The first row of each value: a copy in the pool would give away the label of a test row."""
    return np.array(sorted({value: row for row, value in reversed(list(enumerate(values)))}.values()))


def _write(table: pa.Table, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.replace_schema_metadata(None), path, compression="zstd", compression_level=19)


if __name__ == "__main__":
    main()
