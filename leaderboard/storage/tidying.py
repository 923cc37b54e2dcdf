"""This host's folders: removes what crashes left, and the prepared datasets that were not used for longest.

Nothing that is in use is removed: everything here is at least a day old, which no upload, job or evaluation lasts.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings

from evaluators.sandbox import empty
from leaderboard.storage.kept import kept_boards, kept_texts
from leaderboard.storage.room import full_folders

LEFT_AFTER = timedelta(days=1)
UNUSED_AFTER = timedelta(days=1)
LOOKED_AT = 2000
"""How many files of a folder say when it was last written."""

REMOVED = ".removed-"

logger = logging.getLogger(__name__)


def tidy_host(now: datetime, *, wanted: Collection[str]) -> int:
    """Remove what is left over on this host; ``wanted`` are digests of datasets that work under way needs.

    Returns how many files and folders were removed.
    """
    removed = remove_left(_places(), now)
    removed += remove_unused_datasets(now, wanted=wanted)
    for kept in (kept_texts(), kept_boards()):
        kept.shrink()
    for name in full_folders():
        logger.error("disk nearly full folder=%s reserve_mib=%s", name, settings.DISK_RESERVE_BYTES // 2**20)
    return removed


def remove_left(entries: Iterable[Path], now: datetime) -> int:
    """Remove the entries in which nothing was written for a day; return how many."""
    oldest = (now - LEFT_AFTER).timestamp()
    found = [path for path in entries if (written := _written(path)) is not None and written < oldest]
    for path in found:
        logger.info("left over removed path=%s", path.name)
        _remove(path)
    return len(found)


def left_uploads() -> Iterator[Path]:
    """Where the web process writes uploads while they come in."""
    return _entries(settings.FILE_UPLOAD_TEMP_DIR)


def _places() -> Iterator[Path]:
    yield from left_uploads()
    yield from _entries(settings.SCRATCH_DIR)
    yield from _entries(settings.OBJECTS_DIR / "incoming")
    yield from (path for path in _entries(settings.DATASETS_DIR) if path.name.startswith("."))
    for folder in _entries(settings.CACHE_DIR):
        yield from (path for path in _entries(folder) if path.name.startswith("."))


def remove_unused_datasets(now: datetime, *, wanted: Collection[str]) -> int:
    """Keep the prepared datasets under their limit; those that were used within a day, or are ``wanted``, stay."""
    folders = sorted(_datasets(), key=lambda item: item[0], reverse=True)
    oldest, total, removed = (now - UNUSED_AFTER).timestamp(), 0, 0
    for used, path in folders:
        total += sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        if total > settings.DATASETS_BYTES and used < oldest and path.name not in wanted:
            # Renamed first: a dataset is whole or not there.
            gone = path.rename(path.with_name(f"{REMOVED}{path.name}"))
            _remove(gone)
            logger.info("unused dataset removed digest=%s", path.name)
            removed += 1
    return removed


def _datasets() -> Iterator[tuple[float, Path]]:
    for path in _entries(settings.DATASETS_DIR):
        if path.is_dir() and not path.name.startswith("."):
            yield path.stat().st_mtime, path


def _entries(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.iterdir())) if folder.is_dir() else iter(())


def _written(path: Path) -> float | None:
    """When something was last written in ``path``; None if it has just gone."""
    try:
        inside = islice(path.rglob("*"), LOOKED_AT) if path.is_dir() and not path.is_symlink() else ()
        return max([path.lstat().st_mtime, *(inner.lstat().st_mtime for inner in inside)])
    except FileNotFoundError:
        return None
    except (OSError, RecursionError):
        # Too deep: the output of work in the sandbox, whose worker was killed before it could look.
        return path.lstat().st_mtime


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        # Folders may be nested deeper than code that recurses can follow.
        with suppress(OSError):
            empty(path)
            path.rmdir()
    else:
        path.unlink(missing_ok=True)
