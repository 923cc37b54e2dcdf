"""A model and a metric that are added in one file each, and what becomes of them everywhere in the product.

This process has them in its registries from the beginning of a test on, as nothing reads a registry at import. Sandbox
and command line run a copy of the evaluators in which the files were placed and registered by hand.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from html import unescape
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from challenges.models import Draft, Phase
from challenges.publishing import readiness
from evaluators.kinds import kind_named
from evaluators.learning.metrics.registry import CLASSIFICATION_METRICS
from evaluators.learning.models.registry import MODELS
from evaluators.sandbox import view
from evaluators.specification import json_schema
from leaderboard.models import Evaluation, User
from leaderboard.organizing import dryrun
from leaderboard.storage.datasets import dataset_directory
from tests import factories
from tests.bundles import CLASSES, good_files, specification, write_bundle
from tests.frontend.organize.test_wizard import ABOUT, send, work
from tests.toys.cohens_kappa import COHENS_KAPPA
from tests.toys.nearest_mean import NearestMean
from tests.toys.placing import place
from tests.toys.tree import compiled, copied, differences

NAMES = ("random", "stratified")
WAY = "/challenges/three-things/organize/"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The copy with both toys, which this test's sandboxes run; the folder in which the command line runs it."""
    copied(tmp_path / "tree", "evaluators")
    place(tmp_path / "tree", "nearest_mean", room="models", attribute="NearestMean", after="NearestNeighbours")
    place(tmp_path / "tree", "cohens_kappa", room="metrics", attribute="COHENS_KAPPA", after="BALANCED_ACCURACY")
    monkeypatch.setattr(view, "EVALUATORS", compiled(tmp_path / "tree"))
    monkeypatch.setitem(MODELS, NearestMean.name, NearestMean)
    monkeypatch.setitem(CLASSIFICATION_METRICS, COHENS_KAPPA.name, COHENS_KAPPA)
    return tmp_path / "tree"


def shell(tree: Path, *arguments: object, code: int = 0, error: bool = False) -> bytes:
    """What ``python -m evaluators`` in the copy prints, or what it prints as an error."""
    command = [sys.executable, "-m", "evaluators", *map(str, arguments)]
    done = subprocess.run(command, cwd=tree, env=os.environ | {"PYTHONPATH": str(tree)}, capture_output=True)
    assert done.returncode == code, done.stderr.decode()
    return done.stderr if error else done.stdout


def test_each_takes_one_file_and_its_name_in_a_registry(tmp_path: Path) -> None:
    tree = copied(tmp_path / "tree", "evaluators")
    assert differences(tree) == {}
    place(tree, "nearest_mean", room="models", attribute="NearestMean", after="NearestNeighbours")
    assert differences(tree) == {
        "evaluators/learning/models/nearest_mean.py": "added",
        "evaluators/learning/models/registry.py": "changed",
    }
    other = copied(tmp_path / "other", "evaluators")
    place(other, "cohens_kappa", room="metrics", attribute="COHENS_KAPPA", after="BALANCED_ACCURACY")
    assert differences(other) == {
        "evaluators/learning/metrics/cohens_kappa.py": "added",
        "evaluators/learning/metrics/registry.py": "changed",
    }


