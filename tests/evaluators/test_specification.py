"""The specification: every rule of ``challenge.yaml`` refuses what breaks it and says which field it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.errors import BundleError
from evaluators.metric_names import CLASSIFICATION, METRICS
from evaluators.models.parameters import PARAMETERS
from evaluators.registry import BASELINES, MODELS, baselines_for
from evaluators.specification import parse_specification, read_specification
from tests.bundles import specification

SLUG_PATTERN = "String should match pattern '^[a-z0-9]+(?:[-_][a-z0-9]+)*$'."
PATTERN = "String should match pattern '^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*$'."
APPLE = {"name": "apple", "positive": "apple"}


def table(*files: str, **changes: Any) -> dict[str, Any]:
    return {"files": list(files), "label": "label"} | changes


def as_yaml(content: dict[str, Any]) -> bytes:
    return json.dumps(content).replace("NaN", ".nan").encode()


def refusal(content: bytes, folder: Path) -> str:
    (folder / "challenge.yaml").write_bytes(content)
    with pytest.raises(BundleError) as caught:
        read_specification(folder)
    return str(caught.value)


BROKEN = [
    ({"format": 2}, "field 'format': Input should be 1."),
    ({"format": None}, "field 'format': Field required."),
    ({"kind": "mending"}, "field 'kind': there is no kind 'mending'. It is one of selection, cleaning, acquisition."),
    ({"kind": None}, "field 'kind': Field required. It is one of selection, cleaning, acquisition."),
    ({"slug": "Tiny"}, f"field 'slug': {SLUG_PATTERN}"),
    ({"slug": "-a"}, f"field 'slug': {SLUG_PATTERN}"),
    ({"slug": "tiny\n"}, f"field 'slug': {SLUG_PATTERN}"),
    ({"slug": "x" * 61}, "field 'slug': String should have at most 60 characters."),
    ({"title": ""}, "field 'title': String should have at least 1 character."),
    ({"title": "x" * 101}, "field 'title': String should have at most 100 characters."),
    ({"summary": ""}, "field 'summary': String should have at least 1 character."),
    ({"licence": ""}, "field 'licence': String should have at least 1 character."),
    ({"rules": "x" * 50_001}, "field 'rules': String should have at most 50000 characters."),
    (
        {"domain": "music"},
        "field 'domain': Input should be 'text', 'vision', 'speech', 'tabular' or 'other'.",
    ),
    ({"labels": "guessed"}, "field 'labels': Input should be 'known' or 'submitted'."),
    ({"classes": ["a"]}, "field 'classes': List should have at least 2 items after validation, not 1."),
    ({"classes": ["apple", "bread", "apple"]}, "field 'classes': a class is named twice."),
    (
        {"classes": ["apple", "bread", " chair"]},
        "field 'classes': ' chair': a class has 1 to 100 characters that print, no blank at its ends.",
    ),
    (
        {"classes": ["apple", "bread", ""]},
        "field 'classes': '': a class has 1 to 100 characters that print, no blank at its ends.",
    ),
    ({"classes": ["apple", 2]}, "field 'classes.1': Input should be a valid string."),
    ({"tasks": []}, "field 'tasks': List should have at least 1 item after validation, not 0."),
    ({"tasks": [APPLE, APPLE | {"name": "Apple"}]}, "tasks: a name is used twice; capitals make no difference."),
    ({"tasks": [{"name": "a b"}]}, f"field 'tasks.0.name': {PATTERN}"),
    ({"tasks": [{"name": "../x"}]}, f"field 'tasks.0.name': {PATTERN}"),
    ({"tasks": [{"name": "pear", "positive": "pear"}]}, "tasks: 'pear' is not one of the classes."),
    ({"tasks": [{"name": "things"}]}, "metric: f1 needs two classes in every task."),
    ({"budget": 1}, "field 'budget': Input should be greater than or equal to 2."),
    ({"budget": 100_001}, "field 'budget': Input should be less than or equal to 100000."),
    (
        {"model": {"name": "logistic-regression", "parameters": {"c": 1.0}}},
        "field 'model': parameters: c: Extra inputs are not permitted.",
    ),
    (
        {"model": {"name": "nearest-neighbours", "parameters": {"k": 0}}},
        "field 'model': parameters: k: Input should be greater than or equal to 1.",
    ),
    ({"budget": 2.5}, "field 'budget': Input should be a valid integer, got a number with a fractional part."),
    ({"model": {"name": "mlp"}}, f"field 'model': unknown model 'mlp'; there are {', '.join(PARAMETERS)}."),
    ({"metric": "aud"}, f"field 'metric': unknown metric 'aud'; there are {', '.join(METRICS)}."),
    ({"metric": "auc"}, f"metric: auc is not for a selection; there are {', '.join(CLASSIFICATION)}."),
    ({"seeds": []}, "field 'seeds': List should have at least 1 item after validation, not 0."),
    ({"seeds": [1, 1]}, "field 'seeds': seeds are different whole numbers from 0 to 4294967295."),
    ({"seeds": [-1]}, "field 'seeds': seeds are different whole numbers from 0 to 4294967295."),
    ({"seeds": [2**32]}, "field 'seeds': seeds are different whole numbers from 0 to 4294967295."),
    ({"subsample": 0}, "field 'subsample': Input should be greater than 0."),
    ({"subsample": 1.01}, "field 'subsample': Input should be less than or equal to 1."),
    ({"subsample": float("nan")}, "field 'subsample': Input should be less than or equal to 1."),
    ({"subsample": 1}, "seeds: with subsample 1 every seed gives the same score; name one seed."),
    ({"pool": table("public/p.parquet", label=None)}, "pool: with known labels the pool names its label column."),
    (
        {"labels": "submitted", "pool": table("public/p.parquet")},
        "pool: with submitted labels the pool must have no label column, it would be published.",
    ),
    ({"test": table("hidden/t.parquet", label=None)}, "test and examples name their label column."),
    ({"examples": table("public/e.parquet", label=None)}, "test and examples name their label column."),
    ({"pool": table("hidden/p.parquet")}, "pool and examples are public: their files belong in public/."),
    ({"examples": table("hidden/e.parquet")}, "pool and examples are public: their files belong in public/."),
    ({"test": table("public/t.parquet")}, "test rows are hidden: their files belong in hidden/."),
    ({"pool": table()}, "field 'pool.files': List should have at least 1 item after validation, not 0."),
    ({"pool": table("public/p.parquet", "public/p.parquet")}, "field 'pool.files': a file is named twice."),
    ({"pool": None}, "pool: the task 'apple' has none, and there is none for all tasks."),
    ({"scorer": "mine.py"}, "field 'scorer': Input should be 'corrected', 'reference' or 'reference-knn'."),
    ({"scorer": "reference"}, "scorer: this challenge has no scorer 'reference'."),
    ({"script": "mine.py"}, "field 'script': Extra inputs are not permitted."),
]


@pytest.mark.parametrize(
    ("changes", "text"), BROKEN, ids=lambda value: "".join(value) if isinstance(value, dict) else ""
)
def test_a_broken_value_is_refused_with_its_field(changes: dict[str, Any], text: str, tmp_path: Path) -> None:
    separator = ", " if text.startswith("field ") else ": "
    assert refusal(as_yaml(specification(**changes)), tmp_path) == f"challenge.yaml{separator}{text}"


@pytest.mark.parametrize(
    "name",
    [
        "public/../hidden/test.parquet",
        "public/../../etc/passwd.parquet",
        "/public/pool.parquet",
        "public/a/b.parquet",
        "public\\pool.parquet",
        "public/pool.csv",
        "public/.parquet",
        "public/.hidden.parquet",
        "public/pool\n.parquet",
        "public/pool\0.parquet",
        "public/päol.parquet",
        "private/pool.parquet",
        "",
    ],
)
def test_a_data_file_has_a_plain_name_in_one_of_two_folders(name: str, tmp_path: Path) -> None:
    content = as_yaml(specification(pool=table(name)))
    assert "is not public/NAME.parquet or hidden/NAME.parquet" in refusal(content, tmp_path)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "challenge.yaml: is not a mapping from fields to values."),
        (b"- a\n- b\n", "challenge.yaml: is not a mapping from fields to values."),
        (b"format: 1\nkind: a: b\n", "challenge.yaml, line 2: is not valid YAML: mapping values are not allowed here."),
        (
            b"format: 1\nformat: 1\n",
            'challenge.yaml, line 2: is not valid YAML: found duplicate key "format" with value "1" '
            '(original value: "1").',
        ),
        (b"\xff\xfe", "challenge.yaml: is not UTF-8 text."),
        (b"title: \x01\n", "challenge.yaml: is not valid YAML."),
        (b"budget: " + b"9" * 5000, "challenge.yaml: is not valid YAML."),
        (b"title: 2001-99-99", "challenge.yaml: is not valid YAML."),
        (b"[" * 20_000, "challenge.yaml: is not valid YAML."),
        (b"#" * (256 * 1024 + 1), "challenge.yaml: is larger than 256 KiB."),
        (
            b"a: !!python/object/apply:os.system [id]",
            "challenge.yaml, line 1: is not valid YAML: could not determine a constructor for the tag "
            "'tag:yaml.org,2002:python/object/apply:os.system'.",
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
    assert "field 'classes.0': Input should be a valid string." in refusal(
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
    """The bound on a file's size leaves room for the longest ids, quoted, with a task and Windows line ends."""
    spec = parse_specification(specification(labels="submitted", budget=1000))
    line = '"{}","{}","{}"\r\n'.format("t" * 40, '""' * 128, '""' * 5)
    assert len(line) * (spec.budget + 1) <= spec.max_file_bytes


@pytest.mark.parametrize("labels", ["known", "submitted"])
def test_every_name_of_the_registry_may_be_written_in_a_specification(labels: str) -> None:
    # Those whose labels are submitted have three classes, which not every model tells apart.
    for model in (name for name in MODELS if labels == "known" or not PARAMETERS[name].binary):
        spec = parse_specification(specification(labels=labels, model={"name": model}))
        assert spec.model.name == model
    assert [info.name for info in baselines_for(spec)] == list(BASELINES["selection"])


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
