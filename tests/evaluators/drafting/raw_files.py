"""A small data set in each of the formats in which organizers have their data."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

CLASSES = ("ant", "bee", "cow")


@dataclass(frozen=True)
class Data:
    ids: list[str]
    vectors: NDArray[np.float32]
    labels: list[str]
    groups: list[str]

    def __len__(self) -> int:
        return len(self.ids)


def data(rows: int = 240, dimensions: int = 6, seed: int = 0, groups: int = 3) -> Data:
    """Well separated classes, in rows whose order is unrelated to the classes."""
    generator = np.random.default_rng(seed)
    numbers = generator.integers(0, len(CLASSES), rows)
    vectors = generator.normal(size=(rows, dimensions)).astype(np.float32)
    vectors[np.arange(rows), numbers] += 4
    return Data(
        [f"id-{number}" for number in range(rows)],
        vectors,
        [CLASSES[number] for number in numbers.tolist()],
        [f"shop {number}" for number in generator.integers(0, groups, rows).tolist()],
    )


def write_csv(path: Path, columns: dict[str, Any], *, mark: str = ",") -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=mark)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def lists(vectors: NDArray[Any]) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])


def one_parquet(folder: Path, rows: Data) -> None:
    columns = {"id": rows.ids, "label": rows.labels, "shop": rows.groups, "embedding": lists(rows.vectors)}
    pq.write_table(pa.table(columns), folder / "all.parquet")


def two_files(folder: Path, rows: Data) -> None:
    """Vectors and labels in different orders, joined by id."""
    pq.write_table(pa.table({"id": rows.ids, "embedding": rows.vectors.tolist()}), folder / "embeddings.parquet")
    order = np.random.default_rng(1).permutation(len(rows)).tolist()
    columns = {"id": rows.ids, "label": rows.labels, "shop": rows.groups}
    write_csv(folder / "labels.csv", {name: [values[row] for row in order] for name, values in columns.items()})


def wide_csv(folder: Path, rows: Data) -> None:
    spread = {f"x_{place}": values.tolist() for place, values in enumerate(rows.vectors.T)}
    write_csv(folder / "all.csv", {"id": rows.ids, "label": rows.labels, "shop": rows.groups, **spread}, mark=";")


def cells_csv(folder: Path, rows: Data) -> None:
    """Vectors as lists in cells, as pandas writes them."""
    cells = [str(vector) for vector in rows.vectors.tolist()]
    write_csv(folder / "all.csv", {"id": rows.ids, "label": rows.labels, "shop": rows.groups, "embedding": cells})


def npz(folder: Path, rows: Data) -> None:
    arrays = {"ids": np.array(rows.ids), "label": np.array(rows.labels), "shop": np.array(rows.groups)}
    np.savez_compressed(folder / "all.npz", X=rows.vectors, **arrays)


def npy_and_lists(folder: Path, rows: Data) -> None:
    """A matrix in column-major order, with a list of ids and a table beside it, all in the same row order."""
    np.save(folder / "embeddings.npy", np.asfortranarray(rows.vectors))
    (folder / "ids.txt").write_text("\n".join(rows.ids) + "\n")
    write_csv(folder / "labels.csv", {"label": rows.labels, "shop": rows.groups})


FORMS = {form.__name__: form for form in (one_parquet, two_files, wide_csv, cells_csv, npz, npy_and_lists)}
