"""Creating a challenge from an archive: all of it in one transaction, or nothing.

The files are put into the object store first; if the transaction fails, the sweep removes them. No accounts are
imported: teams arrive with their names and without members. The user who imports becomes the owner on request.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import Error, transaction
from pydantic import ValidationError as WrongSpecification

from challenges.members.organizers import refuse_unapproved
from challenges.models import Challenge, Role, Split
from challenges.models.role import RoleName
from challenges.naming.titles import TitleTaken, claim_title
from evaluators.datasets import new_key
from evaluators.problems import BundleError
from evaluators.specification import parse_specification
from leaderboard.archive.layout import (
    BOARD,
    CHALLENGE,
    CHALLENGE_FIELDS,
    OF_CHALLENGE,
    TABLES,
    ArchiveTable,
    data_member,
    result_member,
    submission_member,
)
from leaderboard.archive.reading import OpenArchive, open_archive
from leaderboard.archive.records import Unreadable, linked, values_of
from leaderboard.boards.canonical import canonical
from leaderboard.boards.document import read_boards
from leaderboard.boards.evaluating import EVALUATION_JOB, subject_of
from leaderboard.boards.format import upgraded, upgraded_changes, upgraded_content
from leaderboard.models import Evaluation, Job, Lane, Submission, Team, User
from leaderboard.models.statuses import Status
from leaderboard.storage import object_store
from leaderboard.teams.taking import NameTaken, take_name
from leaderboard.teams.teams import BASELINES_SLUG, baselines_team

ACTOR = "import"
BATCH = 500
NOT_IN_FORMAT = (LookupError, TypeError, ValueError, AttributeError)
"""What reading boards raises if the data does not match its format."""

Records = Mapping[str, Sequence[dict[str, Any]]]

logger = logging.getLogger(__name__)


def import_archive(path: Path, *, owner: User | None = None) -> Challenge:
    """Create the challenge with everything that belongs to it.

    Raises:
        Unreadable: the archive is damaged or contradicts itself, or this site already has the challenge or one whose
            title looks like its title.
        BundleError: ``owner`` may not start challenges.
    """
    if owner is not None:
        refuse_unapproved(owner)
    with open_archive(path) as archive:
        records = {table.name: _rows(archive, table) for table in TABLES}
        _add_splits(records)
        _add_later_fields(records)
        values = values_of(archive.json(CHALLENGE), Challenge, CHALLENGE_FIELDS, CHALLENGE)
        _not_here_yet(str(values["slug"]), records)
        _store_files(archive, records)
        try:
            with transaction.atomic():
                challenge = Challenge.objects.create(**values)
                claim_title(challenge)
                _make(challenge, archive, records)
                if owner is not None:
                    Role.objects.create(challenge=challenge, user=owner, name=RoleName.OWNER)
                _compare_boards(challenge, archive)
        except TitleTaken as error:
            raise Unreadable(error.problem.message) from error
        except Error as error:
            # A database constraint failed, so the rows contradict each other.
            raise Unreadable("its rows contradict each other or those of this site") from error
    logger.info("challenge imported slug=%s submissions=%s", challenge.slug, len(records["submissions"]))
    return challenge


def _rows(archive: OpenArchive, table: ArchiveTable) -> list[dict[str, Any]]:
    rows = archive.json(table.member)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable(f"{table.member} is not a list of rows")
    return rows


def _add_splits(records: Records) -> None:
    """Add the split of each data version, which older archives do not contain.

    A version is final if it is or was the hidden part of another version, or if a phase waited for it as its final
    data. A phase that names the same version as its current and its final data tells nothing.
    """
    versions = records["dataset_versions"]
    final = {row.get("final_part") for row in versions}
    final |= {
        row.get("final_dataset_version")
        for row in records["phases"]
        if row.get("final_dataset_version") != row.get("dataset_version")
    }
    for number, row in enumerate(versions, start=1):
        is_final = number in final or row.get("is_final_part") is True
        row.setdefault("split", Split.FINAL if is_final else Split.PUBLIC)


def _add_later_fields(records: Records) -> None:
    """Add what archives before version 3 do not contain: the key of each data version's public digest, and removals."""
    for row in records["dataset_versions"]:
        row.setdefault("key", new_key())
    for row in records["decisions"]:
        row.setdefault("redacted_at", None)


