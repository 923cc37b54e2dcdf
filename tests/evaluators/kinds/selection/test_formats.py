"""The file formats of a selection submission: the same choice in any of them."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import open_bundle
from evaluators.kinds.selection.formats_json import Label, LabelMap, LabelMaps, WordList, is_json, read_json
from evaluators.kinds.selection.reading import SelectionSubmission, read
from evaluators.problems.problem import Problem, SubmissionError
from evaluators.scoring.checking import check
from evaluators.submissions.numbers import as_number
from evaluators.submissions.uploads import Upload, unpack
from tests.bundles import write_bundle
from tests.dataperf_selection import allowed_clips, image

MAX_BYTES = 64 * 1024

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
lists_of_words = st.fixed_dictionaries({}, optional={"targets": json_values, "nontargets": json_values})


def problems(content: bytes) -> list[Problem]:
    """The problems of a file; none if it can be read."""
    try:
        parsed(content)
    except SubmissionError as error:
        return error.problems
    return []


def parsed(content: bytes, *, last: bool = False) -> LabelMap | LabelMaps | WordList:
    return read_json(Upload("mine.json", content), max_bytes=MAX_BYTES, max_rows=1000, last_of_equal_keys=last)


def as_label(value: int | str) -> Label:
    if isinstance(value, str):
        return Label(value, None, quoted=True)
    return Label(str(value), as_number(str(value)), quoted=False)


@given(st.binary(max_size=200) | st.sampled_from([b'{"a": ', b"[", b'"\\u', b"\xef\xbb\xbf{"]))
def test_bytes_are_read_or_refused(content: bytes) -> None:
    assert all(problem.file == "mine.json" for problem in problems(content))


@given(json_values | lists_of_words, st.booleans())
def test_any_json_is_read_or_refused(value: Any, ascii_only: bool) -> None:
    content = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert all(str(problem).isprintable() for problem in problems(content))


@given(st.dictionaries(st.text(min_size=1), st.integers() | st.text(), min_size=1), st.sampled_from([None, 2]))
def test_a_label_map_says_what_was_written(labels: dict[str, Any], indent: int | None) -> None:
    content = b"\xef\xbb\xbf" + json.dumps(labels, indent=indent).encode()
    assert is_json(content)
    assert parsed(content) == LabelMap(tuple((name, as_label(label)) for name, label in labels.items()))


@given(st.dictionaries(st.text(min_size=1), st.dictionaries(st.text(), st.integers(), max_size=3), min_size=1))
def test_outer_keys_hold_maps_in_the_order_of_the_file(maps: dict[str, dict[str, int]]) -> None:
    found = parsed(json.dumps(maps).encode())
    expected = tuple(
        (key, LabelMap(tuple((name, as_label(label)) for name, label in labels.items())))
        for key, labels in maps.items()
    )
    assert found == LabelMaps(expected)


@given(
    st.dictionaries(st.text(), st.lists(st.text(), max_size=3), max_size=3),
    st.lists(st.text(), max_size=3),
    st.booleans(),
)
def test_a_word_list_says_what_was_written(
    targets: dict[str, list[str]], nontargets: list[str], targets_first: bool
) -> None:
    value = {"targets": targets, "nontargets": nontargets}
    content = json.dumps(value if targets_first else dict(reversed(value.items()))).encode()
    words = tuple((word, tuple(ids)) for word, ids in targets.items())
    assert parsed(content) == WordList(words, tuple(nontargets), ())


def test_labels_that_are_numbers_compare_as_numbers() -> None:
    found = parsed(b'{"a": 1, "b": 1.0, "c": 1e0, "d": -0, "e": true, "f": 0.5, "g": 1e999, "h": "1.0"}')
    assert isinstance(found, LabelMap)
    assert [label.number for _, label in found.labels] == ["1", "1", "1", "0", "1", "0.5", None, None]
    assert [label.text for _, label in found.labels] == ["1", "1.0", "1e0", "-0", "true", "0.5", "1e999", "1.0"]
    assert [name for name, label in found.labels if label.quoted] == ["h"]


def test_every_key_that_occurs_twice_is_named() -> None:
    with pytest.raises(SubmissionError) as caught:
        parsed(b'{"a": 1, "b": 0, "a": 1, "b": 0, "c": 0, "a": 0}')
    assert [problem.field for problem in caught.value.problems] == ["a", "b"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 1)), min_size=1), st.booleans())
def test_or_the_last_value_counts_at_the_first_place(pairs: list[tuple[str, int]], nested: bool) -> None:
    content = ("{" + ", ".join(f'"{key}": {value}' for key, value in pairs) + "}").encode()
    content = b'{"any": ' + content + b"}" if nested else content
    kept = json.loads(content)
    found = parsed(content, last=True)
    if nested:
        assert isinstance(found, LabelMaps)
        found, kept = found.maps[0][1], kept["any"]
    assert isinstance(found, LabelMap)
    assert [(name, int(label.text)) for name, label in found.labels] == list(kept.items())
    assert found.doubled == len(pairs) - len(kept)


@pytest.mark.parametrize(
    "value",
    [
        {"\udfff": 1},
        {"a": "x\ud800"},
        {"a": [{"\ud800": 1}]},
        {"targets": {"\ud800": []}, "nontargets": []},
        {"targets": {"job": ["a", "\ud800"]}, "nontargets": []},
        {"targets": {}, "nontargets": ["\ude00\ud83d"]},
        {"targets": {}, "nontargets": [], "\ud800": 1},
    ],
)
def test_half_of_a_character_is_refused_where_it_is_read(value: Any) -> None:
    (problem,) = problems(json.dumps(value).encode())
    assert "lone surrogate" in problem.message
    assert str(problem).isprintable()


def test_an_escaped_character_beyond_the_first_plane_is_whole() -> None:
    assert parsed(b'{"\\ud83c\\udf4e": 1, "\\ud7ff": 0}') == LabelMap(
        (("\U0001f34e", as_label(1)), ("\ud7ff", as_label(0)))
    )


@pytest.mark.parametrize(
    "value",
    [
        dict.fromkeys(map(str, range(1001)), 1),
        {"targets": {"job": ["a"] * 600, "cat": ["a"]}, "nontargets": ["b"] * 400},
        {"targets": {str(number): [] for number in range(1001)}, "nontargets": []},
        {"a": dict.fromkeys(map(str, range(600)), 1), "b": dict.fromkeys(map(str, range(401)), 1)},
    ],
)
def test_rows_are_bounded_in_every_form(value: Any) -> None:
    assert problems(json.dumps(value).encode()) == [
        Problem(
            "has more than 1000 rows, far more than the budget.",
            "Send only the rows you chose, not the whole pool.",
            "mine.json",
        )
    ]


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b'{"a": 1,}', 1, "illegal trailing comma before end of object at character 8"),
        (b'{"a": 1,\n \n}', 1, "illegal trailing comma before end of object at character 8"),
        (b'{"targets": {"w": ["a", ] }}', 1, "illegal trailing comma before end of array at character 23"),
        (b'{"a": 1,', 1, "expecting property name enclosed in double quotes at character 9"),
    ],
)
def test_a_comma_too_many_is_named_on_every_python(content: bytes, line: int, said: str) -> None:
    with pytest.raises(SubmissionError) as caught:
        parsed(content)
    (problem,) = caught.value.problems
    assert (problem.line, problem.message) == (line, f"is not valid JSON: {said}.")


@pytest.mark.parametrize("depth", [101, 900, 1100, 5000])
@pytest.mark.parametrize("form", ["objects", "lists", "objects in lists"])
def test_nesting_is_bounded_on_every_python(depth: int, form: str) -> None:
    begin, end = {"objects": (b'{"a":', b"}"), "lists": (b"[", b"]"), "objects in lists": (b'[{"a":', b"}]")}[form]
    inner = begin * depth + b"1" + end * depth
    with pytest.raises(SubmissionError, match="nested far too deeply"):
        parsed(b'{"a": ' + inner + b"}")


def test_a_file_too_large_is_not_parsed() -> None:
    with pytest.raises(SubmissionError, match="is larger than 64 KiB"):
        parsed(b'{"a":' * MAX_BYTES)


# --- the same choice in every form


def rows_of(dataset: PreparedDataset, *uploads: Upload) -> dict[str, tuple[list[int], list[int]]]:
    found = read(dataset, list(uploads))
    assert isinstance(found, SelectionSubmission)
    return {task.plan.name: (task.row_indices.tolist(), task.classes.tolist()) for task in found.tasks}


def zipped(*uploads: Upload) -> Upload:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for upload in uploads:
            archive.writestr(f"mine/{upload.name}", upload.content)
    return Upload("mine.zip", content.getvalue())


def test_labels_may_come_in_any_form(vision: PreparedDataset) -> None:
    labels = {image(number): number % 2 for number in range(10, 30)}
    rows = "".join(f"{name},{label}\n" for name, label in labels.items())
    swapped = "".join(f"{label},{name}\n" for name, label in labels.items())
    hawk = Upload("Hawk.csv", f"id,label\n{rows}".encode())
    expected = rows_of(vision, Upload("Cupcake.csv", f"id,label\n{rows}".encode()), hawk)
    as_json = json.dumps(labels).encode()
    for name, content in {
        "cupcake_best.csv": f"ImageID,Confidence\n{rows}".encode(),
        "Cupcake.csv": f"Confidence,ImageID\r\n{swapped}".encode(),
        "CUPCAKE_1.json": as_json,
        "alpha_train_Cupcake.json": json.dumps({name: str(label) for name, label in labels.items()}, indent=1).encode(),
        "Cupcake.txt": as_json,
    }.items():
        assert rows_of(vision, Upload(name, content), hawk) == expected, name
    assert rows_of(vision, *unpack([zipped(Upload("Cupcake.json", as_json), hawk)])) == expected
    both = "".join(f"{task},{name},{label}\n" for task in ("Cupcake", "Hawk") for name, label in labels.items())
    assert rows_of(vision, Upload("mine.csv", f"task,id,label\n{both}".encode())) == expected
    assert rows_of(vision, Upload("mine.csv", f"task,ImageID,Confidence\n{both}".encode())) == expected


def test_known_labels_may_be_said_and_must_be_right(known: PreparedDataset) -> None:
    """The labels of a binary task are 0 and 1: row i of the pool is an apple if i is divisible by three."""
    labels = {f"pool-{number:03d}": int(number % 3 == 0) for number in range(6)}
    bread = Upload("bread.csv", b"id\npool-000\npool-001\n")
    plain = Upload("apple.csv", "\n".join(["id", *labels]).encode())
    said = Upload("apple.json", json.dumps(labels).encode())
    assert rows_of(known, said, bread) == rows_of(known, plain, bread)
    wrong = Upload("apple.json", json.dumps(labels | {"pool-001": 1}).encode())
    with pytest.raises(SubmissionError) as caught:
        check(known, [wrong, bread])
    assert str(caught.value) == (
        "apple.json, field 'pool-001': 'pool-001' is listed as '1'; in the pool it is '0'. "
        "List it as '0', or leave it out."
    )


def test_dataperf_s_header_is_for_labels_that_are_submitted(known: PreparedDataset) -> None:
    with pytest.raises(SubmissionError, match="the column 'id' is missing"):
        check(known, [Upload("apple.csv", b"ImageID,Confidence\npool-000,1\n"), Upload("bread.csv", b"id\npool-000\n")])


def test_words_are_classes(speech: PreparedDataset) -> None:
    words = {word: allowed_clips(word)[:2] for word in ("fifty", "episode", "route", "job", "restaurant")}
    nontargets = allowed_clips("cat")[:3]
    by_word = Upload("en_25.json", json.dumps({"targets": words, "nontargets": nontargets}).encode())
    ids = [name for listed in words.values() for name in listed] + nontargets
    assert rows_of(speech, by_word) == rows_of(speech, Upload("en_25.csv", "\n".join(["id", *ids]).encode()))


def test_classes_that_are_written_as_numbers_are_met_as_written(tmp_path: Path) -> None:
    """And a number that is written in another way is the same class, unless a class has that name."""
    classes = ["1.0", "2.50", "1e3"]
    bundle = write_bundle(tmp_path / "bundle", classes=classes, labels="submitted")
    dataset = open_bundle(bundle, tmp_path / "store")
    as_written = b'{"pool-000": 1.0, "pool-001": 2.50, "pool-002": 1e3, "pool-003": "1.0"}'
    (line,) = check(dataset, [Upload("things.json", as_written)]).lines
    assert line.endswith("(2 × 1.0, 1 × 2.50, 1 × 1e3)")
    with pytest.raises(SubmissionError, match="'1' is not a label"):
        check(dataset, [Upload("things.json", as_written.replace(b": 1.0,", b": 1,"))])


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"---\n", b"# mine\n\n", b"%YAML 1.2\n---\n"])
def test_a_word_list_in_yaml_is_named(start: bytes, speech: PreparedDataset) -> None:
    content = start + b"targets:\n  job: [a]\nnontargets: [b]\n"
    with pytest.raises(SubmissionError, match="is YAML, a form that DataPerf only took in its first months"):
        check(speech, [Upload("en_25_train.txt", content)])


def test_a_name_does_not_make_yaml(vision: PreparedDataset) -> None:
    labels = {image(1): 1, image(2): 0}
    table = "".join(["id,label\n", *(f"{name},{label}\n" for name, label in labels.items())]).encode()
    uploads = [Upload("Cupcake.yaml", json.dumps(labels).encode()), Upload("Hawk.yml", table)]
    assert len(check(vision, uploads).lines) == 2
