"""Reading the rows of a public table as a job. The files are an organizer's, so they are opened in the sandbox."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings

from evaluators import sandbox
from evaluators.problems import BundleError
from leaderboard.jobs.kinds import Done, JobKind, Refused
from leaderboard.models import Job, JobFile
from leaderboard.previews.rows import PIXELS_FILE, ROWS_FILE, parse_rows
from leaderboard.storage import object_store

FORMAT = 1
"""Increased when rows must be read again, because they are read or kept in another way."""

MAX_ROWS = 20_000
MAX_PIXEL_BYTES = 32 * 1024 * 1024

LIMITS = sandbox.Limits(
    memory_bytes=1024**3,
    cpu_seconds=10,
    wall_seconds=20,
    output_bytes=32 * 1024 * 1024,
    folder_bytes=2 * MAX_PIXEL_BYTES,
)
"""Tight limits, because somebody is waiting for the page."""

OUR_FAULT = "The rows could not be read through a fault of ours, which is on record."


@dataclass(frozen=True, slots=True)
class TableSource:
    """``files`` are the names of a table's files with their SHA-256, ``table`` is the table as JSON."""

    files: tuple[tuple[str, str], ...]
    table: str

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> TableSource:
        return cls(tuple((name, sha256) for name, sha256 in payload["files"]), payload["table"])

    @property
    def payload(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def subject(self) -> str:
        """The same for the same content, in whichever challenges it is, so that it is read once."""
        # With the limits, because what they refuse is remembered.
        content = json.dumps([FORMAT, MAX_ROWS, MAX_PIXEL_BYTES, self.payload], sort_keys=True)
        return f"rows:{hashlib.sha256(content.encode()).hexdigest()}"


def read(job: Job) -> Done:
    """Read the rows and keep them in the object store.

    Raises:
        Refused: the table has too many rows, or it cannot be read.
        SandboxUnavailable: there is no sandbox, so nothing is opened.
        WorkFailed: the fault is ours.
    """
    settings.SCRATCH_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.SCRATCH_DIR, prefix="rows-") as name:
        folder, output = Path(name, "in"), Path(name, "out")
        output.mkdir()
        source = TableSource.from_payload(job.payload)
        _fetch(source, folder)
        try:
            contents = _read(source.table, folder, output)
        except BundleError as error:
            raise Refused.by(error) from error
    kept = {name: object_store().put(io.BytesIO(content)).sha256 for name, content in contents.items()}
    return Done(partial(_record, job, kept))


READ_ROWS = JobKind("read-rows", read, OUR_FAULT)


def _fetch(source: TableSource, folder: Path) -> None:
    (folder / "public").mkdir(parents=True)
    for name, sha256 in source.files:
        with object_store().open(sha256) as stored, (folder / name).open("xb") as target:
            shutil.copyfileobj(stored, target)


def _read(table: str, folder: Path, output: Path) -> dict[str, bytes]:
    """The content of the preview's files, by name."""
    command = ["show-rows", str(sandbox.INPUT), table, "--out", str(sandbox.OUTPUT), "--json"]
    limits = ["--max-rows", str(MAX_ROWS), "--max-pixel-bytes", str(MAX_PIXEL_BYTES)]
    printed = sandbox.work([*command, *limits], folder=folder, output=output, limits=LIMITS)
    try:
        path = sandbox.collect(output, [PIXELS_FILE]).get(PIXELS_FILE)
        pixels = path.read_bytes() if path is not None else None
        parse_rows(printed, pixels)
    except (sandbox.UnexpectedFile, ValueError, OSError) as error:
        raise sandbox.WorkFailed("result", str(error)) from error
    return {ROWS_FILE: printed} | ({PIXELS_FILE: pixels} if pixels is not None else {})


def _record(job: Job, kept: Mapping[str, str]) -> None:
    JobFile.objects.bulk_create(JobFile(job=job, name=name, sha256=sha256) for name, sha256 in kept.items())
