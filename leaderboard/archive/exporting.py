"""Writing a challenge into one zip file. The same state always gives the same bytes."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.db import connection, transaction

from challenges.members.roles import may_organize, require
from challenges.models import Act, AuditEntry, Challenge, DataFile, DatasetVersion
from evaluators.problems import Problem
from evaluators.specification import SPECIFICATION_FILE
from leaderboard.archive.layout import (
    BOARD,
    CHALLENGE,
    CHALLENGE_FIELDS,
    FORMAT,
    MANIFEST,
    PAGE,
    README,
    TABLES,
    VERSION,
    data_member,
    result_member,
    submission_member,
)
from leaderboard.archive.page import static_page
from leaderboard.archive.records import Record, plain, record_of
from leaderboard.boards.canonical import canonical
from leaderboard.boards.document import read_boards
from leaderboard.models import Evaluation, SubmissionFile
from leaderboard.storage import object_store
from leaderboard.storage.interface import CHUNK_BYTES

_DAY = (1980, 1, 1, 0, 0, 0)
"""The date of every member, the earliest that zip allows. Today's date would make every archive different."""

_PACKED = (".json", ".html", ".txt", ".yaml", ".csv")

README_TEXT = """This is a challenge of a Ratchet site with everything that belongs to it.

index.html       the boards; opens in any browser, needs no server
board.json       the same boards as data, in canonical form: an importing site answers the very same bytes
challenge.json   what the challenge is called; tables/ has its rounds, phases, teams, submissions, evaluations,
                 scores, boards, decisions and announcements, one list of rows for each
bundles/vN/      every version of the data as a bundle: challenge.yaml, public/ and hidden/ (keep these to yourself)
submissions/     the files of every submission, below its id
results/N.json   the exact result of evaluation N (its place in tables/evaluations.json, from 1), with its receipt
manifest.json    the size and SHA-256 of every other file

To import it on another site: manage.py importchallenge FILE
"""


class TooLarge(Exception):
    """The archive is larger than one response may be; the problem may be shown to an organizer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass
class Contents:
    """All rows as of one moment, and where the bytes of the files are."""

    records: dict[str, list[Record]] = field(default_factory=dict)
    numbers: dict[str, dict[Any, int]] = field(default_factory=dict)
    objects: list[tuple[str, str, int]] = field(default_factory=list)
    board: dict[str, Any] = field(default_factory=dict)


def write_archive(challenge: Challenge, file: BinaryIO, *, max_bytes: int | None = None) -> None:
    """Write the archive of ``challenge`` into ``file``, which must be seekable.

    Raises:
        TooLarge: the data files and the submissions' files together are larger than ``max_bytes``.
    """
    contents = _collect(challenge)
    total = sum(size for _, _, size in contents.objects)
    if max_bytes is not None and total > max_bytes:
        raise TooLarge(
            Problem(
                f"the challenge has {total // 1024**2} MiB of files, more than can be sent this way.",
                f"Ask the operator of the site for 'manage.py exportchallenge {challenge.slug} FILE'.",
            )
        )
    with zipfile.ZipFile(file, "w", allowZip64=True) as archive:
        writer = _Writer(archive)
        for name, content in _texts(challenge, contents):
            writer.add(name, iter((content,)))
        for name, sha256, _ in contents.objects:
            writer.add(name, _stored(sha256))
        for number, result in _results(challenge, contents):
            writer.add(result_member(number), iter((result.encode(),)))
        writer.finish(challenge.slug)


def take_archive(challenge: Challenge, file: BinaryIO, *, by: Any, max_bytes: int | None = None) -> None:
    """``write_archive`` for somebody who takes the hidden data away with it, which the challenge's log keeps.

    Raises:
        TooLarge: see ``write_archive``.
        PermissionDenied: ``by`` doesn't organize the challenge.
    """
    require(may_organize, by, challenge)
    write_archive(challenge, file, max_bytes=max_bytes)
    AuditEntry.objects.record(challenge, Act.ARCHIVE_TAKEN, by=by)


class _Writer:
    """Adds members and records their SHA-256 sums."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members: dict[str, dict[str, Any]] = {}

    def add(self, name: str, pieces: Iterator[bytes]) -> None:
        info = zipfile.ZipInfo(name, date_time=_DAY)
        info.create_system = 3
        info.external_attr = 0o600 << 16
        # Parquet is already compressed.
        info.compress_type = zipfile.ZIP_DEFLATED if name.endswith(_PACKED) else zipfile.ZIP_STORED
        digest, size = hashlib.sha256(), 0
        with self._archive.open(info, "w", force_zip64=True) as member:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                member.write(piece)
        self._members[name] = {"sha256": digest.hexdigest(), "size": size}

    def finish(self, slug: str) -> None:
        manifest = {"format": FORMAT, "version": VERSION, "challenge": slug, "members": dict(self._members)}
        self.add(MANIFEST, iter((canonical(manifest),)))


