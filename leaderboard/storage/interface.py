"""What a store of objects can do. An object's key is its content's SHA-256, so it never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

CHUNK_BYTES = 1024 * 1024


class MissingObject(Exception):
    """The store does not hold the object that was asked for."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """``created`` is false when the store had the same bytes before."""

    sha256: str
    size: int
    created: bool


class ObjectStore(Protocol):
    def put(self, stream: BinaryIO) -> StoredObject:
        """Store the rest of ``stream``. Either all of it is there afterwards, or nothing is."""

    def open(self, sha256: str) -> AbstractContextManager[BinaryIO]:
        """The object's bytes, to be read once from start to end.

        Raises:
            MissingObject: there is none.
        """

    def exists(self, sha256: str) -> bool: ...

    def delete(self, sha256: str) -> None:
        """Remove the object; no error if there is none."""

    def list_older_than(self, moment: datetime) -> Iterator[str]:
        """Objects that were last put before ``moment``. One that is put again, if only an hour later, is as new."""

    def url(self, sha256: str, *, filename: str, media_type: str) -> str | None:
        """An address from which a browser can fetch the object for a few minutes, or None: serve it yourself."""

    def probe(self) -> None:
        """Raise whatever stands in the way of reading and writing."""


def copy_and_hash(stream: BinaryIO, write: Callable[[bytes], object]) -> tuple[str, int]:
    """Copy a stream in pieces; return its SHA-256 and size."""
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
        write(chunk)
    return digest.hexdigest(), size
