"""A baseline that is added at run time, and what becomes of it everywhere in the product.

This process gets it into its kind at the beginning of a test, as nothing reads the baselines at import. The sandbox and
the command line run a copy of the product in which its module was placed and its lines written.
"""

from __future__ import annotations

import json
import shutil
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from challenges.models import Challenge, Phase
from challenges.publishing.readiness import report_of
from evaluators.kinds import kind_named
from evaluators.sandbox import view
from leaderboard.boards.board import rewrite_board
from leaderboard.models import Evaluation, Submission
from leaderboard.organizing import dryrun
from tests import factories
from tests.toys.last_rows import BASELINE
from tests.toys.tree import TOYS, compiled, copied, differences, insert, run

SELECTION = kind_named("selection").baselines


def place_baseline(tree: Path) -> None:
    """One module, and its lines in the declaration of its kind."""
    kind = tree / "evaluators/kinds/selection"
    shutil.copy(TOYS / "last_rows.py", kind / "baselines")
    insert(kind / "kind.py", "last_rows,", after="k_medoids,")
    insert(kind / "kind.py", "last_rows.BASELINE,", after="random.BASELINE,")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The copy with the baseline, which this test's sandboxes run; this process has it among the others."""
    made = copied(tmp_path / "tree")
    place_baseline(made)
    monkeypatch.setattr(view, "EVALUATORS", compiled(made))
    monkeypatch.setitem(SELECTION, BASELINE.name, BASELINE)
    return made


def test_it_takes_one_module_and_its_lines_in_the_kind(tmp_path: Path) -> None:
    tree = copied(tmp_path / "tree")
    place_baseline(tree)
    assert differences(tree) == {
        "evaluators/kinds/selection/baselines/last_rows.py": "added",
        "evaluators/kinds/selection/kind.py": "changed",
    }


@pytest.mark.slow
def test_from_a_dry_run_to_the_board(tree: Path, phase: Phase, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    Challenge.objects.update(status="draft")
    # Two are enough: the one that all others are measured against, and the new one.
    every = dryrun.baselines_for
    two = {"random", BASELINE.name}
    monkeypatch.setattr(dryrun, "baselines_for", lambda spec: [info for info in every(spec) if info.name in two])
    started = dryrun.start(Phase.objects.select_related("challenge", "dataset_version").get(), by=None)
    while factories.run_queue():
        dryrun.drive()
    started.refresh_from_db()
    assert (started.state, started.problem) == ("done", "")
    report = report_of(started)
    assert report is not None
    assert [(item.name, item.title, item.uninformed) for item in report.baselines] == [
        ("random", "Random", True),
        ("last-rows", "The last rows", False),
    ]
    entry = Submission.objects.get(baseline=BASELINE.name)
    assert report.baselines[1].value == Evaluation.objects.get(submission=entry).score

    Challenge.objects.update(status="published")
    rewrite_board(phase.pk)
    page = unescape(client.get("/challenges/tiny/").content.decode())
    assert f"<strong>The last rows</strong>: {BASELINE.meaning}" in page
    assert "The last rows" in client.get("/challenges/tiny/leaderboard/").content.decode()
    entries = client.get("/api/v1/challenges/tiny/leaderboard/?all=1").json()["entries"]
    assert {item["name"] for item in entries if item["baseline"]} == {"Random", "The last rows"}


@pytest.mark.slow
def test_at_the_command_line(tree: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    store, out = ("--store", tmp_path / "store"), tmp_path / "baselines"
    assert "last-rows" in run(tree, "-m", "evaluators", "baseline", "--help")
    for name in ("random", "last-rows"):
        run(tree, "-m", "evaluators", "baseline", name, tiny_bundle, "--out", out / name, *store)
    checked = run(tree, "-m", "evaluators", "check", tiny_bundle, out / "last-rows", *store)
    assert checked.startswith("Apples: 6 of 6 rows")
    assert "score " in run(tree, "-m", "evaluators", "score", tiny_bundle, out / "last-rows", *store)
    report = json.loads(run(tree, "-m", "evaluators", "readiness", tiny_bundle, out, "--json", *store))
    assert [item["title"] for item in report["baselines"]] == ["Random", "The last rows"]


def test_without_it_nobody_knows_it() -> None:
    """Otherwise the tests above could find what another test left behind."""
    assert BASELINE.name not in kind_named("selection").baselines
