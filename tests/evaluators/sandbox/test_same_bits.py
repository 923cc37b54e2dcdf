"""A demo challenge of each kind gives the same bytes in every sandbox: prepared, submitted, scored and measured."""

from __future__ import annotations

import hashlib
from contextlib import closing
from pathlib import Path

import pytest

from evaluators import sandbox
from evaluators.sandbox import DATASET, INPUT, OUTPUT, SANDBOXES, Limits, work
from evaluators.sandbox.kinds import NAMESPACES, Sandbox
from evaluators.sandbox.process import run
from evaluators.sandbox.template import Template
from evaluators.sandbox.view import Folders
from evaluators.scoring import Scored
from evaluators.scoring.sandboxed import SCORE, outcome_of
from tests.evaluators.conftest import ROOT

BASELINES = {"rare-nouns": "random", "keywords": "random", "noisy-digits": "random", "gloss-market": "uniform"}
"""A demo challenge of each family, and one of its baselines."""


@pytest.fixture(params=BASELINES)
def challenge(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def in_sandbox(kind: Sandbox, challenge: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The digest of everything that the commands write, and what they print."""
    monkeypatch.setitem(work.__globals__, "in_use", lambda: kind)
    prepared, submission = folder / "prepared", folder / "submission"
    for path in (prepared, submission):
        path.mkdir(parents=True)
    demo = ROOT / "challenges" / "demo" / challenge
    printed = work(["prepare", str(INPUT), "--store", str(OUTPUT), "--json"], folder=demo, output=prepared)
    (dataset,) = (path for path in prepared.iterdir())
    command = ["baseline", BASELINES[challenge], str(DATASET), "--out", str(OUTPUT), "--seed", "1", "--json"]
    said = work(command, dataset=dataset, output=submission)
    card = work(["data-card", str(INPUT), "--json"], folder=demo)
    written = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    digests = {name: hashlib.sha256(path.read_bytes()).digest() for name, path in written.items()}
    scored = outcome_of(run(SCORE, Folders(dataset, submission), Limits(), sandbox=kind))
    assert isinstance(scored, Scored), scored
    return {"prepare": printed, "baseline": said, "data-card": card, "score": scored.content, **digests}


def test_every_sandbox_gives_the_same_bytes(challenge: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {name: in_sandbox(kind, challenge, tmp_path / name, monkeypatch) for name, kind in SANDBOXES.items()}
    assert found["namespaces"] == found["landlock"]

    (dataset,) = (tmp_path / NAMESPACES.name / "prepared").iterdir()
    with closing(Template(tmp_path)) as template:
        folders = Folders(dataset, tmp_path / NAMESPACES.name / "submission")
        warm = [outcome_of(template.run(SCORE, folders, sandbox.Limits())) for _ in range(2)]
    assert [scored.content for scored in warm if isinstance(scored, Scored)] == [found["namespaces"]["score"]] * 2
