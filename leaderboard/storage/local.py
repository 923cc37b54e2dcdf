"""Objects as files: ``<root>/<first two digits>/<sha256>``."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from leaderboard.storage.interface import MissingObject, StoredObject, copy_and_hash

_INCOMING = "incoming"


class LocalStore:
    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, stream: BinaryIO) -> StoredObject:
        incoming = self._root / _INCOMING
        incoming.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=incoming)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                sha256, size = copy_and_hash(stream, file.write)
                file.flush()
                # Otherwise a power cut could leave an empty file under the digest of the full content.
                os.fsync(file.fileno())
            target = self._path(sha256)
            target.parent.mkdir(exist_ok=True)
            created = not target.exists()
            temporary.chmod(0o400)
            temporary.rename(target)
            _sync_directory(target.parent)
        finally:
            temporary.unlink(missing_ok=True)
        return StoredObject(sha256, size, created)

    def open(self, sha256: str) -> AbstractContextManager[BinaryIO]:
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError as error:
            raise MissingObject(sha256) from error

    def exists(self, sha256: str) -> bool:
        return self._path(sha256).is_file()

    def delete(self, sha256: str) -> None:
        self._path(sha256).unlink(missing_ok=True)

    def list_older_than(self, moment: datetime) -> Iterator[str]:
        for path in self._root.glob("[0-9a-f][0-9a-f]/*"):
            try:
                if path.stat().st_mtime < moment.timestamp():
                    yield path.name
            except FileNotFoundError:
                continue

    def url(self, sha256: str, *, filename: str, media_type: str) -> str | None:
        return None

    def probe(self) -> None:
        incoming = self._root / _INCOMING
        incoming.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=incoming) as file:
            file.write(b"probe")

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
