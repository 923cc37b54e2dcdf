"""The specification: for every rule of ``challenge.yaml``, a violation is refused and the message names the field."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.kinds.registry import kind_named
from evaluators.problems.problem import BundleError
from evaluators.registry import MODELS, baselines_for
from evaluators.specification.reading import as_yaml, parse_specification, read_specification, read_text
from tests.bundles import specification

APPLE = {"name": "apple", "positive": "apple"}


def table(*files: str, **changes: Any) -> dict[str, Any]:
    return {"files": list(files), "label": "label"} | changes


def with_nan(content: dict[str, Any]) -> bytes:
    return json.dumps(content).replace("NaN", ".nan").encode()


def refusal(content: bytes, folder: Path) -> str:
    (folder / "challenge.yaml").write_bytes(content)
    with pytest.raises(BundleError) as caught:
        read_specification(folder)
    return str(caught.value)


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"format": 2}, "field 'format': 2 is not right here. Write 1."),
    ({"format": None}, "field 'format': is missing. Add it."),
    ({"kind": "mending"}, "field 'kind': there is no kind 'mending'. There are selection, cleaning, acquisition."),
    ({"kind": None}, "field 'kind': is missing. It is one of selection, cleaning, acquisition."),
    (
        {"slug": "Tiny"},
        "field 'slug': 'Tiny' cannot stand here. Use small letters and digits, with single '-' or '_' between them.",
    ),
    (
        {"slug": "-a"},
        "field 'slug': '-a' cannot stand here. Use small letters and digits, with single '-' or '_' between them.",
    ),
    (
        {"slug": "tiny\n"},
        "field 'slug': 'tiny\\n' cannot stand here. Use small letters and digits, with single '-' or '_' between them.",
    ),
    ({"slug": "x" * 61}, "field 'slug': has 61 characters. It needs at most 60."),
    ({"title": ""}, "field 'title': has 0 characters. It needs at least 1."),
    ({"title": "x" * 101}, "field 'title': has 101 characters. It needs at most 100."),
    ({"summary": ""}, "field 'summary': has 0 characters. It needs at least 1."),
    ({"licence": ""}, "field 'licence': has 0 characters. It needs at least 1."),
    ({"rules": "x" * 50_001}, "field 'rules': has 50001 characters. It needs at most 50000."),
    (
        {"domain": "music"},
        "field 'domain': 'music' is not one of its values. There are text, vision, speech, tabular, other.",
    ),
    ({"labels": "guessed"}, "field 'labels': 'guessed' is not one of its values. There are known, submitted."),
    ({"classes": ["a"]}, "field 'classes': has 1 item. It needs at least 2."),
    ({"classes": ["apple", "bread", "apple"]}, "field 'classes': a class is named twice."),
    (
        {"classes": ["apple", "bread", " chair"]},
        "field 'classes': ' chair': a class has 1 to 100 characters that print, no blank at its ends.",
    ),
    (
        {"classes": ["apple", "bread", ""]},
        "field 'classes': '': a class has 1 to 100 characters that print, no blank at its ends.",
    ),
    ({"classes": ["apple", 2]}, "field 'classes.1': 2 is not a text. Put it into quotes: \"2\"."),
    ({"tasks": []}, "field 'tasks': has 0 items. It needs at least 1."),
    (
        {"tasks": [APPLE, APPLE | {"name": "Apple"}]},
        "field 'tasks': a name is used twice; capitals make no difference.",
    ),
    (
        {"tasks": [{"name": "a b"}]},
        "field 'tasks.0.name': 'a b' cannot stand here. Use letters and digits, with single '-' or '_' between them.",
    ),
    (
        {"tasks": [{"name": "../x"}]},
        "field 'tasks.0.name': '../x' cannot stand here. Use letters and digits, with single '-' or '_' between them.",
    ),
    (
        {"tasks": [{"name": "pear", "positive": "pear"}]},
        "field 'tasks': 'pear' is not one of the classes. There are apple, bread, chair.",
    ),
    ({"tasks": [{"name": "things"}]}, "field 'metric': f1 needs two classes in every task."),
    ({"budget": 1}, "field 'budget': 1 is too small. It must be at least 2."),
    ({"budget": 100_001}, "field 'budget': 100001 is too large. It must be at most 100000."),
    (
        {"model": {"name": "logistic-regression", "parameters": {"c": 1.0}}},
        "field 'model.parameters.c': the model has no such parameter. Did you mean 'C'?",
    ),
    (
        {"model": {"name": "nearest-neighbours", "parameters": {"k": 0}}},
        "field 'model.parameters.k': 0 is too small. It must be at least 1.",
    ),
    ({"budget": 2.5}, "field 'budget': 2.5 is not a whole number. Write one without a decimal point or quotes."),
    (
        {"model": {"name": "mlp"}},
        "field 'model.name': there is no model 'mlp'. There are logistic-regression, keyword-vote, "
        "linear-adamw, nearest-neighbours.",
    ),
    ({"metric": "aud"}, "field 'metric': there is no metric 'aud'. Did you mean 'auc'?"),
    (
        {"metric": "auc"},
        "field 'metric': auc is not a metric of this challenge. There are accuracy, precision, recall, f1, "
        "macro_f1, balanced_accuracy.",
    ),
    ({"seeds": []}, "field 'seeds': has 0 items. It needs at least 1."),
    ({"seeds": [1, 1]}, "field 'seeds': seeds are different whole numbers from 0 to 4294967295."),
    ({"seeds": [-1]}, "field 'seeds': seeds are different whole numbers from 0 to 4294967295."),
    ({"seeds": [2**32]}, "field 'seeds': seeds are different whole numbers from 0 to 4294967295."),
    ({"subsample": 0}, "field 'subsample': 0 is too small. It must be more than 0."),
    ({"subsample": 1.01}, "field 'subsample': 1.01 is too large. It must be at most 1."),
    ({"subsample": float("nan")}, "field 'subsample': nan is too large. It must be at most 1."),
    ({"subsample": 1}, "field 'seeds': with subsample 1 every seed gives the same score; name one seed."),
    (
        {"pool": table("public/p.parquet", label=None)},
        "field 'pool': with known labels the pool names its label column.",
    ),
    (
        {"labels": "submitted", "pool": table("public/p.parquet")},
        "field 'pool': with submitted labels the pool must have no label column, it would be published.",
    ),
    ({"test": table("hidden/t.parquet", label=None)}, "field 'test': test and examples name their label column."),
    ({"examples": table("public/e.parquet", label=None)}, "field 'test': test and examples name their label column."),
    ({"pool": table("hidden/p.parquet")}, "field 'pool': pool and examples are public: their files belong in public/."),
    (
        {"examples": table("hidden/e.parquet")},
        "field 'pool': pool and examples are public: their files belong in public/.",
    ),
    ({"test": table("public/t.parquet")}, "field 'test': test rows are hidden: their files belong in hidden/."),
    ({"pool": table()}, "field 'pool.files': has 0 items. It needs at least 1."),
    ({"pool": table("public/p.parquet", "public/p.parquet")}, "field 'pool.files': a file is named twice."),
    ({"pool": None}, "field 'pool': the task 'apple' has none, and there is none for all tasks."),
    ({"scorer": "mine.py"}, "field 'scorer': this challenge has no scorer 'mine.py'. There is only corrected."),
    ({"scorer": "reference"}, "field 'scorer': this challenge has no scorer 'reference'. There is only corrected."),
    (
        {"script": "mine.py"},
        "field 'script': there is no such field. Take it out.",
    ),
]


@pytest.mark.parametrize(
    ("changes", "text"), BROKEN, ids=lambda value: "".join(value) if isinstance(value, dict) else ""
)
def test_a_broken_value_is_refused_with_its_field(changes: dict[str, Any], text: str, tmp_path: Path) -> None:
    (tmp_path / "challenge.yaml").write_bytes(with_nan(specification(**changes)))
    with pytest.raises(BundleError) as caught:
        read_specification(tmp_path)
    separator = ", " if text.startswith("field ") else ": "
    # Positions in JSON on a single line say little; they have tests of their own.
    said = [str(replace(problem, line=None, column=None)) for problem in caught.value.problems]
    assert said == [f"challenge.yaml{separator}{text}"]


@pytest.mark.parametrize(
    "name",
    [
        "public/../hidden/test.parquet",
        "public/../../etc/passwd.parquet",
        "/public/pool.parquet",
        "public/a/b.parquet",
        "public\\pool.parquet",
        "public/pool.xlsx",
        "public/.parquet",
        "public/.hidden.parquet",
        "public/pool\n.parquet",
        "public/pool\x7f.parquet",
        "public/päol.parquet",
        "private/pool.parquet",
        "",
    ],
)
def test_a_data_file_has_a_plain_name_in_one_of_two_folders(name: str, tmp_path: Path) -> None:
    content = with_nan(specification(pool=table(name)))
    assert "is not public/NAME.parquet or hidden/NAME.parquet" in refusal(content, tmp_path)


def test_no_text_has_a_nul_in_it(tmp_path: Path) -> None:
    """Neither in names nor in other texts: PostgreSQL can't store it."""
    for content in (specification(pool=table("public/pool\0.parquet")), specification(summary="Choose\0.")):
        assert "a text has the control character U+0000 in it. Take it out." in refusal(with_nan(content), tmp_path)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "challenge.yaml: is not a mapping from fields to values. Write its fields as name: value."),
        (b"- a\n- b\n", "challenge.yaml: is not a mapping from fields to values. Write its fields as name: value."),
        (
            b"format: 1\nkind: a: b\n",
            "challenge.yaml, line 2, column 8: a text has ': ' in it. Put the text into quotes.",
        ),
        (
            b"format: 1\nformat: 1\n",
            "challenge.yaml, line 2, column 1: the field 'format' is given twice. It is there in line 1 "
            "already; keep one of them.\n"
            "challenge.yaml, field 'kind': is missing. It is one of selection, cleaning, acquisition.",
        ),
        (b"\xff\xfe", "challenge.yaml, line 1: is not UTF-8 text. Save it as UTF-8."),
        (
            b"title: \x01\n",
            "challenge.yaml, line 1: has a character that no text has. Take it out; a program for plain text shows it.",
        ),
        (
            b"budget: " + b"9" * 5000,
            "challenge.yaml, line 1, column 9: "
            "'99999999999999999999999999999999999999999999999999999999999…' cannot be read as a number. Put "
            "a text into quotes.\n"
            "challenge.yaml, field 'kind': is missing. It is one of selection, cleaning, acquisition.",
        ),
        (
            b"title: 2001-99-99",
            "challenge.yaml, field 'kind': is missing. It is one of selection, cleaning, acquisition.",
        ),
        (b"[" * 20_000, "challenge.yaml: is nested more than 20 levels deep. Look for a bracket left open."),
        (b"#" * (256 * 1024 + 1), "challenge.yaml: is larger than 256 KiB. Shorten its texts."),
        (
            b"a: !!python/object/apply:os.system [id]",
            "challenge.yaml, line 1, column 4: the tag 'tag:yaml.org,2002:python/object/apply:os.system' is "
            "not read here. Write plain values without '!'.\n"
            "challenge.yaml, field 'kind': is missing. It is one of selection, cleaning, acquisition.",
        ),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_what_is_no_yaml_is_refused_with_its_line(content: bytes, text: str, tmp_path: Path) -> None:
    assert refusal(content, tmp_path) == text


