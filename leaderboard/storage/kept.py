"""What can be made again but takes time: rendered texts and whole boards, as files of this host, by key.

A file is whole or not there, never changes, and goes when the folder is full and others were used more recently.
"""

from __future__ import annotations

import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

MIB = 1024 * 1024
TEXTS_BYTES = 64 * MIB
BOARDS_BYTES = 512 * MIB

logger = logging.getLogger(__name__)


class KeptFiles:
    """``limit`` bounds the bytes in ``folder``; keys are SHA-256 in hexadecimal."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit

    def open_or_make(self, key: str, make: Callable[[], Iterable[bytes]]) -> BinaryIO:
        """The file with this key; ``make`` gives its content if it is not there. Of several threads one makes it."""
        found = self._open(key)
        if found is not None:
            return found
        with _LOCKS[int(key[:8], 16) % len(_LOCKS)]:
            return self._open(key) or self._make(key, make())

    def shrink(self) -> int:
        """Remove the files that were not used for longest until the limit holds; return how many bytes."""
        entries = sorted(self._entries(), key=lambda entry: entry[0], reverse=True)
        total = removed = 0
        for _, size, path in entries:
            total += size
            if total > self._limit:
                path.unlink(missing_ok=True)
                removed += size
        return removed

    def _entries(self) -> list[tuple[float, int, Path]]:
        found = []
        with suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    status = entry.stat()
                    found.append((status.st_mtime, status.st_size, Path(entry.path)))
        return found

    def _open(self, key: str) -> BinaryIO | None:
        path = self._folder / key
        try:
            file = path.open("rb")
        except OSError:
            return None
        with suppress(OSError):
            os.utime(path)
        return file

    def _make(self, key: str, pieces: Iterable[bytes]) -> BinaryIO:
        content = list(pieces)
        try:
            file = self._written(key, content)
        except OSError as error:
            # A full disk, say: what is shown doesn't depend on being kept.
            logger.error("not kept folder=%s reason=%s", self._folder.name, error.strerror)
            file = os.fdopen(os.memfd_create("not-kept"), "w+b")
            file.writelines(content)
            file.flush()
        file.seek(0)
        self.shrink()
        return file

    def _written(self, key: str, content: Iterable[bytes]) -> BinaryIO:
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=".new-")
        file = os.fdopen(descriptor, "w+b")
        try:
            file.writelines(content)
            file.flush()
            # Otherwise a power cut could leave an empty file, which would be taken for a whole one from then on.
            os.fsync(descriptor)
            Path(name).rename(self._folder / key)
        except BaseException:
            with suppress(OSError):
                file.close()
            Path(name).unlink(missing_ok=True)
            raise
        return file


_LOCKS = [threading.Lock() for _ in range(16)]


def kept_texts() -> KeptFiles:
    return KeptFiles(settings.CACHE_DIR / "texts", TEXTS_BYTES)


def kept_boards() -> KeptFiles:
    return KeptFiles(settings.CACHE_DIR / "boards", BOARDS_BYTES)
