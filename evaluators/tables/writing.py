"""What the importers share: creating a bundle's folder and writing its tables and its ``challenge.yaml``."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from ruamel.yaml import YAML
from ruamel.yaml.representer import SafeRepresenter

from evaluators.problems.problem import BundleError, Problem
from evaluators.specification.reading import SPECIFICATION_FILE, read_specification
from evaluators.tables.private import keep_private

GROUP_ROWS = 8192
"""Number of rows of a row group, and so of the part of a table that is held in memory."""


@contextmanager
def new_bundle(bundle: Path, specification: Mapping[str, Any]) -> Iterator[Path]:
    """A folder with ``public/`` and ``hidden/`` for the tables; it is renamed to ``bundle`` if the block succeeds.

    Only the owner can read the hidden files. ``specification`` is the content of ``challenge.yaml``; it is read when
    the block ends, so the block may still change it.

    Raises:
        BundleError: the specification isn't valid.
    """
    bundle.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=bundle.parent, prefix=".importing-"))
    try:
        (work / "public").mkdir()
        (work / "hidden").mkdir(mode=0o700)
        yield work
        write_specification(work / SPECIFICATION_FILE, specification)
        read_specification(work, new=True)
        for path in (work / "hidden").iterdir():
            keep_private(path, 0o600)
        work.chmod(0o755)
        os.rename(work, bundle)  # this also replaces an empty folder
    finally:
        shutil.rmtree(work, ignore_errors=True)


class _Readable(SafeRepresenter):
    """Writes multi-line texts as YAML's literal blocks."""

    def represent_str(self, data: str) -> Any:
        return self.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)


_Readable.add_representer(str, _Readable.represent_str)


def write_specification(path: Path, content: Mapping[str, Any]) -> None:
    """Write ``content`` as YAML, multi-line texts as literal blocks."""
    writer = YAML(typ="safe", pure=True)
    writer.Representer = _Readable
    writer.default_flow_style = False
    writer.width = 120
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # declared as None
    with path.open("w", encoding="utf-8") as file:
        writer.dump(dict(content), file)


class TableWriter:
    """A parquet file written batch by batch.

    All row groups have ``GROUP_ROWS`` rows, however the rows arrive, so the same rows always give the same file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._schema: pa.Schema | None = None
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []
        self._count = 0

    def add(self, rows: pa.Table) -> None:
        """Append rows.

        Raises:
            BundleError: the columns have other types than those before.
        """
        if self._schema is not None and not rows.schema.equals(self._schema):
            raise BundleError(Problem(f"was to get rows of other types: {_types(rows.schema)}.", file=self._path.name))
        self._schema = rows.schema
        self._waiting.append(rows)
        self._count += len(rows)
        while self._count >= GROUP_ROWS:
            self._write_group()

    def _write_group(self) -> None:
        waiting = pa.concat_tables(self._waiting)
        group, rest = waiting.slice(0, GROUP_ROWS), waiting.slice(GROUP_ROWS)
        if self._writer is None:
            texts = [field.name for field in group.schema if pa.types.is_string(field.type) and field.name != "id"]
            self._writer = pq.ParquetWriter(self._path, group.schema, use_dictionary=texts)
        self._writer.write_table(group.combine_chunks(), row_group_size=GROUP_ROWS)
        self._waiting, self._count = [rest], len(rest)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._count:
            self._write_group()
        if self._writer is not None:
            self._writer.close()


def table_of(columns: Mapping[str, Sequence[str] | NDArray[Any]]) -> pa.Table:
    """Rows for ``TableWriter`` from texts, or from arrays of shape (rows,) or (rows, dimensions)."""
    return pa.table({name: _column(values) for name, values in columns.items()})


def _column(values: Sequence[str] | NDArray[Any]) -> pa.Array:
    if not isinstance(values, np.ndarray):
        return pa.array(values, pa.string())
    if values.ndim == 1:
        return pa.array(values)
    return pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])


def batches(path: Path, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Some columns of a published parquet file, ``GROUP_ROWS`` rows at a time.

    Raises:
        BundleError: the file is missing, isn't a parquet file, or lacks a column.
    """
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            missing = next((name for name in columns if name not in file.schema_arrow.names), None)
            if missing is not None:
                have = ", ".join(file.schema_arrow.names[:20])
                raise BundleError(Problem("there is no such column.", f"There are: {have}.", path.name, field=missing))
            for batch in file.iter_batches(batch_size=GROUP_ROWS, columns=list(columns)):
                yield _plain_lists(pa.table(batch))
    except (pa.ArrowException, OSError) as error:
        raise BundleError(Problem("is not a readable parquet file.", file=path.name)) from error


def _plain_lists(rows: pa.Table) -> pa.Table:
    """The same rows with the list types of this library version; other writers name the elements differently."""
    for place, field in enumerate(rows.schema):
        if pa.types.is_list(field.type):
            rows = rows.set_column(place, field.name, rows.column(place).cast(pa.list_(field.type.value_type)))
    return rows.replace_schema_metadata(None)


def _types(schema: pa.Schema) -> str:
    return ", ".join(f"{field.name} {field.type}" for field in schema)
