"""Prepare a bundle: convert its files to memory-mapped arrays in the store.

Each content is prepared only once; ``array_writer`` converts a single table.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from evaluators.datasets.array_writer import write_table
from evaluators.datasets.prepared import FORMAT, MANIFEST, SPECIFICATION, PreparedDataset, PreparedTable, Source
from evaluators.datasets.store import digest_of, publish, sources_of
from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.specification.challenge import TEST_SPLITS, PlannedTable, Specification, TestSplit
from evaluators.specification.reading import read_specification

MAX_DOCUMENT_BYTES = 64 * 1024 * 1024


def prepare(bundle: Path, store: Path, *, split: TestSplit = "test") -> Path:
    """Prepare a bundle directory; return ``store/<digest>/``.

    ``split`` says which rows the dataset measures on: ``test``, or ``final``, the hidden split of the test set.

    The digest covers the scoring part of the specification and the bytes of every data file, so the same sources give
    the same digest on every host. Preparing again is harmless, even in several processes at once: a later process uses
    the existing directory, or fails to rename its own copy and deletes it.

    Raises:
        BundleError: the specification or a data file is at fault.
    """
    return _prepare(bundle, store, read_specification(bundle).on_split(split))


def prepare_splits(bundle: Path, store: Path) -> list[PreparedDataset]:
    """Prepare every split of a bundle, ``test`` first; the returned specifications have the texts of this bundle.

    This reads the files in this process, so use it only for bundles that we or the caller created. For all others use
    ``sandboxed.prepare_in_sandbox``.

    Raises:
        BundleError: as in ``prepare``, or a row is in both splits.
    """
    specification = read_specification(bundle)
    parts = [specification.on_split(name) for name in (TEST_SPLITS if specification.has_final else TEST_SPLITS[:1])]
    opened = [PreparedDataset.open(_prepare(bundle, store, part)) for part in parts]
    for final in opened[1:]:
        _different_rows(opened[0], final)
    return [replace(dataset, specification=part) for dataset, part in zip(opened, parts, strict=True)]


def _prepare(bundle: Path, store: Path, specification: Specification) -> Path:
    sources = sources_of(bundle, specification, links=True)
    digest = digest_of(specification, sources)
    target = store / digest
    if not (target / MANIFEST).is_file():
        store.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=store, prefix=".preparing-"))
        try:
            _write(work, bundle, specification, sources, digest)
            publish(work, target)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return target


def open_bundle(path: Path, store: Path, *, split: TestSplit = "test") -> PreparedDataset:
    """Open a prepared dataset; a bundle directory is prepared first."""
    return PreparedDataset.open(path if (path / MANIFEST).is_file() else prepare(path, store, split=split))


def _write(work: Path, bundle: Path, specification: Specification, sources: tuple[Source, ...], digest: str) -> None:
    planned = specification.tables()
    counts = _write_tables(work / "tables", bundle, planned)
    prepared = {name: PreparedTable(work / "tables" / name, count) for name, count in counts.items()}
    if specification.reference is None:
        # Imports of the challenges published in 2023 are accepted as they are.
        _disjoint(specification, prepared)
    _one_length(specification, prepared)
    specification.check_tables(prepared)
    if specification.documents:
        (work / "documents").mkdir()
    for name in specification.documents:
        content = _copy_document(bundle / name, work / "documents" / Path(name).name, name)
        try:
            specification.check_document(name, content, counts)
        except ValueError as error:
            raise BundleError(Problem(f"{error}.", file=name)) from error
    (work / SPECIFICATION).write_text(specification.model_dump_json())
    manifest = {
        "format": FORMAT,
        "digest": digest,
        "sources": [{"name": source.name, "sha256": source.sha256, "size": source.size} for source in sources],
        "tables": counts,
    }
    (work / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True))


def _write_tables(folder: Path, bundle: Path, planned: Mapping[str, PlannedTable]) -> dict[str, int]:
    """Write all tables; return their numbers of rows. If some fail, the error lists the problems of all of them."""
    counts, problems = {}, []
    for name, table in planned.items():
        try:
            counts[name] = write_table(folder / name, bundle, table)
        except BundleError as error:
            problems += error.problems
    if problems:
        raise BundleError(list(dict.fromkeys(problems)))
    return counts


def _different_rows(shown: PreparedDataset, final: PreparedDataset) -> None:
    """No row may be in both splits of the test set: its final score would be known before the end."""
    tables = final.specification.tables()
    for name, other in shown.specification.test_tables().items():
        theirs = final.specification.test_tables()[name]
        column = tables[theirs].table.id
        if column is None or shown.specification.tables()[other].table.id is None:
            continue
        ids = final.table(theirs).ids()
        found = np.flatnonzero(shown.table(other).rows_of(ids) >= 0)
        if len(found):
            raise BundleError(
                Problem(
                    f"the id {quoted(ids[found[0]])} is in the final part and in the shown part of the test set.",
                    "Take it out of one of them.",
                    file=tables[theirs].table.files[0],
                    field=column,
                )
            )


def _disjoint(specification: Specification, prepared: Mapping[str, PreparedTable]) -> None:
    """No row may be both public and hidden: anyone who knows the label of a test row could select that row."""
    tables = {name: planned.table for name, planned in specification.tables().items() if planned.table.id is not None}
    hidden = [name for name, table in tables.items() if not table.public and table.embedding is not None]
    public = [name for name, table in tables.items() if table.public]
    for name in hidden:
        ids = prepared[name].ids()
        for other in public:
            found = np.flatnonzero(prepared[other].rows_of(ids) >= 0)
            if len(found):
                raise BundleError(
                    Problem(
                        f"the id {quoted(ids[found[0]])} is in the hidden table '{name}' and in the public '{other}'.",
                        "Take it out of one of them.",
                        file=tables[name].files[0],
                        field=tables[name].id,
                    )
                )


def _one_length(specification: Specification, prepared: Mapping[str, PreparedTable]) -> None:
    """All rows that may be used in the same model must have the same number of dimensions."""
    with_vectors = [name for name, planned in specification.tables().items() if planned.table.embedding is not None]
    lengths = {prepared[name].embedding.shape[1] for name in with_vectors}
    if len(lengths) > 1:
        raise BundleError(Problem(f"the tables' embeddings differ in length: {sorted(lengths)}."))


def _copy_document(source: Path, target: Path, name: str) -> Any:
    """Copy a document unchanged; return its parsed content."""
    with source.open("rb") as file:
        content = file.read(MAX_DOCUMENT_BYTES + 1)
    if len(content) > MAX_DOCUMENT_BYTES:
        raise BundleError(Problem("is larger than 64 MiB.", file=name))
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BundleError(Problem("is not valid JSON.", file=name)) from error
    target.write_bytes(content)
    return said
