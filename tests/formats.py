"""The pool of a tiny challenge in every format that a table may have."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from tests.bundles import write_table

Rows = tuple[list[str], np.ndarray[Any, Any], list[str]]


def rows_of(bundle: Path) -> Rows:
    table = pq.read_table(bundle / "public/pool.parquet")
    vectors = np.array(table.column("embedding").to_pylist(), np.float32)
    return table.column("id").to_pylist(), vectors, table.column("label").to_pylist()


def csv_text(ids: list[str], vectors: Any, labels: list[str], cell: Callable[[Any], str]) -> str:
    lines = [f'{name},"{cell(vector)}",{label}' for name, vector, label in zip(ids, vectors, labels, strict=True)]
    return "\r\n".join(["id,embedding,label", *lines]) + "\n"


def wide_text(ids: list[str], vectors: Any, labels: list[str], name: str = "embedding_{}") -> str:
    # The columns are shuffled, so that they must be sorted by their numbers, not by position or name.
    order = [int(place) for place in np.argsort([str(number) for number in range(vectors.shape[1])])]
    header = ",".join(name.format(place) for place in order)
    lines = [
        f"{label},{','.join(repr(float(vector[place])) for place in order)},{row}"
        for row, vector, label in zip(ids, vectors, labels, strict=True)
    ]
    return "\n".join([f"label,{header},id", *lines, "", ""])


def written(folder: Path, kind: str, rows: Rows) -> dict[str, Any]:
    """Write the pool in one of the formats; return its table for the specification."""
    ids, vectors, labels = rows
    public = folder / "public"
    texts = {"id": np.array(ids), "label": np.array(labels)}
    file = {"csv": "csv", "wide": "csv", "npz": "npz", "loose": "npz"}.get(kind, "npy")
    if kind == "csv":
        (public / "pool.csv").write_text(csv_text(ids, vectors, labels, lambda vector: json.dumps(vector.tolist())))
    elif kind == "wide":
        (public / "pool.csv").write_text("\ufeff" + wide_text(ids, vectors, labels), encoding="utf-8")
    elif kind == "npz":
        np.savez_compressed(public / "pool.npz", embedding=vectors, **texts)
    elif kind == "loose":
        # As other programs may write it: byte strings, big-endian, column-major.
        texts = {name: values.astype("S") for name, values in texts.items()}
        np.savez(public / "pool.npz", embedding=np.asfortranarray(vectors).astype(">f4"), other=[1, 2], **texts)
    else:
        np.save(public / "pool.npy", vectors)
        if kind == "npy+csv":
            text = "".join(f"{label},{row}\n" for row, label in zip(ids, labels, strict=True))
            (public / "rows.csv").write_text(f"label,id\n{text}")
        elif kind == "npy+npz":
            np.savez(public / "rows.npz", **texts)
        else:
            write_table(public / "rows.parquet", ids, [[0.0]] * len(ids), labels)
        return {"files": ["public/pool.npy"], "ids": f"public/rows.{kind[4:]}", "label": "label"}
    return {"files": [f"public/pool.{file}"], "label": "label"}
