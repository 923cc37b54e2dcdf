"""Random data of real size in the layouts in which DataPerf was published: ``python -m tests.benchmarks.published``.

    python -m tests.benchmarks.published vision-selection|speech-selection|vision-cleaning FOLDER

writes ``FOLDER/source`` for ``python -m evaluators import`` and ``FOLDER/submission``. The values are random; sizes,
types and file names are those of 2023.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

VISION_ROWS, VISION_PARTS, VISION_DIMENSIONS = 1_200_000, 72, 256
VISION_TESTS = {"Cupcake": 137, "Hawk": 145, "Sushi": 162}
VISION_BUDGET = 1000

SPEECH_DIMENSIONS = 1024
SPEECH_TARGETS = ("episode", "fifty", "job", "restaurant", "route")
SPEECH_SIZE = 60

CLEANING_TASKS = [f"{name}{suffix}" for name in ("01g317", "04hgtk", "04rky", "09j2d") for suffix in ("", "-flipped")]
CLEANING_DIMENSIONS = 2048


def vision(folder: Path) -> None:
    """A pool of 1.2 million rows in 72 parts; 1,000 rows chosen for each of three concepts."""
    generator = np.random.default_rng(1)
    pool = folder / "source/embeddings/train_emb_256_dataperf.parquet"
    for part, rows in enumerate(np.array_split(np.arange(VISION_ROWS), VISION_PARTS)):
        ids = [f"{row:016x}" for row in rows.tolist()]
        _table(pool / f"part-{part:05d}.parquet", generator, VISION_DIMENSIONS, {"ImageID": ids}, "embedding")
    for concept, count in VISION_TESTS.items():
        columns = {
            "ImageID": [f"test{row:012x}" for row in range(count)],
            "Confidence": [str(row % 2) for row in range(count)],
        }
        path = folder / f"source/test_sets/alpha_test_set_{concept}_256.parquet"
        _table(path, generator, VISION_DIMENSIONS, columns, "embedding")
        chosen = generator.choice(VISION_ROWS, VISION_BUDGET, replace=False)
        lines = [f"{row:016x},{number % 2}" for number, row in enumerate(chosen.tolist())]
        _text(folder / f"submission/{concept}.csv", ["ImageID,Confidence", *lines])


def speech(folder: Path) -> None:
    """English: five target words, 100 other words to train with, 34,000 rows to evaluate on; 60 clips chosen."""
    generator = np.random.default_rng(2)
    root = folder / "source/dataperf_en_data"
    known = [f"known{word:03d}" for word in range(100)]
    unknown = [f"unknown{word:03d}" for word in range(100)]
    train = dict.fromkeys(SPEECH_TARGETS, 800) | dict.fromkeys(known, 100)
    evaluation = dict.fromkeys(SPEECH_TARGETS, 800) | dict.fromkeys(known, 100) | dict.fromkeys(unknown, 200)
    for name, words in (("train", train), ("eval", evaluation)):
        ids = {word: [f"{word}/common_voice_en_{name}{row}.wav" for row in range(words[word])] for word in words}
        for number, word in enumerate(words):
            centre = 0.4 * (number + 1) if word in SPEECH_TARGETS else 0.0
            path = root / f"{name}_embeddings/{word}.parquet"
            columns = {"clip_id": ids[word]}
            _table(path, generator, SPEECH_DIMENSIONS, columns, "mswc_embedding_vector", centre)
        lists = [f"  {word}:\n" + "".join(f"  - {item}\n" for item in ids[word]) for word in SPEECH_TARGETS]
        others = [f"- {item}\n" for word in words if word not in SPEECH_TARGETS for item in ids[word]]
        file = "allowed_training_set.yaml" if name == "train" else "eval.yaml"
        (root / file).write_text("targets:\n" + "".join(lists) + "nontargets:\n" + "".join(others))
        if name == "train":
            chosen = {
                "targets": {word: ids[word][:10] for word in SPEECH_TARGETS},
                "nontargets": [ids[word][0] for word in known[: SPEECH_SIZE - 50]],
            }
            _text(folder / f"submission/en_{SPEECH_SIZE}_train.json", [json.dumps(chosen)])


def cleaning(folder: Path) -> None:
    """Eight tasks of 300 rows with 30 % wrong labels and 500 test rows; rows ranked at random."""
    for number, task in enumerate(CLEANING_TASKS):
        generator = np.random.default_rng((3, number))
        truth = generator.integers(0, 2, 300)
        given = np.where(generator.random(300) < 0.3, 1 - truth, truth)
        ids = [f"{row:016x}" for row in range(300)]
        root = folder / "source/embeddings"
        for file, labels in (
            (f"{task}_train_0.3_300", given),
            (f"{task}_test_500", generator.integers(0, 2, 500)),
            (f"{task}_val_100", generator.integers(0, 2, 100)),
        ):
            names = ids if "train" in file else [f"{file}-{row}" for row in range(len(labels))]
            classes = truth if "train" in file else labels
            columns = {"filename": names, "label": labels.tolist()}
            _table(
                root / f"{file}.parquet", generator, CLEANING_DIMENSIONS, columns, "encoding", classes[:, None] * 0.08
            )
        lines = [f"{name},{label}" for name, label in zip(ids, truth.tolist(), strict=True)]
        _text(folder / f"source/data/dataset_{task}_train.csv", ["ImageID,hv_label", *lines])
        _text(folder / f"submission/{task}_random.txt", [str(row) for row in generator.permutation(300).tolist()])


def _table(
    path: Path,
    generator: np.random.Generator,
    dimensions: int,
    columns: dict[str, list[str]] | dict[str, list[int]],
    vector: str,
    centre: float | NDArray[np.float64] = 0.0,
) -> None:
    """A parquet file with these columns and one of random float32 vectors around ``centre``."""
    rows = len(next(iter(columns.values())))
    vectors = generator.standard_normal((rows, dimensions), dtype=np.float32) + np.float32(1) * centre
    offsets = pa.array(np.arange(0, (rows + 1) * dimensions, dimensions, dtype=np.int32))
    lists = pa.ListArray.from_arrays(offsets, pa.array(vectors.astype(np.float32).ravel()))
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns | {vector: lists}), path, compression="none", use_dictionary=False)


def _text(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


WRITERS: dict[str, Callable[[Path], None]] = {
    "vision-selection": vision,
    "speech-selection": speech,
    "vision-cleaning": cleaning,
}

if __name__ == "__main__":
    WRITERS[sys.argv[1]](Path(sys.argv[2]))