@pytest.mark.slow
@pytest.mark.django_db
def test_from_the_wizard_to_the_board(
    tree: Path, tmp_path: Path, client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(user)
    draft = draft_of_the_wizard(client)
    phase = publish_after_a_dry_run(client, draft, monkeypatch)
    page = visible(client, "/challenges/three-things/")
    assert NearestMean.title in page
    assert "shrink=0.25, scaled=True, distance=manhattan" in page
    assert COHENS_KAPPA.meaning in page
    shown = client.get("/api/v1/challenges/three-things/").json()["specification"]
    assert (shown["model"]["name"], shown["metric"]) == ("nearest-mean", "cohens_kappa")

    dataset, files = dataset_directory(phase.dataset_version), tmp_path / "files"
    shell(tree, "baseline", "stratified", dataset, "--out", files, "--seed", 5)
    submission = factories.submission(phase, user, files={path.name: path.read_bytes() for path in files.iterdir()})
    assert factories.run_queue() == 1
    evaluation = Evaluation.objects.get(pk=submission.evaluation_id)
    assert shell(tree, "score", dataset, files, "--json") == evaluation.result.encode()
    (measured,) = json.loads(evaluation.result)["tasks"].values()
    assert measured.keys() == {"accuracy", "macro_f1", "balanced_accuracy", "cohens_kappa"}
    assert 0.3 < measured["cohens_kappa"] == evaluation.score < measured["accuracy"]

    assert COHENS_KAPPA.title in visible(client, "/challenges/three-things/leaderboard/")
    assert COHENS_KAPPA.meaning in visible(client, f"/submissions/{submission.pk}/")
    board = client.get("/api/v1/challenges/three-things/leaderboard/").json()
    assert (board["metric"], board["direction"]) == ("cohens_kappa", "maximize")
    assert evaluation.score in [entry["score"] for entry in board["entries"]]


def draft_of_the_wizard(client: Client) -> Draft:
    """The draft after the step about scoring, in which both toys were chosen, with data that the sandbox made."""
    client.post("/organize/new", ABOUT | {"files": [overlapping_rows()]})
    draft = Draft.objects.select_related("challenge").get()
    work(draft)
    assert send(client, f"{WAY}columns", test_share="40").status_code == 302
    form = visible(client, f"{WAY}scoring")
    for words in (
        NearestMean.title,
        NearestMean.meaning,
        "Draws the means of the classes together. Default 0.",
        COHENS_KAPPA.title,
        "The agreement with the true labels beyond that of chance.",
    ):
        assert words in form
    chosen = {
        "model": "nearest-mean",
        "metric": "cohens_kappa",
        "budget": "20",
        "nearest-mean-scaled": "on",
        "nearest-mean-distance": "manhattan",
    }
    wrong = send(client, f"{WAY}scoring", **chosen | {"nearest-mean-shrink": "1"})
    assert wrong.status_code == 400
    assert 'id="id_nearest-mean-shrink_error"' in wrong.content.decode()
    assert send(client, f"{WAY}scoring", **chosen | {"nearest-mean-shrink": "0.25"}).status_code == 302
    job = work(draft)
    assert job.status == "succeeded", job.message
    specification = draft.challenge.dataset_versions.get().spec
    assert specification.metric == "cohens_kappa"
    assert specification.model.parameters == {"shrink": 0.25, "scaled": True, "distance": "manhattan"}
    return draft


def publish_after_a_dry_run(client: Client, draft: Draft, monkeypatch: pytest.MonkeyPatch) -> Phase:
    """The phase of the published challenge. Two of the baselines are enough to see that the report has the metric."""
    baselines = kind_named("selection").baselines
    for module in (dryrun, readiness):
        monkeypatch.setattr(module, "baselines_for", lambda spec: [baselines[name] for name in NAMES])
    assert send(client, f"{WAY}texts").status_code == 302
    assert send(client, f"{WAY}phases").status_code == 302
    phase = Phase.objects.select_related("challenge", "dataset_version").get()
    run = dryrun.start(phase, by=None)
    while factories.run_queue():
        dryrun.drive()
    run.refresh_from_db()
    assert (run.state, run.problem) == ("done", "")
    report = readiness.report_of(run)
    assert report is not None
    assert report.metric == "cohens_kappa"
    assert [task.ceiling.metric for task in report.tasks if task.ceiling] == ["cohens_kappa"]
    assert report.noise is not None
    assert report.noise.test_error > 0
    assert COHENS_KAPPA.title in visible(client, f"{WAY}readiness")
    noted = [f"{run.pk}:{finding.code}" for finding in report.of("warning")]
    assert client.post(f"{WAY}readiness", {"acknowledge": noted})["Location"] == "/challenges/three-things/"
    return Phase.objects.select_related("challenge", "dataset_version").get()


def overlapping_rows(rows: int = 1500) -> SimpleUploadedFile:
    """Three classes that are hard to tell apart, so that even a good choice of rows is not perfect."""
    generator = np.random.default_rng(0)
    lines = ["id,label,x0,x1,x2,x3"]
    for number in range(rows):
        vector = generator.normal(size=4)
        vector[number % 3] += 1.5
        cells = ",".join(f"{value:.4f}" for value in vector)
        lines.append(f"row-{number:04d},{CLASSES[number % 3]},{cells}")
    return SimpleUploadedFile("rows.csv", "\n".join(lines).encode())


def visible(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


@pytest.mark.slow
def test_a_bundle_at_the_command_line(tree: Path, tmp_path: Path) -> None:
    model = {"name": "nearest-mean", "parameters": {"scaled": True}}
    bundle = write_bundle(tmp_path / "bundle", model=model, metric="cohens_kappa", subsample=1, seeds=[0])
    store = ("--store", tmp_path / "store")
    assert b"Tiny" in shell(tree, "check-bundle", bundle)
    files = tmp_path / "baselines" / "random"
    files.mkdir(parents=True)
    for name, content in good_files().items():
        (files / name).write_bytes(content)
    result = json.loads(shell(tree, "score", bundle, files, "--json", *store))
    assert result["score"]["metric"] == "cohens_kappa"
    assert "f1" in result["tasks"]["apple"]
    report = json.loads(shell(tree, "readiness", bundle, files.parent, "--json", *store))
    assert report["baselines"][0]["low"] < result["score"]["value"] < report["baselines"][0]["high"]
    wrong = write_bundle(tmp_path / "wrong", model=model | {"parameters": {"shrink": 1}}, metric="cohens_kapa")
    refused = shell(tree, "check-bundle", wrong, code=2, error=True).decode()
    assert "field 'model.parameters.shrink': 1 is too large. It must be less than 1." in refused
    assert "there is no metric 'cohens_kapa'. Did you mean 'cohens_kappa'?" in refused


def test_the_published_schemas_have_both(tree: Path, client: Client) -> None:
    schema = client.get("/schemas/challenge-1.json").json()
    good = specification(
        model={"name": "nearest-mean", "parameters": {"shrink": 0.5, "distance": "manhattan"}}, metric="cohens_kappa"
    )
    jsonschema.validate(good, schema)
    for parameters in ({"shrink": 1}, {"distance": "far"}, {"minimum": 0}, {"k": 3}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(good | {"model": {"name": "nearest-mean", "parameters": parameters}}, schema)
    (variant,) = [item for item in schema["$defs"]["Model"]["oneOf"] if item["title"] == NearestMean.title]
    assert variant["description"] == NearestMean.meaning
    assert variant["properties"]["parameters"]["properties"]["shrink"]["title"] == "Shrinkage"
    text = client.get("/api/v1/schema/").content.decode()
    assert "`nearest-mean` - Nearest mean" in text
    assert "`cohens_kappa` - Cohen's kappa" in text


def test_without_them_nobody_knows_them() -> None:
    """Otherwise the tests above could find what another test left behind."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(specification(metric="cohens_kappa"), json_schema())
    assert NearestMean.name not in MODELS
