"""The rows of a preview, and the two files they are kept in."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

ROWS_FILE = "rows.json"
PIXELS_FILE = "pixels.npy"

MAX_SIDE = 64
MAX_TEXT = 200
"""Characters kept of each cell; a page shows no more."""

_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


@dataclass(frozen=True)
class PublicRows:
    """``labels`` is empty for a table without labels; ``pixels`` is uint8 of shape (rows, side, side), or None."""

    ids: list[str]
    labels: list[str]
    pixels: NDArray[np.uint8] | None

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def places(self) -> dict[str, int]:
        """Row index by id."""
        return {name: row for row, name in enumerate(self.ids)}


class _Texts(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    ids: list[Annotated[str, Field(max_length=MAX_TEXT)]]
    labels: list[Annotated[str, Field(max_length=MAX_TEXT)]]


def parse_rows(texts: bytes, pixels: bytes | None) -> PublicRows:
    """The rows in the content of ``ROWS_FILE`` and ``PIXELS_FILE``, which the sandbox wrote and nobody trusts.

    Raises:
        ValueError: these are not the ids, labels and pixels of the same rows.
    """
    said = _Texts.model_validate_json(texts)
    count = len(said.ids)
    if len(said.labels) not in (0, count):
        raise ValueError("labels of other rows")
    try:
        return PublicRows(said.ids, said.labels, _pictures(pixels, count) if pixels is not None else None)
    except (LookupError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError("not an array of pixels") from error


def _pictures(content: bytes, count: int) -> NDArray[np.uint8]:
    """Pixels of shape (count, side, side). The header is believed only as far as there are bytes behind it."""
    stream = io.BytesIO(content)
    shape, by_columns, dtype = _HEADERS[np.lib.format.read_magic(stream)](stream)
    side = shape[-1]
    if dtype != np.uint8 or by_columns or shape != (count, side, side) or not 0 < side <= MAX_SIDE:
        raise ValueError("pixels of other rows")
    return np.frombuffer(content, np.uint8, count * side * side, stream.tell()).reshape(shape)
