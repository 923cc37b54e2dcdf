"""Writes pieces as the parquet tables of a bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.material.material import Material, Piece
from evaluators.material.roles import roles
from evaluators.material.vectors import TAKEN
from evaluators.tables.private import keep_private
from evaluators.tables.writing import TableWriter, table_of


class Tables:
    """The tables of a new bundle, and the number of rows of each file."""

    def __init__(self, bundle: Path, material: Material[Any]) -> None:
        self.bundle, self._material = bundle, material
        self.counts: dict[str, int] = {}
        self._written = {part: np.zeros(len(rows), bool) for part, rows in material.parts.items()}

    def write(
        self,
        file: str,
        piece: Piece,
        *,
        ids: bool = True,
        vectors: bool = True,
        **columns: Sequence[str] | None,
    ) -> str:
        """Write the rows of ``piece`` with these columns, each a list by row of the input table.

        Public tables also get the columns for display. Returns ``file``: ``public/NAME.parquet`` or
        ``hidden/NAME.parquet``.
        """
        rows = self._material.parts[piece.part]
        if vectors:
            self._written_once(piece)
        texts: dict[str, Sequence[str]] = {"id": self._material.ids[piece.part]} if ids else {}
        texts |= {name: values for name, values in columns.items() if values is not None}
        shown = file.startswith("public/")
        if shown:
            texts |= {_shown_name(name): values for name, values in rows.shown.items()}
        path = self.bundle / file
        with TableWriter(path) as table:
            for first in range(0, len(piece), TAKEN):
                index = piece.index[first : first + TAKEN]
                block: dict[str, Any] = {name: _taken(values, index) for name, values in texts.items()}
                if shown and vectors and rows.pixels is not None:
                    pixels, places = rows.pixels
                    block["pixels"] = pixels.take(places[index])
                if vectors:
                    block["embedding"] = rows.vectors.take(index)
                table.add(table_of(block))
        if not shown:
            keep_private(path, 0o600)
        self.counts[file] = len(piece)
        return file

    def _written_once(self, piece: Piece) -> None:
        """Ensure that no row is in two tables: sold rows have no ids by which this could be detected later."""
        written = self._written[piece.part]
        if written[piece.index].any() or len(np.unique(piece.index)) != len(piece):
            raise RuntimeError(f"a row of {piece.part} would be in two tables")
        written[piece.index] = True


def _shown_name(name: str) -> str:
    """The name of a column for display; one that has a meaning in bundles gets an underscore appended."""
    role = roles().get(name)
    # True labels are written as ``label``, so no bundle has a column of that name.
    has_meaning = role is not None and role.is_once_a_file and name != "true label"
    return f"{name}_" if has_meaning else name


def _taken(values: Sequence[str], index: NDArray[np.int64]) -> list[str]:
    return [values[row] for row in index.tolist()]


def table(*files: str, **changes: Any) -> Mapping[str, Any]:
    """A table as written in challenge.yaml."""
    return {"files": list(files), **changes}
