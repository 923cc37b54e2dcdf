"""The content-addressed store of prepared datasets: from a bundle's parquet files to memory-mapped arrays.

Preparing is done once for each content. Its memory is bounded by one row group of a source file and by the ids of one
table; the embeddings go through to disk batch by batch.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from evaluators.errors import BundleError, Problem, quoted
from evaluators.prepared import FORMAT, MANIFEST, SPECIFICATION, PreparedDataset, PreparedTable, Source
from evaluators.specification import MAX_ID_BYTES, Specification, Table, read_specification

BATCH_ROWS = 8192
_EMBEDDING_TYPES = {"halffloat": np.float16, "float": np.float32, "double": np.float64}


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
    classes = {name: number for number, name in enumerate(specification.classes)}
    tables = {"pool": specification.pool, "test": specification.test, "examples": specification.examples}
    dimensions = set()
    for name, table in tables.items():
        if table is not None:
            (work / name).mkdir()
            dimensions.add(_write_table(work / name, bundle, table, classes))
    _disjoint(work, specification)
    if len(dimensions) > 1:
        raise BundleError(Problem(f"the tables' embeddings differ in length: {sorted(dimensions)}."))
    (work / SPECIFICATION).write_text(specification.model_dump_json())
    manifest = {
        "format": FORMAT,
        "digest": digest,
        "sources": [{"name": source.name, "sha256": source.sha256, "size": source.size} for source in sources],
    }
    (work / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True))


def _disjoint(work: Path, specification: Specification) -> None:
    """No row is both public and hidden: whoever knows a test row's label could choose it."""
    test = PreparedTable(work / "test").ids()
    for name in ("pool", "examples"):
        if (work / name).is_dir():
            found = np.flatnonzero(PreparedTable(work / name).rows_of(test) >= 0)
            if len(found):
                raise BundleError(
                    Problem(
                        f"the id {quoted(test[found[0]])} is in the hidden test rows and in the {name}.",
                        "Take it out of one of them.",
                        file=specification.test.files[0],
                        field=specification.test.id,
                    )
                )


def _write_table(folder: Path, bundle: Path, table: Table, classes: dict[str, int]) -> int:
    """Write one table's arrays; return the embeddings' number of dimensions."""
    files = [_opened(bundle, name, table) for name in table.files]
    shapes = {(name, _embedding_type(file, name, table)) for name, file in zip(table.files, files, strict=True)}
    types = {kind for _, kind in shapes}
    if len(types) > 1:
        raise BundleError(Problem("the parts' embeddings differ in type or length.", file=table.files[0]))
    dtype, dimensions = types.pop()
    count = sum(file.metadata.num_rows for file in files)
    if count == 0:
        raise BundleError(Problem("has no rows.", file=table.files[0]))
    embedding = np.lib.format.open_memmap(folder / "embedding.npy", mode="w+", dtype=dtype, shape=(count, dimensions))
    ids: list[bytes] = []
    labels: list[NDArray[np.int32]] = []
    for name, batch in _batches(table, files):
        start = len(ids)
        ids.extend(_ids(batch, name, table))
        embedding[start : len(ids)] = _vectors(batch, name, table, dimensions)
        if table.label is not None:
            labels.append(_classes(batch, name, table.label, classes))
    embedding.flush()
    if len(ids) != count:
        raise BundleError(Problem("the parts hold fewer rows than they say.", file=table.files[0]))
    _write_index(folder, np.array(ids), table)
    if labels:
        np.save(folder / "labels.npy", np.concatenate(labels))
    return dimensions


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Whatever the parquet library stumbles over is the fault of the file."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError, LookupError) as error:
        raise BundleError(Problem("is not a readable parquet file.", file=name)) from error


def _opened(bundle: Path, name: str, table: Table) -> pq.ParquetFile:
    with _reading(name):
        file = pq.ParquetFile(bundle / name)
    for column in filter(None, (table.id, table.embedding, table.label)):
        if column not in file.schema_arrow.names:
            have = ", ".join(file.schema_arrow.names[:20])
            raise BundleError(Problem("there is no such column.", f"There are: {have}.", file=name, field=column))
    return file


