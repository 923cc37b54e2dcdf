"""NumPy's files: one array (``.npy``), or several arrays with the same number of rows (``.npz``).

A header is checked against the number of bytes that follow it: nothing is allocated just because a file claims a size.
"""

from __future__ import annotations

import io
import math
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.tables.raw.base import (
    MAX_DIMENSIONS,
    MAX_ROWS,
    RawBatch,
    RawColumn,
    RawFile,
    batch_rows,
    number_texts,
    plain_field,
)

VALUES = "values"
"""Name of the only column of an ``.npy`` file."""

MAX_HEADER_BYTES = 10_000
MAX_TEXT_BYTES = 16_384
MAX_ARRAYS = 100
MAX_DIRECTORY_BYTES = 64 * 1024
MAX_ACROSS_BYTES = 256 * 1024 * 1024
"""Maximum size of a compressed column-major array: it can't be read row by row, so it is unpacked whole."""

_COMPRESSED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    LookupError,
    ValueError,
)
"""What the library raises for archives that are damaged, encrypted, or use an unknown compression."""

_OBJECTS = "Save it again with an ordinary type, such as array.astype('float32') or array.astype(str)."


@dataclass(frozen=True, slots=True)
class Header:
    """The content of an array's header: shape (rows, …), ``dtype``, and the ``offset`` of the first data byte."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool
    offset: int

    @property
    def row_bytes(self) -> int:
        return math.prod(self.shape[1:]) * self.dtype.itemsize

    def column(self, name: str) -> RawColumn:
        if len(self.shape) == 1:
            kinds = {"f": "number", "i": "integer", "u": "integer", "b": "truth value"}
            return RawColumn(name, kinds.get(self.dtype.kind, "text"))  # type: ignore[arg-type]
        dimensions = math.prod(self.shape[1:])
        return RawColumn(name, "vector", dimensions=dimensions, whole=self.dtype.kind in "iub")


class ArrayFile(RawFile):
    """A ``.npy`` file: one column of numbers, texts or vectors."""

    kind = "npy"

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._header = read_header(file, path.stat().st_size, path.name)
        super().__init__(path, [self._header.column(VALUES)], self._header.shape[0])

    def batches(self, columns: Sequence[RawColumn]) -> Iterator[RawBatch]:
        rows = batch_rows(columns)
        with self.path.open("rb") as file:
            for first, block in _blocks(file, self._header, rows, self.name):
                batch = RawBatch(first, len(block))
                for column in columns:
                    _put(batch, column, block)
                yield batch


class ArchiveFile(RawFile):
    """A ``.npz`` file: one column for each of its arrays."""

    kind = "npz"

    def __init__(self, path: Path) -> None:
        self._headers: dict[str, Header] = {}
        with _opened(path) as archive:
            for member in archive.infolist():
                name = member.filename.removesuffix(".npy")
                place = plain_field(name)
                if name == member.filename or name in self._headers or member.compress_type not in _COMPRESSED:
                    remedy = "It is to hold arrays only, as numpy.savez writes them."
                    raise BundleError(Problem("holds something else than arrays.", remedy, path.name, field=place))
                with archive.open(member) as file:
                    self._headers[name] = read_header(file, member.file_size, path.name, place)
        counts = {name: header.shape[0] for name, header in self._headers.items()}
        if not counts:
            raise BundleError(Problem("holds no array.", file=path.name))
        if len(set(counts.values())) > 1:
            have = ", ".join(f"{quoted(name)} {count}" for name, count in list(counts.items())[:10])
            remedy = "Save arrays of other rows, such as a test set, as a file of their own."
            raise BundleError(Problem(f"its arrays differ in rows: {have}.", remedy, file=path.name))
        columns = [header.column(name) for name, header in self._headers.items()]
        super().__init__(path, columns, next(iter(counts.values())))

    def batches(self, columns: Sequence[RawColumn]) -> Iterator[RawBatch]:
        rows = batch_rows(columns)
        with _opened(self.path) as archive:
            files = [archive.open(f"{column.name}.npy") for column in columns]
            streams = [
                _blocks(file, self._headers[column.name], rows, self.name)
                for file, column in zip(files, columns, strict=True)
            ]
            for blocks in zip(*streams, strict=True):
                batch = RawBatch(blocks[0][0], len(blocks[0][1]))
                for column, (_, block) in zip(columns, blocks, strict=True):
                    _put(batch, column, block)
                yield batch


def read_header(file: IO[bytes], size: int, name: str, place: str | None = None) -> Header:
    """Read the header of an array of ``size`` bytes.

    Raises:
        BundleError: it isn't a header, its array can't be used, or the number of bytes doesn't match.
    """
    shape, fortran, dtype, offset = _parsed(file, name, place)
    if dtype.hasobject:
        raise BundleError(Problem("holds Python objects, which are never loaded.", _OBJECTS, name, field=place))
    too_wide = dtype.kind in "US" and dtype.itemsize > MAX_TEXT_BYTES
    if dtype.kind not in "fiubUS" or (dtype.itemsize > 16 and dtype.kind not in "US") or too_wide:
        raise BundleError(Problem(f"is of type {quoted(str(dtype))}, which is not read.", _OBJECTS, name, field=place))
    if not shape or (len(shape) > 1 and dtype.kind in "US"):
        words = "is a single value" if not shape else "is a matrix of texts"
        raise BundleError(Problem(f"{words}, not one row after the other.", "", name, field=place))
    header = Header(shape, dtype, fortran and len(shape) > 1, offset)
    if shape[0] == 0 or not 0 < math.prod(shape[1:]) <= MAX_DIMENSIONS:
        words = "has no rows" if shape[0] == 0 else f"has {math.prod(shape[1:])} numbers a row"
        raise BundleError(Problem(f"{words}.", f"1 to {MAX_DIMENSIONS} are read.", name, field=place))
    promised = offset + shape[0] * header.row_bytes
    if promised != size:
        words = f"has {size} bytes; its header says {promised}"
        raise BundleError(Problem(f"{words}.", "It was cut off: save or send it again.", name, field=place))
    if shape[0] > MAX_ROWS:
        raise BundleError(Problem(f"has {shape[0]} rows, more than {MAX_ROWS}.", "", name, field=place))
    return header


def _parsed(file: IO[bytes], name: str, place: str | None) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    try:
        version = np.lib.format.read_magic(file)
        width = {(1, 0): 2, (2, 0): 4}[version]
        length = file.read(width)
        count = int.from_bytes(length, "little")
        if count > MAX_HEADER_BYTES:
            raise ValueError("a header of this length is none")
        text = io.BytesIO(length + file.read(count))
        read = np.lib.format.read_array_header_1_0 if width == 2 else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = read(text, max_header_size=MAX_HEADER_BYTES)
        if not all(type(number) is int and number >= 0 for number in shape):
            raise ValueError("a shape has whole numbers")
        return shape, fortran, dtype, 8 + width + count
    # The header is an untrusted Python literal, and NumPy doesn't catch what the tokenizer raises.
    except Exception as error:
        raise BundleError(Problem("is not a readable NumPy array.", _OBJECTS, name, field=place)) from error


def _blocks(file: IO[bytes], header: Header, rows: int, name: str) -> Iterator[tuple[int, NDArray[Any]]]:
    """Blocks of ``rows`` rows, each with its first row's index, from a file positioned at its header."""
    file.read(header.offset)
    whole = _read_across(file, header, name) if header.fortran else None
    for first in range(0, header.shape[0], rows):
        count = min(rows, header.shape[0] - first)
        if whole is not None:
            yield first, whole[first : first + count]
            continue
        content = file.read(count * header.row_bytes)
        if len(content) != count * header.row_bytes:
            raise BundleError(Problem(f"ends after row {first}.", "It was cut off: send it again.", file=name))
        yield first, np.frombuffer(content, header.dtype).reshape(count, *header.shape[1:])


