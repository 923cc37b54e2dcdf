"""DataPerf's vision cleaning (DS3Lab/dataperf-vision-debugging) as a bundle.

For every task ID, ``source`` has ``embeddings/ID_train_NOISE_ROWS.parquet``, ``embeddings/ID_test_ROWS.parquet``,
optionally ``embeddings/ID_val_ROWS.parquet``, and ``data/dataset_ID_train.csv`` with the true labels. A task that lacks
one of the three required files is left out, so some of the eight tasks can be imported without the others.

Rows stay in the order of the file, because a ranking refers to them by row number.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from evaluators.bundles.importers.notes import ImportNotes, root_of
from evaluators.bundles.importers.reading import csv_rows, entries
from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.tables.writing import TableWriter, batches, new_bundle, table_of

_TRAIN = re.compile(r"(?P<task>[A-Za-z0-9-]+)_train_[0-9.]+_[0-9]+\.parquet")
COLUMNS = ["filename", "encoding", "label"]
LABELS = ("0", "1")

TITLES = {"01g317": "Person", "04hgtk": "Head", "04rky": "Mammal", "09j2d": "Clothing"}
"""The meaning of the four Open Images ids."""

DESCRIPTION = """\
Some labels of a small training set are wrong. Rank its rows so that the wrong ones come first: labels are set right in
this order, one by one, and the model is trained anew after each. What counts is the part of the rows that has to be
inspected before the model is 95 % as good as at the end.