def _not_here_yet(slug: str, records: Records) -> None:
    if Challenge.objects.filter(slug=slug).exists():
        raise Unreadable(f"this site has a challenge '{slug}' already; nothing was changed")
    for row in records["submissions"]:
        values = values_of(row, Submission, ("id",), "tables/submissions.json")
        if Submission.objects.filter(pk=values["id"]).exists():
            raise Unreadable(f"this site has the submission {values['id']} already; nothing was changed")


def _store_files(archive: OpenArchive, records: Records) -> None:
    """Store every file that a row names; its SHA-256 and size must match the row."""
    for row in records["data_files"]:
        version = _of(records, "dataset_versions", row.get("dataset_version")).get("number")
        _store(archive, data_member(version if isinstance(version, int) else 0, str(row.get("name"))), row)
    for row in records["submission_files"]:
        submission = _of(records, "submissions", row.get("submission")).get("id")
        _store(archive, submission_member(submission, str(row.get("name"))), row)


def _of(records: Records, table: str, number: object) -> dict[str, Any]:
    rows = records[table]
    if not isinstance(number, int) or not 1 <= number <= len(rows):
        raise Unreadable(f"a file belongs to nothing in {table}")
    return rows[number - 1]


def _store(archive: OpenArchive, name: str, row: Mapping[str, Any]) -> None:
    with archive.file(name) as file:
        stored = object_store().put(file)
    if (stored.sha256, stored.size) != (row.get("sha256"), row.get("size")):
        raise Unreadable(f"{name} is not the file that its row names")


def _make(challenge: Challenge, archive: OpenArchive, records: Records) -> None:
    made: dict[str, list[Any]] = {}
    for table in TABLES:
        rows = records[table.name]
        if table.name == "teams":
            made["teams"] = [_team(row) for row in rows]
            continue
        objects = [_object(challenge, archive, table, number, row, made) for number, row in enumerate(rows, start=1)]
        if table.job_fields:
            Job.objects.bulk_create([item.job for item in objects], batch_size=BATCH)
        made[table.name] = table.model._base_manager.bulk_create(objects, batch_size=BATCH)
        _link_within(table, rows, made)
    _point_to_current(records, made)


def _link_within(table: ArchiveTable, rows: Sequence[dict[str, Any]], made: Mapping[str, Sequence[Any]]) -> None:
    """Set links to rows of the same table, which may come later in that table."""
    names = [name for name, target in table.links.items() if target == table.name]
    if not names:
        return
    for number, (row, item) in enumerate(zip(rows, made[table.name], strict=True), start=1):
        where = f"{table.member}, row {number}"
        for name, target in linked(row, table, made, where, within=True).items():
            setattr(item, name, target)
    table.model._base_manager.bulk_update(made[table.name], names, batch_size=BATCH)


def _team(row: Mapping[str, Any]) -> Team:
    values = values_of(row, Team, ("name", "slug", "created_at"), "tables/teams.json")
    if values["slug"] == BASELINES_SLUG:
        return baselines_team()
    # Another team here may have this slug. The imported one stays a separate team, without members.
    if Team.objects.filter(slug=values["slug"]).exists():
        values["slug"] = f"{values['slug'][:140]}-{secrets.token_hex(4)}"
    made = Team.objects.create(**values)
    # Boards must stay the same to the byte, so the name stays, too, if somebody here has it or one that looks like it.
    with suppress(NameTaken):
        take_name(made.name, made)
    return made


