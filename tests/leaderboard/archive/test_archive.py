"""A challenge as one file: two exports give the same bytes, an import gives the same boards or nothing at all."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from challenges.models import Announcement, Challenge, DatasetVersion, Phase, Role, Round, Split, TitleKey
from challenges.naming.lookalikes import name_keys
from challenges.publishing.publishing import publish
from leaderboard.archive import reading
from leaderboard.archive.exporting import TooLarge, write_archive
from leaderboard.archive.importing import import_archive
from leaderboard.archive.layout import TABLES, ArchiveTable
from leaderboard.archive.reading import open_archive
from leaderboard.archive.records import Unreadable
from leaderboard.boards.canonical import canonical
from leaderboard.boards.content import board_content
from leaderboard.boards.document import read_boards
from leaderboard.boards.review import decide
from leaderboard.models import (
    BoardEntry,
    BoardVersion,
    Decision,
    Evaluation,
    Notice,
    Score,
    StatusChange,
    Submission,
    Team,
    User,
)
from leaderboard.teams import membership
from leaderboard.teams.membership import TeamError
from leaderboard.teams.teams import baselines_team
from tests import factories
from tests.bundles import write_bundle

BOARD_URL = "/api/v1/challenges/tiny/board.json"


@pytest.fixture
def full(phase: Phase, user: User) -> Phase:
    """A bit of everything: a baseline, ties, a decision, an older board version, an evaluation that is still queued."""
    phase.round = Round.objects.create(challenge=phase.challenge, version="v0.5")
    phase.save()
    rival = factories.user("rival")
    baseline = factories.submission(
        phase, baselines_team(), name="Random", baseline="random", client=Submission.Client.BASELINE
    )
    factories.evaluate(baseline, 0.1 + 0.2)
    for owner, name, score in ((user, "b<e>st", 0.9), (rival, "tied", 0.5), (user, "tied too", 0.5)):
        factories.evaluate(factories.submission(phase, owner, name=name), score)
    factories.submission(phase, rival, name="still waiting")
    current = BoardVersion.objects.get(phase=phase)
    old = board_content(phase, current)
    old["entries"][0]["name"] = "of old"
    BoardVersion.objects.filter(pk=current.pk).update(number=2)
    hidden = factories.other_version(phase.dataset_version, split=Split.FINAL, is_final_part=True)
    DatasetVersion.objects.filter(pk=phase.dataset_version_id).update(final_part=hidden)
    BoardVersion.objects.create(
        phase=phase, number=1, dataset_version=phase.dataset_version, state="superseded", content=old, note="A label."
    )
    Announcement.objects.create(challenge=phase.challenge, title="Welcome", body="*Hello.*")
    now = timezone.now()
    Phase.objects.filter(pk=phase.pk).update(ends_at=now, review_ends_at=now + timedelta(days=1))
    entry = Submission.objects.select_related("phase__challenge", "board_entry").get(name="tied too")
    judge = factories.user("judge")
    Role.objects.create(challenge=phase.challenge, user=judge, name="judge")
    decide(entry, "disqualification", text="It used the test rows.", by=judge)  # type: ignore[arg-type]
    return phase


@pytest.fixture
def archive(full: Phase, tmp_path: Path) -> Path:
    path = tmp_path / "tiny.zip"
    path.write_bytes(_written(full.challenge))
    return path


def _written(challenge: Challenge) -> bytes:
    file = io.BytesIO()
    write_archive(challenge, file)
    return file.getvalue()


def _forget_everything() -> None:
    """Delete everything, like on a site that never had the challenge."""
    for table in ("decision", "score", "statuschange", "boardentry"):
        _raw(f"DELETE FROM leaderboard_{table}")
    _raw("UPDATE leaderboard_submission SET evaluation_id = NULL")
    for table in ("evaluation", "boardversion", "submissionfile", "submission"):
        _raw(f"DELETE FROM leaderboard_{table}")
    Notice.objects.all().delete()
    Phase.objects.all().delete()
    Round.objects.all().delete()
    DatasetVersion.objects.all().delete()
    Challenge.objects.all().delete()
    Team.objects.all().delete()
    User.objects.all().delete()


def _raw(statement: str) -> None:
    if connection.vendor == "postgresql" and "decision" in statement:
        # PostgreSQL refuses to delete lines of the log, so truncate it, after checking deferred constraints.
        statement = "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE leaderboard_decision; SET CONSTRAINTS ALL DEFERRED"
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _changed(archive: Path, change: Callable[[dict[str, bytes]], None], *, honest: bool = True) -> Path:
    """A copy of the archive with changed members; with ``honest`` its manifest matches them."""
    with zipfile.ZipFile(archive) as source:
        members = {name: source.read(name) for name in source.namelist()}
    change(members)
    if honest and "manifest.json" in members:
        manifest = json.loads(members.pop("manifest.json"))
        manifest["members"] = {
            name: {"sha256": factories.sha256(content), "size": len(content)} for name, content in members.items()
        }
        members["manifest.json"] = canonical(manifest)
    target = archive.with_name("changed.zip")
    with zipfile.ZipFile(target, "w") as written:
        for name, content in members.items():
            written.writestr(name, content)
    return target


def _edited(members: dict[str, bytes], name: str, change: Callable[[Any], None]) -> None:
    content = json.loads(members[name])
    change(content)
    members[name] = canonical(content)


LEFT_OUT = {
    "teams": {"is_personal", "person"},
    "submissions": {"created_by"},
    "evaluations": {"job"},
    "history": {"actor", "job"},
    "board_versions": {"started_by", "renamings"},
    "decisions": {"by"},
    "announcements": {"created_by"},
}
"""Users, and how often names changed, are known only to the site; an evaluation has the fields of its job."""

ELSEWHERE = {"id", "challenge"}
IN_ANOTHER_FORM = {"submissions": {"evaluation"}, "evaluations": {"result"}}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_nothing_is_forgotten(table: ArchiveTable) -> None:
    """A new field of a model must be added to the archive or to ``LEFT_OUT``."""
    fields = {field.name for field in table.model._meta.concrete_fields}
    kept = set(table.fields) | set(table.links) | IN_ANOTHER_FORM.get(table.name, set())
    assert fields - kept - ELSEWHERE == LEFT_OUT.get(table.name, set())


def test_a_hidden_part_stays_one(archive: Path) -> None:
    _forget_everything()
    import_archive(archive)
    hidden = DatasetVersion.objects.get(is_final_part=True)
    assert DatasetVersion.objects.get(is_final_part=False).final_part == hidden
    assert hidden.split == Split.FINAL


def test_archives_that_name_no_split_are_still_read(archive: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        _edited(members, "tables/dataset_versions.json", lambda rows: [row.pop("split") for row in rows])

    changed = _changed(archive, change)
    _forget_everything()
    import_archive(changed)
    assert list(DatasetVersion.objects.order_by("number").values_list("split", flat=True)) == ["public", "final"]


def test_the_same_state_gives_the_same_bytes(full: Phase) -> None:
    assert _written(full.challenge) == _written(full.challenge)


def test_what_is_in_it(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        names = set(opened.namelist())
        everything = b"".join(opened.read(name) for name in names)
    assert {"index.html", "board.json", "bundles/v1/challenge.yaml", "bundles/v1/hidden/test.parquet"} <= names
    assert sum(name.startswith("submissions/") for name in names) == 10
    assert sum(name.startswith("results/") for name in names) == 4
    for secret in (b"@example.org", b"md5$", b"argon2"):
        assert secret not in everything


def test_a_fresh_site_answers_the_same_bytes(archive: Path, full: Phase) -> None:
    before = Client().get(BOARD_URL).content
    results = dict(Evaluation.objects.exclude(result="").values_list("submission", "result"))
    counts = [model.objects.count() for model in (Score, BoardEntry, Decision)]
    _forget_everything()
    call_command("importchallenge", str(archive))
    assert Client().get(BOARD_URL).content == before
    with zipfile.ZipFile(archive) as opened:
        assert opened.read("board.json") == before
    assert dict(Evaluation.objects.exclude(result="").values_list("submission", "result")) == results
    assert [model.objects.count() for model in (Score, BoardEntry, Decision)] == counts
    # The users who submitted are not imported: their names become teams without members.
    assert not User.objects.exists()
    for page in ("", "leaderboard/", "decisions/"):
        assert Client().get(f"/challenges/tiny/{page}").status_code == 200
    assert Client().get(f"/submissions/{Submission.objects.get(name='b<e>st').pk}/").status_code == 200
    waiting = Submission.objects.get(name="still waiting")
    assert waiting.evaluation is None
    assert not StatusChange.objects.exclude(actor="import").exists()


def test_importing_writes_the_archive_that_it_read(archive: Path) -> None:
    _forget_everything()
    challenge = import_archive(archive)
    again = archive.with_name("again.zip")
    again.write_bytes(_written(challenge))
    with zipfile.ZipFile(archive) as one, zipfile.ZipFile(again) as other:
        changed = [name for name in one.namelist() if one.read(name) != other.read(name)]
        assert other.namelist() == one.namelist()
    # The baselines' team is not imported: each site creates its own when it first needs it.
    assert changed == ["tables/teams.json", "manifest.json"]


def test_a_second_import_is_refused(archive: Path) -> None:
    before = canonical(read_boards(Challenge.objects.get()))
    with pytest.raises(CommandError, match="this site has a challenge 'tiny' already"):
        call_command("importchallenge", str(archive))
    assert canonical(read_boards(Challenge.objects.get())) == before


def test_the_owner_is_named(archive: Path) -> None:
    _forget_everything()
    owner = factories.user("newcomer")
    call_command("importchallenge", str(archive), "--owner", "newcomer")
    assert Role.objects.get().user == owner
    with pytest.raises(CommandError, match="no active account"):
        call_command("importchallenge", str(archive), "--owner", "nobody")


def test_export_from_the_command_line(full: Phase, tmp_path: Path) -> None:
    path = tmp_path / "out.zip"
    call_command("exportchallenge", "tiny", str(path))
    assert path.read_bytes() == _written(full.challenge)
    assert path.stat().st_mode & 0o077 == 0
    assert [item.name for item in tmp_path.iterdir()] == ["out.zip"]
    with pytest.raises(CommandError, match="no challenge"):
        call_command("exportchallenge", "none", str(path))


def test_too_much_for_a_request(full: Phase) -> None:
    with pytest.raises(TooLarge, match="exportchallenge tiny"):
        write_archive(full.challenge, io.BytesIO(), max_bytes=10)


def _score(members: dict[str, bytes]) -> None:
    _edited(members, "tables/board_entries.json", lambda rows: rows[0].update(score=0.99))


def _missing(members: dict[str, bytes]) -> None:
    del members["tables/scores.json"]


def _link(members: dict[str, bytes]) -> None:
    _edited(members, "tables/submissions.json", lambda rows: rows[0].update(team=99))


def _status(members: dict[str, bytes]) -> None:
    _edited(members, "tables/evaluations.json", lambda rows: rows[0].update(status="queued"))


def _choice(members: dict[str, bytes]) -> None:
    _edited(members, "tables/submissions.json", lambda rows: rows[0].update(standing="winner"))


def _number(members: dict[str, bytes]) -> None:
    _edited(members, "tables/phases.json", lambda rows: rows[0].update(daily_limit="many"))


def _twice(members: dict[str, bytes]) -> None:
    _edited(members, "tables/dataset_versions.json", lambda rows: rows.append(rows[0]))


def _result(members: dict[str, bytes]) -> None:
    members["results/1.json"] = b"{}"


def _file(members: dict[str, bytes]) -> None:
    members["bundles/v1/public/pool.parquet"] = b"other rows"


def _specification(members: dict[str, bytes]) -> None:
    _edited(members, "tables/dataset_versions.json", lambda rows: rows[0].update(specification={"kind": "magic"}))


def _infinite(members: dict[str, bytes]) -> None:
    members["tables/scores.json"] = members["tables/scores.json"].replace(b'"value": 0.5', b'"value": Infinity')


def _huge(members: dict[str, bytes]) -> None:
    members["tables/scores.json"] = members["tables/scores.json"].replace(b'"value": 0.5', b'"value": 1e999')


def _path(members: dict[str, bytes]) -> None:
    members["../outside"] = b"x"


def _version(members: dict[str, bytes]) -> None:
    _edited(members, "manifest.json", lambda manifest: manifest.update(version=4))


def _kept(members: dict[str, bytes]) -> None:
    _edited(members, "tables/board_versions.json", lambda rows: _superseded(rows)["content"].update(format=4))


def _kept_row(members: dict[str, bytes]) -> None:
    _edited(members, "tables/board_versions.json", lambda rows: _superseded(rows)["content"]["entries"][0].pop("rank"))


def _superseded(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return next(row for row in rows if row["state"] == "superseded")


def _board(members: dict[str, bytes]) -> None:
    _edited(members, "board.json", lambda board: board.update(format=4))


def _nested(members: dict[str, bytes]) -> None:
    members["tables/scores.json"] = b"[" * 100_000


HOSTILE = {
    _score: "not those of its board.json",
    _missing: "'tables/scores.json' is missing",
    _link: "points to nothing in teams",
    _status: "still under way",
    _choice: "field 'standing' has the wrong value",
    _number: "field 'daily_limit' has the wrong value",
    _twice: "contradict",
    _result: "not the one whose SHA-256 was recorded",
    _file: "not the file that its row names",
    _specification: "specification is not valid",
    _infinite: "is not JSON",
    _huge: "is not a finite number",
    _path: "holds the path",
    _version: "format version '4', not 1, 2 or 3",
    _kept: "not in a format that this site reads",
    _kept_row: "not in a format that this site reads",
    _board: "board.json is not in a format that this site reads",
    _nested: "is not JSON",
}


@pytest.mark.parametrize("change", HOSTILE, ids=lambda change: change.__name__.strip("_"))
def test_an_archive_that_is_at_fault_leaves_nothing(archive: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    changed = _changed(archive, change)
    _forget_everything()
    with pytest.raises(Unreadable, match=HOSTILE[change]):
        import_archive(changed)
    for model in (Challenge, Team, Submission, Evaluation, DatasetVersion, BoardVersion):
        assert not model.objects.exists(), model


def test_what_was_changed_on_the_way_is_found(archive: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        members["tables/teams.json"] = members["tables/teams.json"].replace(b"ada", b"eve")

    changed = _changed(archive, change, honest=False)
    _forget_everything()
    with pytest.raises(Unreadable, match="changed or damaged"):
        import_archive(changed)


@pytest.mark.parametrize(
    ("bound", "most", "says"),
    [
        ("MAX_MEMBERS", 10, "has more than 10 files"),
        ("MAX_TEXT_BYTES", 100, "is too large"),
        ("MAX_TOTAL_BYTES", 100, "holds more than"),
    ],
)
def test_an_archive_is_bounded(
    archive: Path, monkeypatch: pytest.MonkeyPatch, bound: str, most: int, says: str
) -> None:
    _forget_everything()
    monkeypatch.setattr(reading, bound, most)
    with pytest.raises(Unreadable, match=says):
        import_archive(archive)
    assert not Challenge.objects.exists()


def test_a_member_that_is_larger_than_it_says_is_not_read_to_its_end(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(members: dict[str, bytes]) -> None:
        members["tables/scores.json"] += b" " * 10_000_000

    sizes: list[int] = []
    read = zipfile.ZipExtFile.read

    def counted(stream: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        piece = read(stream, n)
        sizes.append(len(piece))
        return piece

    with open_archive(_changed(archive, change, honest=False)) as opened:
        monkeypatch.setattr(zipfile.ZipExtFile, "read", counted)
        with pytest.raises(Unreadable, match="changed or damaged"):
            opened.content("tables/scores.json")
    assert sum(sizes) < 5_000_000


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_archive(tmp_path: Path, db: None, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(Unreadable):
        import_archive(path)


FORMAT_1 = Path(__file__).parent / "archives" / "format-1.zip"
"""Written before format 2: two teams with several entries each, both divisions, a withdrawn entry, two versions."""

BEST_AND_ALL = {"old_best": "old_rank", "new_best": "new_rank", "old_rank": "old_rank_all", "new_rank": "new_rank_all"}


@pytest.fixture
def of_format_1(db: None) -> dict[str, Any]:
    """The boards in the archive of format 1; the archive is imported on this site."""
    call_command("importchallenge", str(FORMAT_1))
    with zipfile.ZipFile(FORMAT_1) as opened:
        boards: dict[str, Any] = json.loads(opened.read("board.json"))
    assert boards["format"] == 1
    return boards


def _at(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["submitted"])


def test_the_present_board_of_an_archive_of_format_1(of_format_1: dict[str, Any]) -> None:
    answer = Client().get(BOARD_URL).json()
    phase, before = answer["phases"][0], of_format_1["phases"][0]
    data = DatasetVersion.objects.get(digest=before["dataset"])
    assert (answer["format"], phase["dataset"], phase["ends"]) == (3, data.public_digest, before["ends"])
    assert [(row["name"], row["rank"], row["rank_all"]) for row in phase["entries"]] == [
        ("ben one", 1, 1),
        ("ada two", 2, 2),
        ("ben two", None, 3),
        ("ada one", None, 4),
        ("Random", 3, 5),
        ("ada open", 1, 1),
    ]
    for row, old in zip(phase["entries"], before["entries"], strict=True):
        assert (row["rank_all"], row["rank"]) == (old["rank"], old["rank_best"])
        others = old.keys() - {"rank", "rank_best"}
        assert row.keys() == others | {"rank", "rank_all"}
        assert [row[name] for name in others] == [old[name] for name in others]


def test_the_kept_board_of_an_archive_of_format_1(of_format_1: dict[str, Any]) -> None:
    kept = Client().get(BOARD_URL).json()["phases"][0]["versions"][0]["content"]
    old = of_format_1["phases"][0]["versions"][0]["content"]
    assert (kept["format"], old["format"]) == (3, 1)
    for name in ("entries", "withdrawn"):
        for row, before in zip(kept[name], old[name], strict=True):
            assert row | {"submitted": _at(row)} == before | {"submitted": _at(before)}
    assert [kept["entries"][number]["submitted"] for number in (0, 1)] == [
        "2026-03-01T12:01:00.123456Z",
        "2026-03-01T12:02:00.000000Z",
    ]
    # The saved board is never rewritten, only upgraded when it is read.
    assert BoardVersion.objects.get(number=1).content == old
    shown = Client().get("/api/v1/challenges/tiny/leaderboard/versions/1/").json()
    assert {name: shown[name] for name in kept} == kept
    page = Client().get("/challenges/tiny/leaderboard/versions/1/")
    assert [entry["rank"] for entry in page.context["entries"]] == [1, 2, 3]


def test_the_changes_of_an_archive_of_format_1(of_format_1: dict[str, Any]) -> None:
    changes = Client().get(BOARD_URL).json()["phases"][0]["versions"][1]["changes"]
    old = of_format_1["phases"][0]["versions"][1]["changes"]
    assert changes == [{BEST_AND_ALL.get(name, name): value for name, value in row.items()} for row in old]
    assert BoardVersion.objects.get(number=2).changes == old
    versions = "/api/v1/challenges/tiny/leaderboard/versions/2/"
    assert Client().get(versions).json()["changes"] == changes
    table = list(csv.DictReader(io.StringIO(Client().get(f"{versions}changes.csv").content.decode())))
    names = ("old_rank", "new_rank", "old_rank_all", "new_rank_all")
    assert [table[1][name] for name in names] == ["", "2", "2", "2"]
    page = Client().get("/challenges/tiny/leaderboard/versions/2/changes/")
    lines = [(line.change["name"], line.old, line.new) for line in page.context["movements"]]
    assert lines == [
        ("ben one", 3, 1),
        ("ada two", 2, 2),
        ("ben two", 3, 3),
        ("ada one", 1, 4),
        ("Random", 5, 5),
        ("refused later", 6, None),
    ]


def test_an_archive_of_format_1_leaves_in_the_present_one(of_format_1: dict[str, Any], tmp_path: Path) -> None:
    before = Client().get(BOARD_URL).content
    again = tmp_path / "again.zip"
    again.write_bytes(_written(Challenge.objects.get()))
    with zipfile.ZipFile(again) as opened:
        assert json.loads(opened.read("manifest.json"))["version"] == 3
        assert opened.read("board.json") == before
        rank_cells = re.findall(rb'"num rank">(\w+)<', opened.read("index.html"))
    with zipfile.ZipFile(FORMAT_1) as opened:
        assert re.findall(rb'"num rank">(\w+)<', opened.read("index.html")) == rank_cells
    _forget_everything()
    import_archive(again)
    assert Client().get(BOARD_URL).content == before


@pytest.mark.parametrize("name", ["rank", "rank_best", "score", "submitted"])
def test_other_boards_in_an_archive_of_format_1_are_refused(db: None, tmp_path: Path, name: str) -> None:
    def change(members: dict[str, bytes]) -> None:
        _edited(members, "board.json", lambda board: board["phases"][0]["entries"][1].update({name: 9}))

    (tmp_path / FORMAT_1.name).write_bytes(FORMAT_1.read_bytes())
    with pytest.raises(Unreadable, match=r"not those of its board\.json"):
        import_archive(_changed(tmp_path / FORMAT_1.name, change))
    assert not Challenge.objects.exists()


def test_boards_of_format_1_that_are_not_canonical_are_refused(db: None, tmp_path: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        members["board.json"] += b"\n"

    (tmp_path / FORMAT_1.name).write_bytes(FORMAT_1.read_bytes())
    with pytest.raises(Unreadable, match=r"not those of its board\.json"):
        import_archive(_changed(tmp_path / FORMAT_1.name, change))


def test_names_and_titles_that_come_with_an_archive_are_taken(archive: Path) -> None:
    _forget_everything()
    import_archive(archive)
    with pytest.raises(TeamError, match="taken"):
        membership.create(factories.user("mallory"), "Riva1")
    assert name_keys("T\u0131ny") & set(TitleKey.objects.values_list("key", flat=True))


def test_an_archive_brings_no_second_challenge_of_one_title(archive: Path, load: Callable[..., Phase]) -> None:
    _forget_everything()
    other = load(write_bundle(archive.parent / "other", slug="other", title="TINY")).challenge
    publish(other, by=None, without_dry_run=True) if other.status == "draft" else None
    with pytest.raises(Unreadable, match="looks like it"):
        import_archive(archive)
    assert not Challenge.objects.filter(slug="tiny").exists()


def test_who_owns_it_may_start_challenges(archive: Path, settings: Any) -> None:
    """No door to a challenge of one's own is without the approval, where the operator wants it."""
    _forget_everything()
    settings.ORGANIZERS_ARE_APPROVED = True
    factories.user("mallory")
    with pytest.raises(CommandError, match="staff approve organizers"):
        call_command("importchallenge", str(archive), owner="mallory")
    assert not Challenge.objects.exists()
    call_command("importchallenge", str(archive))
