"""DataPerf's vision selection (CoactiveAI/dataperf-vision-selection) as a bundle.

``source`` has ``embeddings/train_emb_256_dataperf.parquet`` (one file, or a folder of files as Spark writes it) and,
for each concept, ``test_sets/alpha_test_set_CONCEPT_256.parquet`` and optionally
``examples/alpha_example_set_CONCEPT.csv``. Each concept with a test set becomes a task. The pool becomes a single file
whose bytes don't depend on how the source was split into files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from evaluators.bundles.importers.notes import ImportNotes, root_of
from evaluators.bundles.importers.reading import csv_rows, entries
from evaluators.problems.problem import BundleError, Problem
from evaluators.tables.writing import TableWriter, batches, new_bundle

POOL = "embeddings/train_emb_256_dataperf.parquet"
_TEST = re.compile(r"alpha_test_set_(.+)_256\.parquet")
_ID, _EMBEDDING, _LABEL = "ImageID", "embedding", "Confidence"

DESCRIPTION = """\
Choose the images from which a classifier learns one concept: for each of the concepts a training set of at most 1,000
images of the pool, with the label that you give to each.

This is the *vision selection* challenge of DataPerf (2023) with the data as published. Files made for it are scored as
its offline evaluator scores them. `score --scorer online` gives the number of DataPerf's site, `--scorer corrected` the
one without quirks.
"""

RULES = """\
- One file for each concept, all of them at once: `Cupcake.csv` with the header `ImageID,Confidence` (or `id,label`), or
  `Cupcake.json` with `{"ImageID": 0, …}`. Labels are 0 and 1.
- At most 1,000 images a concept. The offline evaluator does not count them; the scorers online and corrected do.
- The offline evaluator drops ids that are not in the pool and keeps what comes twice; the scorer corrected refuses
  both.
"""

DATA_CARD = """\
**Source.** CoactiveAI/dataperf-vision-selection, part of DataPerf (2023): embeddings of images of Open Images, 256
numbers each, and test sets of some hundred and fifty images a concept.

**Changed.** Only the form: the parts of the pool are one file. Examples whose embedding is not in the pool are left
out.
"""


def import_bundle(source: Path, bundle: Path) -> list[str]:
    """Write one bundle with every concept that has a test set in ``source``; return what was noticed, in sentences.

    Raises:
        BundleError: there is no concept or no pool, or a file isn't in the published format.
    """
    notes = ImportNotes(source)
    source = root_of(source, looks_like)
    parts = [notes.use(part) for part in _parts(source / POOL)]
    tests = {concept: notes.use(path) for concept, path in _by_concept(source).items()}
    examples = {concept: _example_labels(notes.use(_examples(source, concept))) for concept in tests}
    if len(parts) > 1:
        notes.say(f"The {len(parts)} parts of the pool became one table.")
    specification = _specification()
    with new_bundle(bundle, specification) as work:
        found = _write_pool(
            parts, work / "public" / "pool.parquet", {name for ids in examples.values() for name in ids}
        )
        for concept, path in tests.items():
            _write_test(path, work / "hidden" / f"{concept}.parquet")
            task = {"name": concept, "test": _table(f"hidden/{concept}.parquet")}
            if _write_examples(examples[concept], found, work / "public" / f"{concept}-examples.parquet"):
                task["examples"] = _table(f"public/{concept}-examples.parquet")
            without = [name for name in examples[concept] if name not in found]
            if without:
                notes.say(f"{len(without)} of the {len(examples[concept])} examples of {concept} are not in the pool.")
            specification["tasks"].append(task)
    return notes.sentences(specification["licence"])


def looks_like(folder: Path) -> bool:
    """Whether the challenge's data lie in this folder."""
    return (folder / POOL).exists()


def _parts(pool: Path) -> list[Path]:
    """The pool's files sorted by name, without the extra files that Spark and the operating system add."""
    if pool.is_file():
        return [pool]
    found = entries(pool) if pool.is_dir() else []
    parts = [path for path in found if path.is_file() and not path.name.startswith((".", "_"))]
    if not parts:
        raise BundleError(Problem("there is no such file, nor a folder with parts of it.", file=POOL))
    return parts


def _by_concept(source: Path) -> dict[str, Path]:
    matched = ((_TEST.fullmatch(path.name), path) for path in sorted((source / "test_sets").glob("*.parquet")))
    tests = {match[1]: path for match, path in matched if match is not None}
    if not tests:
        raise BundleError(Problem("there is no test_sets/alpha_test_set_CONCEPT_256.parquet.", file=source.name))
    return tests


def _write_pool(parts: list[Path], target: Path, wanted: set[str]) -> dict[str, pa.Table]:
    """Write the pool; return those of its rows whose ids are in ``wanted``, by id."""
    found: dict[str, pa.Table] = {}
    wanted_ids = pa.array(sorted(wanted), pa.string())
    with TableWriter(target) as writer:
        for rows in _renamed(parts, {_ID: "id", _EMBEDDING: "embedding"}):
            writer.add(rows)
            kept = rows.filter(pc.is_in(rows["id"], wanted_ids))
            found |= {kept["id"][place].as_py(): kept.slice(place, 1) for place in range(len(kept))}
    return found


def _write_test(path: Path, target: Path) -> None:
    with TableWriter(target) as writer:
        for rows in _renamed([path], {_ID: "id", _EMBEDDING: "embedding", _LABEL: "label"}):
            writer.add(rows)


def _renamed(paths: list[Path], names: dict[str, str]) -> Iterator[pa.Table]:
    """Yield the rows of several files with renamed columns, ids and labels as text."""
    for path in paths:
        for rows in batches(path, list(names)):
            columns = {new: rows[old] for old, new in names.items()}
            texts = {new: columns[new].cast(pa.string()) for new in columns if new != "embedding"}
            yield pa.table(columns | texts)


def _examples(source: Path, concept: str) -> Path:
    return source / "examples" / f"alpha_example_set_{concept}.csv"


def _example_labels(path: Path) -> dict[str, str]:
    """The labels of a concept's example images, by id; empty if there is no such file."""
    if not path.is_file():
        return {}
    return {row[_ID]: row[_LABEL] for _, row in csv_rows(path, [_ID, _LABEL])}


def _write_examples(labels: dict[str, str], found: dict[str, pa.Table], target: Path) -> bool:
    known = {name: label for name, label in labels.items() if name in found}
    if not known:
        return False
    rows = pa.concat_tables([found[name] for name in known])
    with TableWriter(target) as writer:
        writer.add(rows.append_column("label", pa.array(known.values(), pa.string())))
    return True


def _table(file: str) -> dict[str, Any]:
    return {"files": [file], "label": "label"}


def _specification() -> dict[str, Any]:
    return {
        "format": 1,
        "kind": "selection",
        "slug": "vision-selection",
        "title": "DataPerf vision selection",
        "summary": "Choose and label at most 1,000 images of a large pool for each of a few rare concepts.",
        "domain": "vision",
        "licence": "As DataPerf publishes it, see dataperf.org; the images are from Open Images",
        "description": DESCRIPTION,
        "rules": RULES,
        "data_card": DATA_CARD,
        "labels": "submitted",
        "classes": ["0", "1"],
        "budget": 1000,
        "model": {"name": "logistic-regression"},
        "metric": "f1",
        "seeds": [0],
        "scorer": "reference",
        "reference": "dataperf-vision-selection",
        "pool": {"files": ["public/pool.parquet"]},
        "tasks": [],
    }
