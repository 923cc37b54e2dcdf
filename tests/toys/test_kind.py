"""A kind of challenge that is added at run time, and what becomes of it everywhere in the product.

This process gets it into its registries at the beginning of a test, as nothing reads them at import. The sandbox and
the command line run a copy of the product in which its files were placed and its lines written.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pydantic import ValidationError

import evaluators.kinds
import frontend.kinds
from challenges.models import Draft, Phase, Readiness
from challenges.publishing.readiness import report_of
from evaluators.drafting import roles
from evaluators.drafting.answers import answers_class
from evaluators.drafting.describing import describe
from evaluators.drafting.loading import load as load_files
from evaluators.learning.entries import load
from evaluators.registry import METRICS
from evaluators.sandbox import view
from evaluators.specification import KINDS, json_schema, parse_specification
from leaderboard.models import Evaluation, User
from leaderboard.organizing import dryrun
from leaderboard.storage.datasets import dataset_directory
from tests import bundles, factories
from tests.frontend.organize.test_wizard import ABOUT, send, work
from tests.toys.tree import TOYS, compiled, copied, differences, insert, run

WAY = "/challenges/three-things/organize/"
DECLARED = "evaluators.kinds.pruning.kind:PRUNING"
CLASSES = ("cat", "dog")
ROWS_LEFT = ("rows_left", "Rows left", "the part of the training rows that the model was trained on")
"""The metric of its own: name, title and meaning."""
BUDGET = "352"
"""Of the 360 rows that the wizard leaves for training: so many that a bad choice costs accuracy."""


def place_kind(tree: Path) -> None:
    """One folder, one module for the pages, and their lines in the two registries."""
    shutil.copytree(TOYS / "pruning", tree / "evaluators/kinds/pruning")
    shutil.copy(TOYS / "pruning_pages.py", tree / "frontend/kinds/pruning.py")
    insert(tree / "evaluators/specification/kinds.py", f'"pruning": "{DECLARED}",', after='"acquisition":')
    pages = tree / "frontend/kinds/__init__.py"
    insert(pages, "from frontend.kinds.pruning import PruningPages", after="from frontend.kinds.cleaning import")
    insert(pages, '"pruning": PruningPages,', after='"acquisition":')


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The copy with the kind, which this test's sandboxes run; this process has the kind in its registries."""
    made = copied(tmp_path / "tree")
    place_kind(made)
    monkeypatch.setattr(view, "EVALUATORS", compiled(made))
    for package in (evaluators.kinds, frontend.kinds):
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(made / package.__name__.replace(".", "/"))])
    monkeypatch.setitem(KINDS, "pruning", DECLARED)
    monkeypatch.setitem(frontend.kinds.PAGES, "pruning", load("frontend.kinds.pruning:PruningPages"))
    yield made
    for name in [name for name in sys.modules if name.startswith(("evaluators.kinds.pruning", "frontend.kinds.pru"))]:
        del sys.modules[name]


def rows(count: int = 600) -> SimpleUploadedFile:
    """Two overlapping classes, one three times as large as the other."""
    generator = np.random.default_rng(0)
    lines = [",".join(["id", "label", *(f"x{number}" for number in range(12))])]
    for number in range(count):
        label = int(number % 4 == 0)
        cells = ",".join(f"{value:.4f}" for value in generator.normal(size=12) + 0.7 * label)
        lines.append(f"row-{number:03d},{CLASSES[label]},{cells}")
    return SimpleUploadedFile("rows.csv", "\n".join(lines).encode())


