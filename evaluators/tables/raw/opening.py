"""Choose the reader of a file by its first bytes, not by its name."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from evaluators.problems.problem import BundleError, Problem
from evaluators.tables.raw.base import RawFile
from evaluators.tables.raw.delimited import DelimitedFile, ListFile
from evaluators.tables.raw.numpy_files import ArchiveFile, ArrayFile
from evaluators.tables.raw.parquet import ParquetFile

READABLE = "Parquet, CSV, NPZ, NPY and lists in .txt are read."

MAX_FILES = 100

_READERS: dict[bytes, type[RawFile]] = {b"PAR1": ParquetFile, b"\x93NUM": ArrayFile, b"PK\3\4": ArchiveFile}
_OTHERS = {
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
    b"\x1f\x8b": "a gzip archive",
    b"\xd0\xcf\x11\xe0": "an old office document (XLS or the like)",
    b"%PDF": "a PDF document",
    b"\x80\x02": "a Python pickle, which is never loaded",
    b"\x80\x03": "a Python pickle, which is never loaded",
    b"\x80\x04": "a Python pickle, which is never loaded",
    b"\x80\x05": "a Python pickle, which is never loaded",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x89HDF": "an HDF5 file",
    b"ARROW1": "an Arrow (Feather) file",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"{": "JSON",
}


def open_raw(path: Path) -> RawFile:
    """Open one file.

    Raises:
        BundleError: it isn't a regular file, is empty or damaged, or its format isn't supported.
    """
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise BundleError(Problem("is no plain file.", file=path.name))
        with path.open("rb") as file:
            start = file.read(8)
        if not start.strip():
            raise BundleError(Problem("is empty.", file=path.name))
        return _reader(path, start)(path)  # type: ignore[call-arg]  # each reader takes only the path
    except OSError as error:
        raise BundleError(Problem("cannot be read.", file=path.name)) from error


def _reader(path: Path, start: bytes) -> type[RawFile]:
    if start[:4] in _READERS:
        return _READERS[start[:4]]
    for magic, words in _OTHERS.items():
        if start.startswith(magic):
            raise BundleError(Problem(f"is {words}.", READABLE, file=path.name))
    return ListFile if path.suffix.lower() in (".txt", ".ids", ".list") else DelimitedFile


def raw_paths(folder: Path) -> list[Path]:
    """The files of a folder, sorted by name; hidden files are left out.

    Raises:
        BundleError: there are no files, or too many.
    """
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if not entry.name.startswith("."))
    if not names:
        raise BundleError(Problem("no file was sent.", READABLE, field="files"))
    if len(names) > MAX_FILES:
        raise BundleError(Problem(f"there are {len(names)} files, more than {MAX_FILES}.", field="files"))
    return [folder / name for name in names]