This is the *vision cleaning* (debugging) challenge of DataPerf (2023) with the data as published. Rankings made for it
are scored as its offline evaluator scores them. `score --scorer online` gives the number of DataPerf's site, `--scorer
corrected` the one without quirks.
"""

RULES = """\
- One file for each task, named after it, like `01g317_mine.txt`: one row number a line, counted from 0.
- As many lines as the training set has rows. `time_01g317_mine.txt` may say how many seconds it took to make.
- The offline evaluator lets a row be named again; the corrected scorer demands every row once.
"""

DATA_CARD = """\
**Source.** DS3Lab/dataperf-vision-debugging, part of DataPerf. Images of Open Images, one concept a task, and the
opposite label in the tasks called flipped; of each image an embedding of 2048 numbers. The name of a training set's
file says which part of its labels is wrong.

**Changed.** Only the form: ids and labels are texts, and the true labels are a table of their own.
"""


@dataclass(frozen=True, slots=True)
class _CleaningFiles:
    """The files of one task."""

    task: str
    train: Path
    test: Path
    validation: Path | None
    truth: Path


def import_bundle(source: Path, bundle: Path) -> list[str]:
    """Write one bundle with every complete task in ``source``; return what was noticed, in sentences.

    Raises:
        BundleError: there is no task, or a file isn't in the published format.
    """
    notes = ImportNotes(source)
    source = root_of(source, looks_like)
    found = _tasks(source, notes)
    specification = _specification()
    with new_bundle(bundle, specification) as work:
        for task in found:
            for path in (task.train, task.test, task.validation, task.truth):
                if path is not None:
                    notes.use(path)
            names = _write_images(task.train, work / _train(task))
            _write_truth(task, names, work / _truth(task))
            _write_images(task.test, work / _test(task))
            if task.validation is not None:
                _write_images(task.validation, work / _validation(task))
            again = len(names) - len(set(names))
            if again:
                what = "1 image twice" if again == 1 else f"{again} images twice"
                notes.say(f"{task.task} has {what}; the second row of an image is called IMAGE-2.")
            specification["tasks"].append(_task(task))
    return notes.sentences(specification["licence"])


def looks_like(folder: Path) -> bool:
    """Whether the challenge's data lie in this folder."""
    return any((folder / "embeddings").glob("*_train_*.parquet"))


def _tasks(source: Path, notes: ImportNotes) -> list[_CleaningFiles]:
    names = sorted(path.name for path in (source / "embeddings").glob("*_train_*.parquet"))
    found = [task for name in names if (task := _source(source, name, notes)) is not None]
    found.sort(key=lambda task: (task.task, task.train.name))
    if not found:
        raise BundleError(
            Problem(
                "there is no task with embeddings/ID_train_NOISE_ROWS.parquet, embeddings/ID_test_ROWS.parquet and "
                "data/dataset_ID_train.csv.",
                file=source.name,
            )
        )
    tasks = [task.task for task in found]
    doubled = next((task for task in tasks if tasks.count(task) > 1), None)
    if doubled is not None:
        raise BundleError(Problem(f"there are two training sets of {doubled}.", "Keep one.", file="embeddings"))
    return found


def _source(source: Path, name: str, notes: ImportNotes) -> _CleaningFiles | None:
    matched = _TRAIN.fullmatch(name)
    if matched is None:
        return None
    task, folder = matched["task"], source / "embeddings"
    test = _only(folder, f"{task}_test_", "test rows")
    truth = source / "data" / f"dataset_{task}_train.csv"
    if test is None or not truth.is_file():
        missing = f"embeddings/{task}_test_ROWS.parquet" if test is None else f"data/{truth.name}"
        notes.say(f"The task {task} is left out: there is no {missing}.")
        return None
    return _CleaningFiles(task, folder / name, test, _only(folder, f"{task}_val_", "validation rows"), truth)


def _only(folder: Path, start: str, what: str) -> Path | None:
    """The only file in a folder whose name is ``start`` and a number of rows; None if there isn't one."""
    found = [path for path in entries(folder) if re.fullmatch(rf"{re.escape(start)}[0-9]+\.parquet", path.name)]
    if len(found) > 1:
        raise BundleError(Problem(f"there are two files of {what}.", "Keep one.", file=found[1].name))
    return found[0] if found else None


def _true_labels(path: Path) -> dict[str, str]:
    """The label that annotators gave each image. If an image occurs twice, the first label counts, as in DataPerf."""
    labels: dict[str, str] = {}
    for line, row in csv_rows(path, ["ImageID", "hv_label"]):
        if row["hv_label"] not in LABELS:
            raise BundleError(Problem(f"{quoted(row['hv_label'])} is not 0 or 1.", "", path.name, line, "hv_label"))
        labels.setdefault(row["ImageID"], row["hv_label"])
    return labels


def _write_images(path: Path, target: Path) -> list[str]:
    """Copy a table; return the names of its images."""
    names: list[str] = []
    seen: Counter[str] = Counter()
    with TableWriter(target) as writer:
        for batch in batches(path, COLUMNS):
            new = [name or "" for name in batch["filename"].cast(pa.string()).to_pylist()]
            names += new
            ids, labels = pa.array(_different(new, seen)), _labels(batch["label"], path.name)
            writer.add(pa.table({"id": ids, "label": labels, "embedding": batch["encoding"]}))
    return names


def _different(names: list[str], seen: Counter[str]) -> list[str]:
    """Turn names into unique ids: the second row of an image becomes ``NAME-2``."""
    ids = []
    for name in names:
        seen[name] += 1
        ids.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return ids


def _labels(column: pa.ChunkedArray, file: str) -> pa.ChunkedArray:
    try:
        labels = column.cast(pa.int64()).cast(pa.string())
    except pa.ArrowInvalid as error:
        raise BundleError(Problem("a label is not 0 or 1.", file=file, field="label")) from error
    wrong = next((label for label in labels.unique().to_pylist() if label not in LABELS), LABELS[0])
    if wrong not in LABELS:
        raise BundleError(Problem(f"{quoted(str(wrong))} is not 0 or 1.", file=file, field="label"))
    return labels


def _write_truth(task: _CleaningFiles, names: list[str], target: Path) -> None:
    """Write the true label of every training row, in row order."""
    labels = _true_labels(task.truth)
    without = next((name for name in names if name not in labels), None)
    if without is not None:
        raise BundleError(Problem(f"has no label of {quoted(without)}, a training image.", file=task.truth.name))
    with TableWriter(target) as writer:
        writer.add(table_of({"id": _different(names, Counter()), "label": [labels[name] for name in names]}))


def _train(task: _CleaningFiles) -> str:
    return f"public/{task.train.name}"


def _validation(task: _CleaningFiles) -> str:
    return f"public/{task.task}_validation.parquet"


def _test(task: _CleaningFiles) -> str:
    return f"hidden/{task.test.name}"


def _truth(task: _CleaningFiles) -> str:
    return f"hidden/{task.task}_truth.parquet"


def _specification() -> dict[str, Any]:
    return {
        "format": 1,
        "kind": "cleaning",
        "slug": "dataperf-vision-cleaning",
        "title": "DataPerf: vision cleaning",
        "summary": "Rank the rows of noisy training sets so that few have to be inspected until the model is good.",
        "domain": "vision",
        "licence": "As published by DataPerf; labels of Open Images CC BY 4.0, its images listed as CC BY 2.0",
        "description": DESCRIPTION,
        "rules": RULES,
        "data_card": DATA_CARD,
        "action": "rank",
        "classes": list(LABELS),
        "tasks": [],
        "model": {"name": "linear-adamw"},
        "metric": "fraction_fixes",
        "seeds": [42],
        "reference": "dataperf-vision-cleaning",
        "scorer": "reference",
        # The offline evaluator returns the whole curve, which shows which labels were wrong; they are published anyway.
        "reveal": "fixes",
        "partial": True,
    }


def _task(task: _CleaningFiles) -> dict[str, Any]:
    concept, _, variant = task.task.partition("-")
    tables = {
        "train": {"files": [_train(task)], "label": "label"},
        "test": {"files": [_test(task)], "id": None, "label": "label"},
        "truth": {"files": [_truth(task)], "embedding": None, "label": "label"},
    }
    if task.validation is not None:
        tables["validation"] = {"files": [_validation(task)], "id": None, "label": "label"}
    title = TITLES.get(concept, concept) + (f" ({variant})" if variant else "")
    return {"name": task.task, "title": title} | tables