def _read_across(file: IO[bytes], header: Header, name: str) -> NDArray[Any]:
    size = header.shape[0] * header.row_bytes
    if isinstance(file, io.BufferedReader):
        return np.memmap(file, header.dtype, "r", header.offset, header.shape, "F")
    if size > MAX_ACROSS_BYTES:
        remedy = "Save it with numpy.ascontiguousarray(array), or as parquet."
        raise BundleError(Problem("is stored column by column and too large for that.", remedy, file=name))
    content = file.read(size)
    if len(content) != size:
        raise BundleError(Problem("ends early.", "It was cut off: send it again.", file=name))
    return np.frombuffer(content, header.dtype).reshape(header.shape, order="F")


def _put(batch: RawBatch, column: RawColumn, block: NDArray[Any]) -> None:
    if column.is_vector:
        batch.vectors[column.name] = block.reshape(len(block), -1)
    elif block.dtype.kind == "S":
        batch.texts[column.name] = [value.decode("utf-8", "replace") for value in block.tolist()]
    elif block.dtype.kind == "U":
        batch.texts[column.name] = _characters(block)
    else:
        batch.texts[column.name] = number_texts(block)


def _characters(block: NDArray[Any]) -> list[str]:
    """Texts; code points that aren't valid characters, such as surrogates, become the replacement character."""
    codes = np.ascontiguousarray(block).view(np.uint32)
    if not block.dtype.isnative:
        codes = codes.byteswap()
    bad = (codes > 0x10FFFF) | ((codes >= 0xD800) & (codes <= 0xDFFF))
    mended = np.where(bad, 0xFFFD, codes).astype(np.uint32).view(f"U{block.dtype.itemsize // 4}")
    return [str(value) for value in mended.tolist()]


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """An open archive whose directory has a reasonable size.

    Raises:
        BundleError: it isn't an archive, is damaged or encrypted, or has too many members.
    """
    _check_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except _DAMAGED as error:
        raise BundleError(Problem("is a damaged or protected archive.", "Save it again.", file=path.name)) from error


def _check_directory(path: Path) -> None:
    """Check the directory's size first: the library would read a million members before they could be counted."""
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - 42))
        tail = file.read()
    end = tail[-22:]
    if len(end) < 22 or end[:4] != b"PK\5\6" or end[-2:] != b"\0\0" or tail[:4] == b"PK\6\7":
        remedy = "Save it again with numpy.savez."
        raise BundleError(Problem("is not an archive as NumPy writes them, or is cut off.", remedy, file=path.name))
    members, directory = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    if members > MAX_ARRAYS or directory > MAX_DIRECTORY_BYTES:
        raise BundleError(Problem(f"holds more than {MAX_ARRAYS} arrays.", file=path.name))
