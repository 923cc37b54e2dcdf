"""Read one NumPy array from a stream, some rows at a time; Python objects are never loaded."""

from __future__ import annotations

import math
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from evaluators.problems.problem import BundleError, Problem
from evaluators.tables.base import FLOATS, MAX_DIMENSIONS, unreadable_text

MAX_TEXT_BYTES = 16 * 1024
"""Maximum size of a text in an array, where every text takes as much room as the longest."""

MAX_TURNED_BYTES = 1024 * 1024 * 1024
"""Maximum size of an array in column-major order, which is read whole to be transposed."""

_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
_CHUNK = 1024 * 1024


class ArrayStream:
    """An array in a stream, in the format of a ``.npy`` file; ``field`` is its column, for messages."""

    def __init__(self, stream: IO[bytes], name: str, field: str | None) -> None:
        self.stream, self.name, self.field = stream, name, field
        try:
            version = np.lib.format.read_magic(stream)
            self.shape, self.by_column, self.dtype = _HEADERS[version](stream)
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise self._wrong("is not a readable NumPy array.") from error
        if self.dtype.hasobject:
            raise self._wrong(
                "the array holds Python objects, which are never loaded.",
                "Save it with a type of its own: astype(str) for texts, astype('float32') for numbers.",
            )
        self.left = self.rows = self.shape[0] if self.shape else 0
        self._turned: NDArray[Any] | None = None

    def be_vectors(self) -> None:
        """Check that the array is a matrix of floats.

        Raises:
            BundleError: it isn't.
        """
        if self.dtype.newbyteorder("=") not in FLOATS:
            raise self._wrong(f"is an array of {self.dtype}, not of floats.", "Save it with astype('float32').")
        if len(self.shape) != 2 or not 1 <= self.shape[1] <= MAX_DIMENSIONS:
            shape = "×".join(map(str, self.shape[:6])) or "a single number"
            raise self._wrong(f"is {shape}, not rows × dimensions (1 to {MAX_DIMENSIONS}).")

    def be_texts(self) -> None:
        """Check that the array is a list of texts or integers.

        Raises:
            BundleError: it isn't.
        """
        if self.dtype.kind not in "USiu":
            raise self._wrong(f"is an array of {self.dtype}, not of texts or whole numbers.", "Use astype(str).")
        if len(self.shape) != 1:
            raise self._wrong("is not one text a row.", "Save an array of one dimension.")
        if self.dtype.itemsize > MAX_TEXT_BYTES:
            raise self._wrong("holds a text that is far too long for an id or a label.")

    def vectors(self, rows: int) -> NDArray[Any]:
        """The next rows, shape (rows, dimensions)."""
        return self._next(rows).astype(self.dtype.newbyteorder("="), copy=False)

    def texts(self, rows: int) -> list[str]:
        """The next rows as texts."""
        values = self._next(rows).tolist()
        try:
            return [value.decode() if isinstance(value, bytes) else str(value) for value in values]
        except UnicodeDecodeError as error:
            raise unreadable_text(self.name, self.field or "") from error

    def end(self) -> None:
        """Read to the end of the stream, so that an archive verifies its checksum."""
        if self.stream.read(1):
            raise self._wrong("goes on behind its array.")

    def _next(self, rows: int) -> NDArray[Any]:
        self.left -= rows
        if self.by_column and len(self.shape) > 1:
            return self._all_turned()[self.rows - self.left - rows : self.rows - self.left]
        shape = (rows, *self.shape[1:])
        return np.frombuffer(self._bytes(math.prod(shape) * self.dtype.itemsize), self.dtype).reshape(shape)

    def _all_turned(self) -> NDArray[Any]:
        if self._turned is None:
            size = math.prod(self.shape) * self.dtype.itemsize
            if size > MAX_TURNED_BYTES:
                raise self._wrong("is large and kept column by column.", "Save numpy.ascontiguousarray of it.")
            self._turned = np.frombuffer(self._bytes(size), self.dtype).reshape(self.shape, order="F")
        return self._turned

    def _bytes(self, size: int) -> bytearray:
        content = bytearray()
        while len(content) < size:
            chunk = self.stream.read(min(_CHUNK, size - len(content)))
            if not chunk:
                raise self._wrong("ends before its last row.")
            content += chunk
        return content

    def _wrong(self, message: str, remedy: str = "") -> BundleError:
        return BundleError(Problem(message, remedy, file=self.name, field=self.field))
