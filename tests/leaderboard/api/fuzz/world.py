"""What the random requests find: challenges of every kind and state, with entries, versions, decisions and jobs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from challenges.models import Challenge, DatasetVersion, Phase, Role
from challenges.publishing.publishing import archive
from evaluators.kinds import kind_of
from evaluators.problems import Problem
from evaluators.scoring import Rejected
from leaderboard.api.scopes import Scope
from leaderboard.boards.review import decide
from leaderboard.boards.versions import start_version
from leaderboard.management.demo import make_baselines
from leaderboard.models import ApiToken, Division, Job, Submission, Team, User
from leaderboard.models.board import BoardCause
from leaderboard.models.decision import DecisionKind
from leaderboard.organizing.bundles import send_bundle
from leaderboard.storage.datasets import dataset_directory
from leaderboard.teams import membership
from tests import factories
from tests.boards import advance, finish_all
from tests.bundles import good_files, write_bundle
from tests.finals import add_final
from tests.hostile.build_bundles import SPECIFICATION, good
from tests.kinds import write_acquisition, write_cleaning

KINDS = ("visitor", "participant", "owner", "staff")
"""Kinds of users: without an account; with a team and entries; of the challenges; who sees all challenges."""

Files = Mapping[str, bytes]


@dataclass
class World:
    """Real values for what a request contains. Of each list, the first value is one that works for everybody."""

    tokens: dict[str, list[str]] = field(default_factory=dict)
    """Kind of user → with every scope, with reading only."""
    slugs: list[str] = field(default_factory=list)
    entries: dict[str, Files] = field(default_factory=dict)
    """Slug → the files of a good submission."""
    bundles: list[bytes] = field(default_factory=list)
    submissions: list[str] = field(default_factory=list)
    jobs: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)


def make(load: Callable[..., Phase], folder: Path) -> World:
    """Make it with the doors that people use. Scores are invented: no sandbox runs for them."""
    people = {kind: factories.user(kind, is_staff=kind == "staff") for kind in (*KINDS[1:], "rival")}
    team = membership.create(people["participant"], "The two")
    rounds = load(_with_final(folder / "rounds"), name="Round 1", open_division=True, **_days(-2, 1, review=2))
    _give(rounds.challenge, people["owner"], "owner")
    _fill(rounds, team, people)
    others = [
        load(write_cleaning(folder / "cleaning", slug="cleaning", title="Cleaning")),
        load(write_acquisition(folder / "market", slug="market", title="Market")),
        load(write_bundle(folder / "labels", slug="labels", title="Labels", labels="submitted")),
        load(write_bundle(folder / "old", slug="old", title="Old")),
        load(write_bundle(folder / "closed", slug="closed", title="Closed")),
        load(write_bundle(folder / "private", slug="private", title="Private")),
        load(write_bundle(folder / "draft", slug="draft", title="Draft")),
    ]
    world = World(entries={rounds.challenge.slug: good_files()})
    for phase in others:
        files = world.entries[phase.challenge.slug] = _good_files(phase)
        factories.evaluate(factories.submission(phase, people["participant"], files=dict(files)), 0.5)
    _close(Phase.objects.get(challenge__slug="closed"), people)
    archive(Challenge.objects.get(slug="old"), by=people["staff"])
    Challenge.objects.filter(slug="private").update(visibility="private")
    Challenge.objects.filter(slug="draft").update(status="draft")
    for slug in ("private", "draft", "cleaning"):
        _give(Challenge.objects.get(slug=slug), people["owner"], "owner")
    world.bundles = [_zip(files) for files in (_renamed("second"), _renamed("third", phases=""), {"a": b"b"})]
    _send(world.bundles[1:], folder, people["owner"])
    return _with_values(world, people)


def _with_values(world: World, people: Mapping[str, User]) -> World:
    for kind in KINDS[1:]:
        issue = ApiToken.objects.issue
        world.tokens[kind] = [issue(people[kind])[1], issue(people[kind], scopes=[Scope.READ])[1]]
    slugs = Challenge.objects.exclude(slug="rounds").values_list("slug", flat=True)
    world.slugs = ["rounds", *sorted(slugs)]
    on_board = Submission.objects.filter(board_entry__isnull=False).order_by("created_at")
    off_board = Submission.objects.filter(board_entry__isnull=True).order_by("created_at")
    world.submissions = [
        str(pk) for pk in (*on_board.values_list("pk", flat=True), *off_board.values_list("pk", flat=True))
    ]
    world.jobs = list(Job.objects.order_by("pk").values_list("pk", flat=True))
    files = DatasetVersion.objects.filter(challenge__slug="rounds").values_list("files__name", flat=True)
    world.names = ["public/pool.parquet", "pool.parquet", *sorted(set(files) - {"public/pool.parquet"})]
    world.phases = ["Round 1"]
    world.teams = sorted(Team.objects.values_list("slug", flat=True))
    return world


def _with_final(folder: Path) -> Path:
    return add_final(write_bundle(folder, slug="rounds", title="Rounds"))


def _days(starts: float, ends: float, *, review: float) -> dict[str, object]:
    now = timezone.now()
    moments = {"starts_at": starts, "ends_at": ends, "review_ends_at": review}
    return {name: now + timedelta(days=days) for name, days in moments.items()}


def _give(challenge: Challenge, user: User, name: str) -> None:
    Role.objects.create(challenge=challenge, user=user, name=name)


def _fill(phase: Phase, team: Team, people: Mapping[str, User]) -> None:
    """Entries of every state in both divisions, one withdrawn, one refused; and a second version of the board."""
    author, rival = people["participant"], people["rival"]
    entries = {
        name: factories.submission(phase, owner, name=name, created_by=by, **more)
        for name, owner, by, more in (
            ("=first", team, author, {}),
            ("second", team, author, {}),
            ("rival's", rival, rival, {}),
            ("open", rival, rival, {"division": Division.OPEN}),
            ("withdrawn", team, author, {}),
            ("refused", team, author, {}),
        )
    }
    scores = {"=first": 0.75, "second": 0.5, "rival's": 0.625, "open": 0.25, "withdrawn": 0.125}
    for name, score in scores.items():
        factories.evaluate(entries[name], score)
    problem = Problem("has no rows.", "Add some.", file="apple.csv", line=3, field="id")
    factories.evaluate(entries["refused"], Rejected([problem]))
    decide(_fresh(entries["withdrawn"]), DecisionKind.WITHDRAWAL, text="A mistake.", by=author)
    corrected = factories.other_version(phase.dataset_version, digest="e" * 64)
    version = start_version(phase, corrected, BoardCause.DATA, "Row 7 was bread.", by=people["owner"])
    advance(timezone.now())
    finish_all(version, {name: 1 - score for name, score in scores.items()} | {"refused": 0.375})
    advance(timezone.now())
    factories.submission(Phase.objects.get(pk=phase.pk), team, name="waiting", created_by=author)


def _close(phase: Phase, people: Mapping[str, User]) -> None:
    """Its entries are under review."""
    Phase.objects.filter(pk=phase.pk).update(**_days(-2, -1, review=1))
    entry = _fresh(Submission.objects.get(phase=phase))
    _give(phase.challenge, people["rival"], "judge")
    decide(entry, DecisionKind.QUESTION, text="Which rows?", by=people["rival"])
    decide(_fresh(entry), DecisionKind.DISQUALIFICATION, text="No answer.", by=people["rival"])


def _fresh(submission: Submission) -> Submission:
    return Submission.objects.select_related("phase__challenge", "board_entry").get(pk=submission.pk)


def _good_files(phase: Phase) -> Files:
    specification = phase.dataset_version.spec
    if specification.kind == "selection":
        return good_files(labels=specification.labels)
    name = {"cleaning": "random", "acquisition": "uniform"}[specification.kind]
    baseline = kind_of(specification).baselines[name]
    uploads = make_baselines([baseline], dataset_directory(phase.dataset_version))[name]
    return {file.name: file.content for file in uploads}


def _renamed(slug: str, *, phases: str = SPECIFICATION[SPECIFICATION.index("phases:") :]) -> Files:
    text = SPECIFICATION[: SPECIFICATION.index("phases:")] + phases
    text = text.replace("slug: kitchen", f"slug: {slug}").replace("title: Kitchen", f"title: {slug}")
    return good() | {"challenge.yaml": text.encode()}


def _zip(files: Files) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archived:
        for name, data in files.items():
            archived.writestr(name, data)
    return content.getvalue()


def _send(bundles: list[bytes], folder: Path, user: User) -> None:
    for bundle in bundles:
        path = folder / "sent.zip"
        path.write_bytes(bundle)
        factories.run_job(send_bundle(path, user).pk)
