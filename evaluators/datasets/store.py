"""The content-addressed store of prepared datasets: what names a folder in it, and how one gets there.

Nothing of a bundle's data is read here but its bytes.
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


def sources_of(bundle: Path, specification: Specification, *, links: bool = False) -> tuple[Source, ...]:
    """Every data file with its SHA-256; with ``links`` a file may be a link, as people have on hosts of their own.

    Raises:
        BundleError: some are missing, cannot be read or are no plain files; all of them are listed.
    """
    found, problems = [], []
    for name in specification.data_files:
        path = bundle / name
        try:
            if not links and path.parent.is_symlink():
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
    """A regular file, opened for reading.

    Whoever sent it may have put a link there, which could lead anywhere on this host, or a pipe, on whose first byte
    one would wait.

    Raises:
        OSError: it is something else, or cannot be read.
    """
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError("not a regular file")
    return file


def digest_of(specification: Specification, sources: Iterable[Source]) -> str:
    """The name of the dataset: of what a score depends on, and nothing else."""
    content = {
        "format": FORMAT,
        "specification": specification.scoring_part(),
        "sources": {source.name: source.sha256 for source in sources},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def publish(made: Path, target: Path) -> None:
    """Move a folder that is complete to its place; whoever was there first has the same."""
    for path in (made, *made.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o400)  # hidden rows are for the owner alone
    try:
        os.rename(made, target)
    except OSError:
        if not (target / MANIFEST).is_file():
            raise