def _collect(challenge: Challenge) -> Contents:
    nested = connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql" and not nested:
            # Otherwise each query would also see what was committed after the previous one.
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        contents = Contents()
        for table in TABLES:
            found = table.rows(challenge)
            rows = list(found if table.name in ("submissions", "board_entries") else found.order_by("pk"))
            contents.numbers[table.name] = {row.pk: number for number, row in enumerate(rows, start=1)}
            contents.records[table.name] = [record_of(row, table, contents.numbers) for row in rows]
        _mark_current(challenge, contents)
        contents.objects = [*_data_objects(challenge), *_submission_objects(challenge)]
        contents.board = read_boards(challenge)
    return contents


def _mark_current(challenge: Challenge, contents: Contents) -> None:
    """Record which evaluation of each submission the pages show."""
    current = Evaluation.objects.filter(submission__phase__challenge=challenge, submission__evaluation__isnull=False)
    shown = set(current.values_list("submission__evaluation", flat=True))
    for pk, number in contents.numbers["evaluations"].items():
        contents.records["evaluations"][number - 1]["current"] = pk in shown


def _data_objects(challenge: Challenge) -> list[tuple[str, str, int]]:
    files = DataFile.objects.filter(dataset_version__challenge=challenge).order_by("dataset_version__number", "name")
    rows = files.values_list("dataset_version__number", "name", "sha256", "size")
    return [(data_member(number, name), sha256, size) for number, name, sha256, size in rows]


def _submission_objects(challenge: Challenge) -> list[tuple[str, str, int]]:
    files = SubmissionFile.objects.filter(submission__phase__challenge=challenge)
    rows = files.order_by("submission__created_at", "submission", "name")
    return [
        (submission_member(submission, name), sha256, size)
        for submission, name, sha256, size in rows.values_list("submission", "name", "sha256", "size")
    ]


def _texts(challenge: Challenge, contents: Contents) -> Iterator[tuple[str, bytes]]:
    yield README, README_TEXT.encode()
    yield PAGE, static_page(challenge, contents.board, contents.records).encode()
    yield BOARD, canonical(contents.board)
    yield CHALLENGE, canonical({name: plain(getattr(challenge, name)) for name in CHALLENGE_FIELDS})
    for table in TABLES:
        yield table.member, canonical(contents.records[table.name])
    for version in DatasetVersion.objects.filter(challenge=challenge).order_by("number"):
        # JSON is YAML, so the recorded specification is a valid challenge.yaml.
        yield data_member(version.number, SPECIFICATION_FILE), canonical(version.specification)


def _stored(sha256: str) -> Iterator[bytes]:
    with object_store().open(sha256) as stream:
        while piece := stream.read(CHUNK_BYTES):
            yield piece


def _results(challenge: Challenge, contents: Contents) -> Iterator[tuple[int, str]]:
    """One at a time: together they may be larger than memory. A recorded result never changes."""
    numbers = contents.numbers["evaluations"]
    rows = Evaluation.objects.filter(submission__phase__challenge=challenge).exclude(result="").order_by("pk")
    for pk in [pk for pk in rows.values_list("pk", flat=True) if pk in numbers]:
        yield numbers[pk], Evaluation.objects.values_list("result", flat=True).get(pk=pk)