def write_pruning(folder: Path, **changes: Any) -> Path:
    """A bundle with 40 training rows."""
    generator = np.random.default_rng(1)
    for name, count in (("public/train", 40), ("hidden/test", 30)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        labels = [CLASSES[row % 2] for row in range(count)]
        vectors = generator.normal(size=(count, 3)) + np.arange(count)[:, None] % 2
        ids = pa.array([f"{name[7:]}-{row}" for row in range(count)])
        pq.write_table(
            pa.table({"id": ids, "embedding": vectors.tolist(), "label": labels}), folder / f"{name}.parquet"
        )
    (folder / "challenge.yaml").write_text(json.dumps(pruning(**changes)))
    return folder


def pruning(**changes: Any) -> dict[str, Any]:
    return {
        "format": 1,
        "kind": "pruning",
        "slug": "pruned",
        "title": "Pruned",
        "summary": "Take rows out.",
        "domain": "other",
        "licence": "CC0-1.0",
        "classes": list(CLASSES),
        "tasks": [{"name": "main"}],
        "budget": 5,
        "model": {"name": "logistic-regression"},
        "metric": "accuracy",
        "seeds": [0],
        "train": {"files": ["public/train.parquet"], "label": "label"},
        "test": {"files": ["hidden/test.parquet"], "label": "label"},
    } | changes


def visible(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_it_takes_one_folder_one_module_and_its_lines_in_two_registries(tmp_path: Path) -> None:
    tree = copied(tmp_path / "tree")
    assert differences(tree) == {}
    place_kind(tree)
    outside = {name: what for name, what in differences(tree).items() if "evaluators/kinds/pruning/" not in name}
    assert outside == {
        "evaluators/specification/kinds.py": "changed",
        "frontend/kinds/__init__.py": "changed",
        "frontend/kinds/pruning.py": "added",
    }


@pytest.mark.slow
@pytest.mark.django_db
def test_from_the_wizard_to_the_board(tree: Path, tmp_path: Path, client: Client, user: User) -> None:
    client.force_login(user)
    draft_of_the_wizard(client)
    phase = publish_after_a_dry_run(client)
    page = visible(client, "/challenges/three-things/")
    for words in (
        "Pruning",
        f"{BUDGET} rows to prune",
        f"At most {BUDGET} rows of the training set.",
        "The largest class",
    ):
        assert words in page
    shown = client.get("/api/v1/challenges/three-things/").json()
    assert shown["kind"] == "pruning"
    assert {name: shown["specification"][name] for name in ("kind", "budget", "classes")} == {
        "kind": "pruning",
        "budget": int(BUDGET),
        "classes": ["cat", "dog"],
    }
    assert shown["specification"]["train"]["files"] == ["public/train.parquet"]
    assert "test" not in shown["specification"]

    dataset, files = dataset_directory(phase.dataset_version), tmp_path / "files"
    run(tree, "-m", "evaluators", "baseline", "random", dataset, "--out", files, "--seed", 5)
    submission = factories.submission(phase, user, files={path.name: path.read_bytes() for path in files.iterdir()})
    assert factories.run_queue() == 1
    evaluation = Evaluation.objects.get(pk=submission.evaluation_id)
    assert evaluation.status == "succeeded", evaluation.message
    assert run(tree, "-m", "evaluators", "score", dataset, files, "--json") == evaluation.result

    board = visible(client, "/challenges/three-things/leaderboard/")
    assert "Random rows" in board
    assert f"{evaluation.score:.4f}" in board
    assert client.get(f"/submissions/{submission.pk}/").status_code == 200
    entries = client.get("/api/v1/challenges/three-things/leaderboard/").json()["entries"]
    assert evaluation.score in [entry["score"] for entry in entries]
    assert "Pruning" in visible(client, "/")


def draft_of_the_wizard(client: Client) -> None:
    """A draft after the step about scoring, with data that the sandbox made."""
    assert "Take rows out of a training set. Participants send ids" in visible(client, "/organize/new")
    client.post("/organize/new", ABOUT | {"kind": "pruning", "files": [rows()]})
    draft = Draft.objects.select_related("challenge").get()
    assert work(draft).status == "succeeded"
    columns = visible(client, f"{WAY}columns")
    assert "the hidden test rows" in columns
    assert "A task for each class" not in columns
    assert send(client, f"{WAY}columns", test_share="40").status_code == 302
    form = visible(client, f"{WAY}scoring")
    for words in ("Pruning: take rows out", "Rows to prune", "may be taken out. Empty: a tenth of the rows."):
        assert words in form
    assert 'id="id_budget_error"' in send(client, f"{WAY}scoring", budget="0").content.decode()
    assert send(client, f"{WAY}scoring", budget=BUDGET, metric="accuracy").status_code == 302
    assert work(draft).status == "succeeded"
    specification = draft.challenge.dataset_versions.get().spec
    assert (specification.kind, specification.budgets()) == ("pruning", [(int(BUDGET), "train")])
    assert specification.rules == f"- At most {BUDGET} rows.\n"


def publish_after_a_dry_run(client: Client) -> Phase:
    """The phase of the published challenge."""
    assert send(client, f"{WAY}texts").status_code == 302
    assert send(client, f"{WAY}phases").status_code == 302
    started = dry_run(Phase.objects.select_related("challenge", "dataset_version").get())
    found = report_of(started)
    assert found is not None
    assert found.kind == "pruning"
    assert {item.title: item.uninformed for item in found.baselines} == {
        "Random rows": True,
        "The largest class": False,
    }
    assert [task.ceiling is not None for task in found.tasks] == [True]
    assert "pruning-measured" in [finding.code for finding in found.of("note")]
    page = visible(client, f"{WAY}readiness")
    assert "There are rows to prune" in page
    assert "Rows left" in page
    assert "8 to train on" in page
    assert not found.of("blocker")
    noted = [f"{started.pk}:{finding.code}" for finding in found.of("warning")]
    assert client.post(f"{WAY}readiness", {"acknowledge": noted})["Location"] == "/challenges/three-things/"
    return Phase.objects.select_related("challenge", "dataset_version").get()


def dry_run(phase: Phase) -> Readiness:
    """A finished dry run, whose baselines the sandbox made, scored and measured."""
    started = dryrun.start(phase, by=None)
    while factories.run_queue():
        dryrun.drive()
    started.refresh_from_db()
    assert (started.state, started.problem) == ("done", "")
    return started


@pytest.mark.slow
def test_a_bundle_at_the_command_line(tree: Path, tmp_path: Path) -> None:
    bundle, store = write_pruning(tmp_path / "bundle"), ("--store", tmp_path / "store")
    assert "Pruned (pruned), pruning, 1 task(s)" in run(tree, "-m", "evaluators", "check-bundle", bundle)
    out = tmp_path / "baselines"
    run(tree, "-m", "evaluators", "baseline", "all", bundle, "--out", out, *store)
    checked = run(tree, "-m", "evaluators", "check", bundle, out / "largest-class", *store)
    assert checked == "main: 5 rows taken out\n"
    result = json.loads(run(tree, "-m", "evaluators", "score", bundle, out / "random", "--json", *store))
    assert (result["kind"], result["scorer"]["name"]) == ("pruning", "corrected")
    assert result["tasks"]["main"]["rows_left"] == 0.875
    report = json.loads(run(tree, "-m", "evaluators", "readiness", bundle, out, "--json", *store))
    assert [item["name"] for item in report["baselines"]] == ["random", "largest-class"]
    wrong = write_pruning(tmp_path / "wrong", budget=50, kind="prunning")
    assert "there is no kind 'prunning'. Did you mean 'pruning'?" in run(
        tree, "-m", "evaluators", "check-bundle", wrong, code=2
    )
    assert "50 rows may be named, and 'train' has 40" in run(
        tree, "-m", "evaluators", "check-bundle", write_pruning(wrong, budget=50), code=2
    )


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"metric": "cost"}, "metric: cost is not a metric of this challenge."),
        ({"metric": "fraction_fixes"}, "metric: fraction_fixes is not a metric of this challenge."),
        ({"metric": "f1", "classes": ["cat", "dog", "owl"]}, "metric: f1 needs two classes in every task."),
        ({"model": {"name": "linear-adamw"}, "classes": ["cat", "dog", "owl"]}, "model: linear-adamw needs two"),
        ({"scorer": "reference-knn"}, "scorer: this challenge has no scorer 'reference-knn'. There is only corrected."),
    ],
    ids=lambda value: "".join(value) if isinstance(value, dict) else "",
)
def test_what_no_kind_can_be_is_refused(tree: Path, changes: dict[str, Any], text: str) -> None:
    """The kind itself says nothing about it."""
    with pytest.raises(ValidationError, match=re.escape(text.removesuffix(" There is only corrected."))):
        parse_specification(pruning(**changes))


