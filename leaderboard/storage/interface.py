"""The interface of an object store. An object's key is the SHA-256 of its content, so an object never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

CHUNK_BYTES = 1024 * 1024


class MissingObject(Exception):
    """The store does not contain the requested object."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """``created`` is False if the store already had the same bytes."""

    sha256: str
    size: int
    created: bool


class ObjectStore(Protocol):
    def put(self, stream: BinaryIO) -> StoredObject:
        """Store the rest of ``stream``: all of it, or nothing if this fails."""

    def open(self, sha256: str) -> AbstractContextManager[BinaryIO]:
        """The object's bytes, to be read once from start to end.

        Raises:
            MissingObject: there is no such object.
        """

    def exists(self, sha256: str) -> bool: ...

    def delete(self, sha256: str) -> None:
        """Remove the object; it is not an error if it does not exist."""

    def list_older_than(self, moment: datetime) -> Iterator[str]:
        """Objects last put before ``moment``. Putting an object again, at least an hour later, counts as new."""

    def url(self, sha256: str, *, filename: str, media_type: str) -> str | None:
        """A URL for browsers to download the object, valid for a few minutes; None if the site must serve it itself."""

    def probe(self) -> None:
        """Raise an exception if the store cannot be read or written."""


def copy_and_hash(stream: BinaryIO, write: Callable[[bytes], object]) -> tuple[str, int]:
    """Copy a stream in chunks; return its SHA-256 and size in bytes."""
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
        write(chunk)
    return digest.hexdigest(), size
