"""The content-addressed store of prepared datasets: computing digests, and moving finished folders into place.

A bundle's data files are only hashed here, never parsed.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable
from io import BufferedReader
from pathlib import Path

from evaluators.datasets.prepared import FORMAT, MANIFEST, Source
from evaluators.problems.problem import BundleError, Problem
from evaluators.specification.challenge import Specification
from evaluators.tables.private import keep_private


def sources_of(bundle: Path, specification: Specification, *, links: bool = False) -> tuple[Source, ...]:
    """Every data file with its SHA-256; ``links`` allows symbolic links, which people use on their own machines.

    Raises:
        BundleError: files are missing, can't be read or aren't regular files; all of them are listed.
    """
    found, problems = [], []
    for name in specification.data_files:
        path = bundle / name
        try:
            if not links and path.parent != bundle and path.parent.is_symlink():
                raise OSError("a link")
            with open_plain(path.resolve() if links else path) as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                found.append(Source(name=name, sha256=digest, size=file.tell()))
        except OSError:
            problems.append(Problem("the file is missing or cannot be read.", file=name))
    if problems:
        raise BundleError(problems)
    return tuple(found)


def open_plain(path: Path) -> BufferedReader:
    """Open a regular file for reading.

    The sender may have put a link there, which could lead anywhere on this host, or a pipe, which would block the
    reader.

    Raises:
        OSError: it isn't a regular file, or can't be read.
    """
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError("not a regular file")
    return file


def digest_of(specification: Specification, sources: Iterable[Source]) -> str:
    """The dataset's digest: it covers everything that a score depends on, and nothing else."""
    content = {
        "format": FORMAT,
        "specification": specification.scoring_part(),
        "sources": {source.name: source.sha256 for source in sources},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def publish(made: Path, target: Path) -> None:
    """Move a complete folder into place; if another process was faster, its folder has the same content."""
    for path in (made, *made.rglob("*")):
        keep_private(path, 0o700 if path.is_dir() else 0o400)
    try:
        os.rename(made, target)
    except OSError:
        if not (target / MANIFEST).is_file():
            raise