def _embedding_type(file: pq.ParquetFile, name: str, table: Table) -> tuple[Any, int]:
    """The element type and the length of the vectors of one file."""
    kind = file.schema_arrow.field(table.embedding).type
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    if not is_list or str(kind.value_type) not in _EMBEDDING_TYPES:
        raise BundleError(Problem(f"is {kind}, not a list of floats.", file=name, field=table.embedding))
    with _reading(name):
        first = next(file.iter_batches(batch_size=1, columns=[table.embedding]), None)
    length = 0 if first is None or first.num_rows == 0 else len(first.column(0)[0].as_py() or [])
    if length == 0:
        raise BundleError(Problem("has no rows, or its first vector is empty.", file=name, field=table.embedding))
    return _EMBEDDING_TYPES[str(kind.value_type)], length


def _batches(table: Table, files: list[pq.ParquetFile]) -> Iterator[tuple[str, pa.RecordBatch]]:
    columns = [column for column in (table.id, table.embedding, table.label) if column is not None]
    for name, file in zip(table.files, files, strict=True):
        with _reading(name):
            for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=columns):
                yield name, batch


def _ids(batch: pa.RecordBatch, name: str, table: Table) -> list[bytes]:
    ids = []
    for value in _texts(batch, name, table.id):
        encoded = value.encode()
        if not encoded or len(encoded) > MAX_ID_BYTES or not value.isprintable() or value != value.strip():
            raise BundleError(
                Problem(
                    f"{quoted(value)} cannot be an id.",
                    f"Ids have 1 to {MAX_ID_BYTES} bytes, print, and neither start nor end with a blank.",
                    file=name,
                    field=table.id,
                )
            )
        ids.append(encoded)
    return ids


def _texts(batch: pa.RecordBatch, name: str, column: str) -> list[str]:
    """A column as text; a missing value is the empty text, which is neither an id nor a class."""
    with _reading(name):
        return [value or "" for value in batch.column(column).cast(pa.string()).to_pylist()]


def _vectors(batch: pa.RecordBatch, name: str, table: Table, dimensions: int) -> NDArray[Any]:
    """(rows, dimensions) of one batch, every number finite."""
    column = batch.column(table.embedding)
    flat = column.flatten()
    lengths = column.value_lengths() if not pa.types.is_fixed_size_list(column.type) else None
    even = lengths is None or (lengths.null_count == 0 and set(lengths.unique().to_pylist()) == {dimensions})
    if column.null_count or flat.null_count or not even or len(flat) != len(batch) * dimensions:
        raise BundleError(
            Problem(f"a vector is missing or has not {dimensions} numbers.", file=name, field=table.embedding)
        )
    vectors: NDArray[Any] = flat.to_numpy(zero_copy_only=False).reshape(len(batch), dimensions)
    if not np.isfinite(vectors).all():
        raise BundleError(Problem("a vector holds NaN or an infinite number.", file=name, field=table.embedding))
    return vectors


def _classes(batch: pa.RecordBatch, name: str, label: str, classes: dict[str, int]) -> NDArray[np.int32]:
    values = _texts(batch, name, label)
    unknown = next((value for value in values if value not in classes), None)
    if unknown is not None:
        raise BundleError(
            Problem(f"{quoted(unknown)} is not one of the specification's classes.", file=name, field=label)
        )
    return np.array([classes[value] for value in values], np.int32)


def _write_index(folder: Path, ids: NDArray[np.bytes_], table: Table) -> None:
    order = np.argsort(ids, kind="stable")
    ordered = ids[order]
    doubled = np.flatnonzero(ordered[1:] == ordered[:-1])
    if len(doubled):
        name = ordered[doubled[0]].decode()
        raise BundleError(Problem(f"the id {quoted(name)} occurs twice.", file=table.files[0], field=table.id))
    np.save(folder / "ids.npy", ordered)
    np.save(folder / "rows.npy", order.astype(np.int32))