def test_its_own_role_of_columns_is_like_any_other(tree: Path, tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    text = rows(20).read().decode().replace("id,label", "id,label,Station").replace(",cat,", ",cat,north,")
    (files / "rows.csv").write_text(text.replace(",dog,", ",dog,south,"))
    answers = describe(files)["answers"]
    assert answers["files"]["rows.csv"]["columns"]["Station"] == "station"
    assert roles()["station"].meaning == "where the row was recorded"
    (tmp_path / "scratch").mkdir()
    given = answers_class().model_validate({"files": answers, "kind": {"kind": "pruning"}})
    material = load_files(files, given, tmp_path / "scratch")
    assert set(material.texts("rows", "station")) == {"north", "south"}


def test_its_own_metric_is_like_any_other(tree: Path) -> None:
    specification = parse_specification(pruning(metric="rows_left"), new=True)
    assert specification.direction == "minimize"
    assert (METRICS["rows_left"].title, list(METRICS)[-1]) == ("Rows left", "rows_left")
    with pytest.raises(ValidationError, match="rows_left is not a metric of this challenge"):
        parse_specification(bundles.specification(metric="rows_left"))


def test_the_published_schemas_have_it(tree: Path, client: Client) -> None:
    schema = client.get("/schemas/challenge-1.json").json()
    jsonschema.validate(pruning(), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(pruning(budget=0), schema)
    properties = schema["$defs"]["PruningSpecification"]["properties"]
    assert properties["budget"]["title"] == "Rows to prune"
    assert {"const": ROWS_LEFT[0], "title": ROWS_LEFT[1], "description": ROWS_LEFT[2]} in properties["metric"]["oneOf"]
    text = client.get("/api/v1/schema/").content.decode()
    assert f"`{ROWS_LEFT[0]}` - {ROWS_LEFT[1]}" in text
    api = yaml.safe_load(text)["components"]["schemas"]
    assert api["Specification"]["discriminator"]["mapping"]["pruning"] == "#/components/schemas/PruningSpecification"
    assert api["PruningSpecification"]["properties"]["budget"] == {"type": "integer"}


@pytest.mark.slow
def test_the_copy_runs_with_the_written_lines_alone(tree: Path) -> None:
    """Nothing of this process: the product as a contributor would leave it, without a heavy library for its pages."""
    api = yaml.safe_load(run(tree, "manage.py", "spectacular", "--fail-on-warn"))["components"]["schemas"]
    assert "PruningSpecification" in api
    code = (
        "import django, sys; django.setup(); from frontend.kinds import PAGES; import leaderboard.wsgi\n"
        "print(*PAGES, *({'sklearn', 'faiss', 'scipy'} & set(sys.modules)))"
    )
    environment = "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'leaderboard.settings'\n"
    assert run(tree, "-c", environment + code).split() == ["selection", "cleaning", "acquisition", "pruning"]


def test_without_it_nobody_knows_it() -> None:
    """Otherwise the tests above could find what another test left behind."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(pruning(), json_schema())
    assert "evaluators.kinds.pruning" not in sys.modules