def _object(
    challenge: Challenge,
    archive: OpenArchive,
    table: ArchiveTable,
    number: int,
    row: dict[str, Any],
    made: Mapping[str, Sequence[Any]],
) -> Any:
    where = f"{table.member}, row {number}"
    values = values_of(row, table.model, table.fields, where) | linked(row, table, made, where)
    if table.name in OF_CHALLENGE:
        values["challenge"] = challenge
    if table.name == "dataset_versions":
        _valid_specification(values["specification"], where)
    elif table.name == "board_versions":
        _readable_board(values, where)
    elif table.name == "history":
        values |= {"actor": ACTOR, "job": values.pop("evaluation").job}
    elif table.name == "evaluations":
        values["job"] = _job(challenge, table, row, values["submission"], where)
        values["result"] = _result(archive, number, values, where)
    return table.model(**values)


def _job(challenge: Challenge, table: ArchiveTable, row: dict[str, Any], submission: Submission, where: str) -> Job:
    """The finished job of an evaluation; the archive has its fields with those of the evaluation."""
    return Job(
        kind=EVALUATION_JOB,
        lane=Lane.BACKGROUND if row.get("background") is True else Lane.SCORING,
        subject=subject_of(submission),
        challenge=challenge,
        team=submission.team,
        **values_of(row, Job, [name for name in table.job_fields if name != "background"], where),
    )


def _readable_board(values: Mapping[str, Any], where: str) -> None:
    """Check that a saved board can be read in the current format; it is stored unchanged."""
    try:
        if values["content"] is not None:
            upgraded_content(values["content"])
        if values["changes"] is not None:
            upgraded_changes(values["changes"])
    except NOT_IN_FORMAT as error:
        raise Unreadable(f"{where}: the board that was kept is not in a format that this site reads") from error


def _compare_boards(challenge: Challenge, archive: OpenArchive) -> None:
    """Compare ``board.json`` with the boards that the imported rows give; they must be equal byte by byte.

    Boards in an older format are upgraded to the current one before the comparison.

    Raises:
        Unreadable: they differ.
    """
    made, written = read_boards(challenge), archive.content(BOARD)
    if canonical(made) == written:
        return
    document = archive.json(BOARD)
    try:
        digests = {version.digest: version.public_digest for version in challenge.dataset_versions.all()}
        same = canonical(document) == written and canonical(upgraded(document, digests)) == canonical(made)
    except NOT_IN_FORMAT as error:
        raise Unreadable(f"{BOARD} is not in a format that this site reads") from error
    if not same:
        raise Unreadable(f"its boards are not those of its {BOARD}")


def _valid_specification(content: Any, where: str) -> None:
    try:
        parse_specification(content)
    except (BundleError, WrongSpecification, ValidationError, ValueError, TypeError) as error:
        raise Unreadable(f"{where}: the specification is not valid") from error


def _result(archive: OpenArchive, number: int, values: Mapping[str, Any], where: str) -> str:
    """The exact bytes that the evaluator printed; they must match the recorded SHA-256."""
    if values["job"].is_active:
        raise Unreadable(f"{where} is still under way")
    if values["job"].status != Status.SUCCEEDED:
        return ""
    content = archive.content(result_member(number))
    if values["result_sha256"] and hashlib.sha256(content).hexdigest() != values["result_sha256"]:
        raise Unreadable(f"{where}: the result is not the one whose SHA-256 was recorded")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"{where}: the result is not text") from error


def _point_to_current(records: Records, made: Mapping[str, Sequence[Any]]) -> None:
    changed: list[Submission] = []
    evaluations: Sequence[Evaluation] = made["evaluations"]
    for row, evaluation in zip(records["evaluations"], evaluations, strict=True):
        if row.get("current") is True:
            submission = evaluation.submission
            submission.evaluation = evaluation
            changed.append(submission)
    Submission.objects.bulk_update(changed, ["evaluation"], batch_size=BATCH)
