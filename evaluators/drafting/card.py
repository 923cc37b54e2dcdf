"""``data-card``: statistics of a bundle's tables, and a text that summarises them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.drafting.card_numbers import (
    MAX_LABELS,
    MAX_QUERIES,
    TableNumbers,
    columns_of,
    histogram,
    nearest_distances,
    on_two_axes,
    picked,
    sampled,
)
from evaluators.drafting.card_text import markdown
from evaluators.drafting.reports import CardReport, MapCard, MapPoint, TableCard, ValueCount
from evaluators.problems.problem import BundleError, Problem
from evaluators.specification.challenge import Specification
from evaluators.specification.reading import read_specification
from evaluators.specification.table import Table
from evaluators.tables.raw.base import RawColumn, RawFile
from evaluators.tables.raw.opening import open_raw

MAX_POINTS = 2000


@dataclass(slots=True)
class _Opened:
    """A table with its opened files; ``embedding`` is the name of its vector column there, if it has one."""

    name: str
    table: Table
    files: list[RawFile]
    embedding: str | None

    def blocks(self) -> Iterator[NDArray[Any]]:
        """Yield the embeddings in blocks of shape (rows, dimensions)."""
        if self.embedding is not None:
            for file in self.files:
                if self.embedding in file.columns:
                    for batch in file.batches([file.column(self.embedding)]):
                        yield batch.vectors[self.embedding]

    def labels(self) -> list[str]:
        found: list[str] = []
        for file in self.files:
            if self.table.label in file.columns and not file.columns[self.table.label].is_vector:
                for batch in file.batches([file.column(self.table.label)]):
                    found += batch.texts[self.table.label]
        return found


def data_card(bundle: Path, seed: int = 0) -> CardReport:
    """The data card of a bundle directory. Hidden tables appear only as numbers marked for the organizer.

    Raises:
        BundleError: the bundle can't be read.
    """
    specification = read_specification(bundle)
    opened = [_opened(bundle, name, table) for name, table in _tables(specification).items()]
    numbers = {table.name: _counted(table) for table in opened}
    public = [numbers[table.name].digests for table in opened if table.table.public]
    known = np.unique(np.concatenate(public)) if public else np.empty(0, np.uint64)
    cards = [_card(bundle, table, numbers[table.name], known, seed) for table in opened]
    picture = _map([table for table in opened if table.table.public and table.embedding], numbers, seed)
    return {"tables": cards, "map": picture, "markdown": markdown(specification, cards), "seed": seed}


def _tables(specification: Specification) -> dict[str, Table]:
    """Every table by name, including the final split."""
    tables = {name: planned.table for name, planned in specification.tables().items()}
    for task, table in specification.final_tables().items():
        if table is not None and table not in tables.values():
            tables[f"final-{task}" if "final" in tables else "final"] = table
    return tables


def _opened(bundle: Path, name: str, table: Table) -> _Opened:
    files = [open_raw(bundle / file) for file in table.sources]
    named = (table.embedding, f"{table.embedding}*", f"{table.embedding}_*", "values")
    vectors = {column.name for file in files for column in file.columns.values() if column.is_vector}
    embedding = next((name for name in named if table.embedding is not None and name in vectors), None)
    if table.embedding is not None and embedding is None:
        raise BundleError(Problem("there is no such column of vectors.", file=table.files[0], field=table.embedding))
    return _Opened(name, table, files, embedding)


def _counted(opened: _Opened) -> TableNumbers:
    table = opened.table
    numbers = TableNumbers(embedding=opened.embedding, label=table.label, group=table.group, id_column=table.id)
    for file in opened.files:
        columns: list[RawColumn] = columns_of(file, [opened.embedding])
        for batch in file.batches(columns):
            numbers.add(batch)
    if table.sources != table.files:
        numbers.rows //= 2  # .npy files and their ids file hold the same rows twice
    return numbers


def _card(bundle: Path, opened: _Opened, numbers: TableNumbers, known: NDArray[np.uint64], seed: int) -> TableCard:
    table, has_vectors = opened.table, opened.embedding is not None
    copies = int(np.isin(numbers.digests, known).sum()) if has_vectors and not table.public else None
    return {
        "name": opened.name,
        "audience": "public" if table.public else "organizer",
        "files": table.sources,
        "rows": numbers.rows,
        "bytes": sum((bundle / name).stat().st_size for name in table.sources),
        "dimensions": numbers.dimensions,
        "dtype": numbers.dtype,
        "columns": list(dict.fromkeys(name for file in opened.files for name in list(file.columns)[:200])),
        "classes": _classes(numbers) if table.label is not None else None,
        "groups": numbers.groups,
        "repeated_ids": numbers.repeated_ids,
        "repeated_rows": len(numbers.digests) - len(np.unique(numbers.digests)) if has_vectors else None,
        "public_copies": copies,
        "missing": {name: count for name, count in numbers.missing.items() if count},
        "constant_columns": numbers.constant_columns,
        "constant_dimensions": numbers.constant_dimensions,
        "norms": histogram(numbers.norms),
        "neighbours": _neighbours(opened, numbers, seed) if has_vectors and numbers.rows > 1 else None,
    }


def _classes(numbers: TableNumbers) -> list[ValueCount]:
    ordered = sorted(numbers.labels.items(), key=lambda item: (-item[1], item[0]))
    return [{"value": value[:100], "count": count} for value, count in ordered[:MAX_LABELS]]


def _neighbours(opened: _Opened, numbers: TableNumbers, seed: int) -> Any:
    rows = sampled(numbers.rows, MAX_QUERIES, np.random.default_rng((seed, 1)))
    queries = picked(opened.blocks(), rows)
    return histogram(nearest_distances(opened.blocks(), queries, rows))


def _map(tables: list[_Opened], numbers: dict[str, TableNumbers], seed: int) -> MapCard | None:
    """The 2-D map of a sample from all public tables; each table gets its share of the sample."""
    total = sum(numbers[table.name].rows for table in tables)
    if total < 2:
        return None
    chosen = sampled(total, MAX_POINTS, np.random.default_rng((seed, 2)))
    vectors, labels, names, first = [], [], [], 0
    for table in tables:
        count = numbers[table.name].rows
        rows = chosen[(chosen >= first) & (chosen < first + count)] - first
        first += count
        vectors.append(picked(table.blocks(), rows))
        known: list[str] | list[None] = table.labels() or [None] * count
        labels += [known[row] for row in rows.tolist()]
        names += [table.name] * len(rows)
    places, explained = on_two_axes(np.concatenate(vectors))
    points: list[MapPoint] = [
        {"x": float(f"{x:.5g}"), "y": float(f"{y:.5g}"), "label": label, "table": name}
        for (x, y), label, name in zip(places.tolist(), labels, names, strict=True)
    ]
    return {
        "audience": "public",
        "points": points,
        "explained": explained,
        "rows": total,
        "sampled": total > MAX_POINTS,
    }
