"""Draft bundles from raw files in every format; they can be prepared, and a baseline can be scored on them."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ruamel.yaml import YAML

from evaluators.cli.main import main
from evaluators.datasets.preparing import open_bundle
from evaluators.drafting import parse_answers, step_of
from evaluators.drafting.building import draft
from evaluators.drafting.describing import describe
from evaluators.problems.problem import BundleError
from evaluators.registry import baselines_for, write_baseline
from evaluators.scoring.score import score
from evaluators.submissions.uploads import read_files
from tests.evaluators.drafting.raw_files import FORMS, Data, data, lists, one_parquet, two_files, write_csv

KINDS: dict[str, dict[str, Any]] = {
    "known": {},
    "submitted": {"selection": {"labels": "submitted"}},
    "binary": {"tasks": {"tasks": [{"name": "ant", "positive": "ant"}, {"name": "bee", "positive": "bee"}]}},
    "relabel": {"kind": {"kind": "cleaning"}},
    "rank": {"kind": {"kind": "cleaning"}, "cleaning": {"action": "rank", "train_rows": 40}},
    "market": {"kind": {"kind": "acquisition"}},
}


def made(tmp_path: Path, answers: dict[str, Any], name: str = "bundle") -> Path:
    draft(tmp_path / "files", parse_answers(answers), tmp_path / name)
    return tmp_path / name


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def column(bundle: Path, file: str, name: str) -> list[Any]:
    return list(pq.read_table(bundle / file)[name].to_pylist())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", KINDS)
def test_guesses_alone_make_a_challenge_that_can_be_scored(tmp_path: Path, files: Path, form: str, kind: str) -> None:
    rows = data()
    FORMS[form](files, rows)
    assert describe(files)["usable"]
    dataset = open_bundle(made(tmp_path, KINDS[kind]), tmp_path / "store")
    baseline = baselines_for(dataset.specification)[-1 if kind == "market" else 0]
    write_baseline(baseline, dataset, tmp_path / "sent", seed=0)
    result = score(dataset, read_files([tmp_path / "sent"]), curves=False)
    assert 0 <= result.score.value <= 1
    if kind in ("known", "submitted"):
        assert result.score.value > 0.8, "labels have left their rows"


def test_every_form_gives_the_same_rows(tmp_path: Path) -> None:
    found = []
    for name, form in FORMS.items():
        (tmp_path / name / "files").mkdir(parents=True)
        form(tmp_path / name / "files", data())
        bundle = made(tmp_path / name, {})
        table = pq.read_table(bundle / "public/pool.parquet").to_pydict()
        rows = zip(table["id"], table["label"], table["embedding"], strict=True)
        found.append(sorted((key, label, tuple(vector)) for key, label, vector in rows))
    assert all(rows == found[0] for rows in found)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_answers_give_the_same_bytes(tmp_path: Path, files: Path, kind: str) -> None:
    one_parquet(files, data())
    first, second = (made(tmp_path, KINDS[kind] | {"split": {"final_share": 0.5}}, name) for name in ("a", "b"))
    names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(second) for path in second.rglob("*") if path.is_file())
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)


def test_another_seed_splits_otherwise(tmp_path: Path, files: Path) -> None:
    one_parquet(files, data())
    bundles = [made(tmp_path, {"split": {"seed": seed}}, str(seed)) for seed in (1, 2)]
    first, second = (set(column(bundle, "hidden/test.parquet", "id")) for bundle in bundles)
    assert len(first) == len(second) == 48
    assert first != second


def test_public_and_hidden_rows_are_all_the_rows_once(tmp_path: Path, files: Path) -> None:
    one_parquet(files, data())
    bundle = made(tmp_path, {"split": {"test_rows": 60, "final_share": 0.5}, "selection": {"examples_each": 3}})
    tables = ("public/pool", "public/examples", "hidden/test", "hidden/final")
    ids = [column(bundle, f"{name}.parquet", "id") for name in tables]
    assert [len(names) for names in ids] == [171, 9, 30, 30]
    assert sorted(name for names in ids for name in names) == sorted(data().ids)
    content = YAML(typ="safe").load(bundle / "challenge.yaml")
    assert content["final"] == {"files": ["hidden/final.parquet"], "label": "label"}


def test_what_is_hidden_is_in_no_public_file(tmp_path: Path, files: Path) -> None:
    rows = data()
    one_parquet(files, rows)
    true = dict(zip(rows.ids, rows.labels, strict=True))
    submitted = made(tmp_path, KINDS["submitted"], "submitted")
    assert pq.read_schema(submitted / "public/pool.parquet").names == ["id", "embedding"]
    cleaning = made(tmp_path, KINDS["relabel"], "cleaning")
    assert pq.read_schema(cleaning / "public/train.parquet").names == ["id", "label", "embedding"]
    table = pq.read_table(cleaning / "public/train.parquet").to_pydict()
    wrong = sum(true[key] != label for key, label in zip(table["id"], table["label"], strict=True))
    assert wrong == pytest.approx(0.2 * len(table["id"]), abs=2)
    truth = pq.read_table(cleaning / "hidden/truth.parquet").to_pydict()
    assert all(true[key] == label for key, label in zip(truth["id"], truth["label"], strict=True))
    market = made(tmp_path, KINDS["market"], "market")
    assert pq.read_schema(market / "hidden/seller-shop-0.parquet").names == ["label", "embedding"]
    assert {path.stat().st_mode & 0o777 for path in market.glob("hidden/*")} == {0o600}


def test_a_group_is_never_on_both_sides(tmp_path: Path, files: Path) -> None:
    rows = data(groups=40)
    one_parquet(files, rows)
    roles = {"id": "id", "label": "label", "shop": "group", "embedding": "embedding"}
    bundle = made(tmp_path, {"files": {"files": {"all.parquet": {"columns": roles}}}})
    group = dict(zip(rows.ids, rows.groups, strict=True))
    pool, test = (
        {group[key] for key in column(bundle, f"{name}.parquet", "id")} for name in ("public/pool", "hidden/test")
    )
    assert pool
    assert test
    assert not pool & test


def test_copies_stay_on_one_side(tmp_path: Path, files: Path) -> None:
    half = data(120)
    twice = Data(
        [*half.ids, *(f"copy-{name}" for name in half.ids)],
        np.concatenate([half.vectors, half.vectors]),
        half.labels * 2,
        half.groups * 2,
    )
    one_parquet(files, twice)
    bundle = made(tmp_path, {})
    hidden = column(bundle, "hidden/test.parquet", "id")
    assert {name.removeprefix("copy-") for name in hidden} == {name for name in hidden if name[:4] != "copy"}


def test_given_files_are_test_and_noise(tmp_path: Path, files: Path) -> None:
    rows, other = data(200), data(50, seed=9)
    noisy = [label if row % 5 else "cow" for row, label in enumerate(rows.labels)]
    columns = {"id": rows.ids, "label": noisy, "true_label": rows.labels, "embedding": lists(rows.vectors)}
    pq.write_table(pa.table(columns), files / "train.parquet")
    test = {"id": [f"t-{name}" for name in other.ids], "label": other.labels, "embedding": lists(other.vectors)}
    pq.write_table(pa.table(test), files / "test.parquet")
    bundle = made(tmp_path, KINDS["relabel"])
    assert column(bundle, "public/train.parquet", "label").count("cow") == noisy.count("cow")
    assert sorted(column(bundle, "hidden/test.parquet", "id")) == sorted(test["id"])
    open_bundle(bundle, tmp_path / "store")


def test_texts_and_pixels_are_shown_where_they_are_public(tmp_path: Path, files: Path) -> None:
    rows = data()
    pixels = np.arange(len(rows) * 4, dtype=np.uint8).reshape(-1, 4)
    columns = {"id": rows.ids, "label": rows.labels, "text": [f"says {name}" for name in rows.ids]}
    vectors = {"embedding": lists(rows.vectors), "pixels": lists(pixels)}
    pq.write_table(pa.table(columns | vectors), files / "all.parquet")
    bundle = made(tmp_path, {})
    pool = pq.read_table(bundle / "public/pool.parquet")
    assert pool.column_names == ["id", "label", "text", "pixels", "embedding"]
    place = {name: row for row, name in enumerate(rows.ids)}
    for key, text, shown in zip(*(pool[name].to_pylist() for name in ("id", "text", "pixels")), strict=True):
        assert text == f"says {key}"
        assert shown == pixels[place[key]].tolist()
    assert pq.read_schema(bundle / "hidden/test.parquet").names == ["id", "label", "embedding"]


def test_rows_without_ids_get_some_that_tell_nothing(tmp_path: Path, files: Path) -> None:
    rows = data()
    order = sorted(range(len(rows)), key=lambda row: rows.labels[row])
    np.savez(files / "a.npz", X=rows.vectors[order], y=np.array([rows.labels[row] for row in order]))
    bundle = made(tmp_path, {})
    table = pq.read_table(bundle / "public/pool.parquet").to_pydict()
    by_id = [label for _, label in sorted(zip(table["id"], table["label"], strict=True))]
    assert sum(one != other for one, other in pairwise(by_id)) > 80, "sorted by class"


@pytest.mark.parametrize(
    ("answers", "field", "words"),
    [
        ({"files": {"files": {"all.csv": {"columns": {"id": "id"}}}}}, "files", "no embedding"),
        ({"files": {"files": {"none.csv": {"columns": {"id": "id"}}}}}, "files.files", "no file 'none.csv'"),
        ({"files": {"files": {"all.csv": {"columns": {"id": "embedding"}}}}}, "files.columns", "holds no vectors"),
        ({"files": {"files": {"all.csv": {"columns": {"x_*": "label"}}}}}, "files", "no embedding"),
        ({"files": {"files": {"all.csv": {"columns": {"x_*": "embedding"}}}}}, "files.columns", "is the label"),
        ({"split": {"test_share": 0}}, "split.test_share", "0 of 240 rows"),
        ({"split": {"test_rows": 240}}, "split.test_rows", "240 of 240 rows"),
        ({"split": {"by_group": True}}, "split.by_group", "no column is the group"),
        ({"selection": {"budget": 1000}}, "selection.budget", "the pool has 192"),
        ({"selection": {"examples_each": 300}}, "selection.examples_each", "no row in the pool"),
        ({"tasks": {"classes": ["ant", "bee"]}}, "tasks.classes", "'cow' is not one of the classes"),
        ({"tasks": {"tasks": [{"name": "x", "positive": "dog"}]}}, "tasks.tasks", "'dog' is not one"),
        ({"scoring": {"metric": "f1"}}, "scoring.metric", "needs two classes"),
        ({"scoring": {"model": "linear-adamw"}}, "scoring.model", "needs two classes"),
        ({"scoring": {"parameters": {"C": -1}}}, "scoring.parameters", "-1 is too small"),
        ({"scoring": {"subsample": 1, "seeds": [1, 2]}}, "scoring.seeds", "same score"),
        ({"kind": {"kind": "cleaning"}, "cleaning": {"budget": 500}}, "cleaning.budget", "there are 192"),
        ({"kind": {"kind": "cleaning"}, "cleaning": {"train_rows": 5000}}, "cleaning.train_rows", "192 are left"),
        ({"kind": {"kind": "cleaning"}, "cleaning": {"noise": "given"}}, "files.columns", "the true label"),
        (
            {"kind": {"kind": "cleaning"}, "cleaning": {"pattern": "confusion", "confusion": {"dog": {"ant": 0.1}}}},
            "cleaning.confusion",
            "'dog' is not one",
        ),
        ({"kind": {"kind": "acquisition"}, "acquisition": {"samples_each": 99}}, "acquisition.samples_each", "'shop"),
        (
            {"kind": {"kind": "acquisition"}, "acquisition": {"sellers": {"nobody": {}}}},
            "acquisition.sellers",
            "'nobody'",
        ),
    ],
)
def test_a_problem_names_the_step_and_leaves_nothing(
    tmp_path: Path, files: Path, answers: dict[str, Any], field: str, words: str
) -> None:
    FORMS["wide_csv"](files, data())
    with pytest.raises(BundleError) as caught:
        made(tmp_path, answers)
    problem = caught.value.problems[0]
    assert problem.field is not None
    assert problem.field.startswith(field)
    assert words in problem.message
    assert not (tmp_path / "bundle").exists()


def test_what_is_wrong_with_the_files_is_said_of_all_at_once(tmp_path: Path, files: Path) -> None:
    (files / "a.npy").write_bytes(b"\x93NUMPY")
    (files / "b.parquet").write_bytes(b"PAR1PAR1")
    roles = {name: {"columns": {"values": "embedding"}} for name in ("a.npy", "b.parquet")}
    with pytest.raises(BundleError) as caught:
        made(tmp_path, {"files": {"files": roles}})
    assert [problem.file for problem in caught.value.problems] == ["a.npy", "b.parquet"]


def test_a_column_called_like_a_step_belongs_to_the_files(tmp_path: Path, files: Path) -> None:
    vectors = data(20).vectors
    vectors[4, 2] = np.nan
    np.savez(files / "a.npz", texts=vectors, label=np.array(data(20).labels))
    roles = {"a.npz": {"columns": {"texts": "embedding", "label": "label"}}}
    with pytest.raises(BundleError, match="row 5: number 3 of the vector is nan") as caught:
        made(tmp_path, {"files": {"files": roles}})
    assert caught.value.problems[0].field == "files.texts"
    assert step_of(caught.value.problems[0]) == "files"


def test_joins_that_do_not_fit_are_named(tmp_path: Path, files: Path) -> None:
    rows = data()
    two_files(files, rows)
    write_csv(files / "labels.csv", {"id": [f"x{name}" for name in rows.ids], "label": rows.labels})
    with pytest.raises(BundleError, match=r"labels\.csv.* none of its ids, such as 'xid-0'.*'id-0'"):
        made(tmp_path, {})
    write_csv(files / "labels.csv", {"id": [*rows.ids[1:], rows.ids[5]], "label": rows.labels})
    with pytest.raises(BundleError, match=r"the id 'id-5' is in row 5 and in row 240"):
        made(tmp_path, {"files": {"files": _by_id()}})
    write_csv(files / "labels.csv", {"label": rows.labels[1:]})
    with pytest.raises(BundleError, match="has 239 rows, but there are 240 embeddings"):
        made(tmp_path, {})
    write_csv(files / "labels.csv", {"id": [*rows.ids[1:], "more"], "label": rows.labels})
    with pytest.raises(BundleError, match="1 of 240 rows have no label, such as 'id-0'"):
        made(tmp_path, {})
    report = draft(files, parse_answers({"files": {"incomplete": "drop"}}), tmp_path / "dropped")
    assert sum(report["tables"].values()) == 239
    assert any("1 rows of 'labels.csv' name no embedding" in note for note in report["notes"])


def _by_id() -> dict[str, Any]:
    return {
        "embeddings.parquet": {"columns": {"id": "id", "embedding": "embedding"}},
        "labels.csv": {"columns": {"id": "id", "label": "label"}},
    }


def test_a_label_that_is_shown_is_refused(tmp_path: Path, files: Path) -> None:
    rows = data()
    columns = {"id": rows.ids, "label": rows.labels, "text": rows.labels, "embedding": lists(rows.vectors)}
    pq.write_table(pa.table(columns), files / "all.parquet")
    for kind in ("submitted", "relabel"):
        with pytest.raises(BundleError, match="the text 'text' is the"):
            made(tmp_path, KINDS[kind])


def test_the_command_prints_a_report_or_problems(
    tmp_path: Path, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one_parquet(files, data())
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"texts": {"title": "Ants", "slug": "ants"}}))
    out = tmp_path / "out"
    out.mkdir()  # in the sandbox this folder already exists, and nothing outside it is writable
    assert main(["draft-bundle", str(files), str(answers), "--out", str(out), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["tables"] == {"pool": 192, "test": 48}
    assert report["specification"]["slug"] == "ants"
    assert sorted(path.name for path in out.iterdir()) == ["challenge.yaml", "hidden", "public"]
    answers.write_text('{"split": {"test_share": 3}}')
    assert main(["draft-bundle", str(files), str(answers), "--out", str(tmp_path / "no"), "--json"]) == 2
    problem = json.loads(capsys.readouterr().out)["problems"][0]
    assert problem["field"] == "split.test_share"