def test_a_missing_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"challenge\.yaml: the bundle has no challenge\.yaml\."):
        read_specification(tmp_path)


def test_aliases_that_multiply_stay_small(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    assert "stands for more than 200000 values" in refusal(
        "\n".join([*lines, "kind: selection", "classes: *a11"]).encode(), tmp_path
    )


@given(st.binary(max_size=100))
def test_any_bytes_are_refused_as_the_bundles_fault(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    refusal(content, tmp_path_factory.getbasetemp())


def test_a_binary_task_has_the_classes_0_and_1() -> None:
    spec = parse_specification(specification())
    assert next(iter(spec.plans.values())).labels == ["0", "1"]
    spec = parse_specification(specification(labels="submitted"))
    assert next(iter(spec.plans.values())).labels == ["apple", "bread", "chair"]


def test_what_a_score_depends_on_leaves_out_the_texts() -> None:
    def part(**changes: Any) -> dict[str, Any]:
        return parse_specification(specification(**changes)).scoring_part()

    texts = dict.fromkeys(("title", "summary", "licence", "description", "rules", "data_card"), "other")
    assert part(**texts, domain="text") == part()
    for change in ({"budget": 7}, {"metric": "recall"}, {"seeds": [3]}, {"subsample": 0.6}, {"slug": "other"}):
        assert part(**change) != part()


def test_a_specification_survives_being_written_down() -> None:
    spec = parse_specification(specification())
    assert parse_specification(json.loads(spec.model_dump_json())) == spec


def test_a_file_that_can_be_right_is_never_too_large(tmp_path: Path) -> None:
    """The limit on a file's size allows the longest ids, quoted, with a task column and Windows line endings."""
    spec = parse_specification(specification(labels="submitted", budget=1000))
    line = '"{}","{}","{}"\r\n'.format("t" * 40, '""' * 128, '""' * 5)
    assert len(line) * (spec.budget + 1) <= spec.max_file_bytes


@pytest.mark.parametrize("labels", ["known", "submitted"])
def test_every_name_of_the_registry_may_be_written_in_a_specification(labels: str) -> None:
    # With submitted labels this challenge has three classes, which not every model supports.
    for model in (name for name in MODELS if labels == "known" or not MODELS[name].binary):
        spec = parse_specification(specification(labels=labels, model={"name": model}))
        assert spec.model.name == model
    assert [info.name for info in baselines_for(spec)] == list(kind_named("selection").baselines)


def test_baselines_that_need_examples_are_left_out_without_them() -> None:
    spec = parse_specification(specification(examples=None))
    assert [info.name for info in baselines_for(spec)] == [
        "random",
        "stratified",
        "k-center",
        "k-medoids",
        "uncertainty",
        "seals",
    ]
    spec = parse_specification(specification(labels="submitted", examples=None))
    assert baselines_for(spec) == []


BROKEN_LINES = """\
format: 1
kind: selcetion
slug: tiny
title: Tiny
summary: Choose a few rows.
domain: visoin
licence: CC0-1.0
labels: known
classes: [apple, bread]
tasks:
  - name: apple
    tittle: Apples
    positive: apple
budget: 6
model:
  name: logistic-regresion
metric: f2
seeds: [0, 1]
subsample: 0.7
pool: {files: [public/pool.parquet], label: label}
test:
  files: [hidden/../test.parquet]
"""


def test_everything_wrong_is_said_at_once_with_line_and_column(tmp_path: Path) -> None:
    said = refusal(BROKEN_LINES.encode(), tmp_path).splitlines()
    assert said == [
        "challenge.yaml, line 2, column 7, field 'kind': there is no kind 'selcetion'. Did you mean 'selection'?",
        "challenge.yaml, line 6, column 9, field 'domain': 'visoin' is not one of its values. Did you mean 'vision'?",
        "challenge.yaml, line 12, column 5, field 'tasks.0.tittle': there is no such field. Did you mean 'title'?",
        "challenge.yaml, line 16, column 9, field 'model.name': there is no model 'logistic-regresion'. "
        "Did you mean 'logistic-regression'?",
        "challenge.yaml, line 17, column 9, field 'metric': there is no metric 'f2'. Did you mean 'f1'?",
        "challenge.yaml, line 22, column 3, field 'test.files': 'hidden/../test.parquet' is not public/NAME.parquet or "
        "hidden/NAME.parquet.",
    ]


def test_what_is_quoted_may_be_unprintable(tmp_path: Path) -> None:
    said = refusal(with_nan(specification(pool=table("public/\u202epool.parquet"))), tmp_path)
    assert said.isprintable()


def test_rules_that_several_values_break_are_all_named(tmp_path: Path) -> None:
    changes = {"metric": "auc", "subsample": 1, "test": table("public/t.parquet")}
    fields = ["metric", "seeds", "their files belong in hidden/"]
    said = refusal(with_nan(specification(**changes)), tmp_path)
    assert all(word in said for word in fields), said


def test_what_is_recorded_can_be_read_again(tmp_path: Path) -> None:
    """This includes texts with characters that YAML refuses or folds, or that JSON writes as surrogate pairs."""
    text = "\U0001f600 \u2028 \x85 \x7f \ufeff ü 中 \t end\n"
    spec = parse_specification(specification(description=text))
    assert read_text(as_yaml(spec.model_dump(mode="json")).encode()) == spec
    assert read_text(json.dumps(specification(description=text)).encode()) == spec
    long = parse_specification(specification(description="中" * 50_000))
    assert read_text(as_yaml(long.model_dump(mode="json")).encode()) == long
    half = json.dumps(specification(description="half")).replace("half", "\\ud83d")
    assert "has half a character" in refusal(half.encode(), tmp_path)
