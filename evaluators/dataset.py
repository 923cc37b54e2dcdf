"""The content-addressed store of prepared datasets: from a bundle's parquet files to memory-mapped arrays.

Preparing is done once for each content; ``tables`` does it for one table.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from evaluators.errors import BundleError, Problem, quoted
from evaluators.prepared import FORMAT, MANIFEST, SPECIFICATION, PreparedDataset, PreparedTable, Source
from evaluators.specification import Specification, read_specification
from evaluators.tables import write_table

MAX_DOCUMENT_BYTES = 64 * 1024 * 1024


def prepare(bundle: Path, store: Path) -> Path:
    """Prepare a bundle directory; return ``store/<digest>/``.

    The digest names the scoring part of the specification and the bytes of every data file, so the same sources give
    the same digest on every host. Repeating it is harmless, also from several processes at once: whoever comes second
    finds the directory, or loses the renaming and throws its own copy away.

    Raises:
        BundleError: the specification or a data file is at fault.
    """
    specification = read_specification(bundle)
    sources = tuple(_source(bundle, name) for name in specification.data_files)
    digest = _digest(specification, sources)
    target = store / digest
    if not (target / MANIFEST).is_file():
        store.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=store, prefix=".preparing-"))
        try:
            _write(work, bundle, specification, sources, digest)
            _publish(work, target)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return target


def open_bundle(path: Path, store: Path) -> PreparedDataset:
    """Open a prepared dataset, or prepare a bundle directory first."""
    return PreparedDataset.open(path if (path / MANIFEST).is_file() else prepare(path, store))


def _source(bundle: Path, name: str) -> Source:
    try:
        with (bundle / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Source(name=name, sha256=digest, size=file.tell())
    except OSError as error:
        raise BundleError(Problem("the file is missing or cannot be read.", file=name)) from error


def _digest(specification: Specification, sources: tuple[Source, ...]) -> str:
    content = {
        "format": FORMAT,
        "specification": specification.scoring_part(),
        "sources": {source.name: source.sha256 for source in sources},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _publish(work: Path, target: Path) -> None:
    for path in work.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o400)  # hidden rows are for the owner alone
    try:
        os.rename(work, target)
    except OSError:
        if not (target / MANIFEST).is_file():
            raise


def _write(work: Path, bundle: Path, specification: Specification, sources: tuple[Source, ...], digest: str) -> None:
    planned = specification.tables()
    counts = {name: write_table(work / "tables" / name, bundle, table) for name, table in planned.items()}
    prepared = {name: PreparedTable(work / "tables" / name, count) for name, count in counts.items()}
    if specification.reference is None:
        # What was published in 2023 is taken as it is.
        _disjoint(specification, prepared)
    _one_length(specification, prepared)
    specification.check_tables(prepared)
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


def _disjoint(specification: Specification, prepared: Mapping[str, PreparedTable]) -> None:
    """No row is both public and hidden: whoever knows a test row's label could choose it."""
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
    """All rows that may meet in one model have equally many dimensions."""
    with_vectors = [name for name, planned in specification.tables().items() if planned.table.embedding is not None]
    lengths = {prepared[name].embedding.shape[1] for name in with_vectors}
    if len(lengths) > 1:
        raise BundleError(Problem(f"the tables' embeddings differ in length: {sorted(lengths)}."))


def _copy_document(source: Path, target: Path, name: str) -> Any:
    """Copy a document as it is; return what it says."""
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
