"""Checking a selection: every mistake is found, named and located; the hidden rows are never read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from evaluators.problems.problem import MAX_PROBLEMS, SubmissionError
from evaluators.scoring.checking import check, reads_the_same
from evaluators.specification.challenge import Specification
from evaluators.specification.reading import parse_specification, read_specification
from evaluators.submissions.uploads import Upload
from tests import cleanings, markets
from tests.bundles import write_bundle
from tests.evaluators.conftest import MakeDataset
from tests.finals import add_final
from tests.kinds import write_acquisition, write_cleaning

Uploads = Callable[..., list[Upload]]
PURCHASE = b"seller,rows\nmill,10\nbarn,0\nloft,4\n"
TAKE = "Take the ids from the column 'id' of pool.parquet."


def refusal(dataset: PreparedDataset, **files: str) -> str:
    with pytest.raises(SubmissionError) as caught:
        check(dataset, [Upload(f"{name}.csv", text.encode()) for name, text in files.items()])
    return str(caught.value)


def test_a_right_submission_is_described(
    known: PreparedDataset, submitted: PreparedDataset, good_uploads: Uploads
) -> None:
    report = check(known, good_uploads())
    assert report.lines == ["Apples: 6 of 6 rows (4 × others, 2 × apple)", "bread: 6 of 6 rows (4 × others, 2 × bread)"]
    assert report.as_dict()["tasks"][0] == {
        "task": "apple",
        "title": "Apples",
        "line": "6 of 6 rows (4 × others, 2 × apple)",
        "counts": {"others": 4, "apple": 2},
    }
    report = check(submitted, good_uploads(labels="submitted", rows=3))
    assert report.lines == ["Things: 3 of 6 rows (1 × apple, 1 × bread, 1 × chair)"]


def test_the_hidden_rows_are_not_opened(make_dataset: MakeDataset, good_uploads: Uploads) -> None:
    dataset = make_dataset()
    for table in ("test", "examples"):
        shutil.rmtree(dataset.path / "tables" / table)
    check(PreparedDataset.open(dataset.path), good_uploads())


@pytest.mark.parametrize(
    ("write", "uploads"),
    [
        (cleanings.write_cleaning, [cleanings.ranking(), cleanings.ranking(name="tea")]),
        (
            markets.write_market,
            [Upload(f"{name}.csv", PURCHASE) for name in ("tea", "ink")],
        ),
    ],
    ids=["cleaning", "acquisition"],
)
def test_nor_are_those_of_other_kinds(write: Callable[[Path], Path], uploads: list[Upload], tmp_path: Path) -> None:
    dataset = PreparedDataset.open(prepare(write(tmp_path / "bundle"), tmp_path / "store"))
    hidden = [name for name, planned in dataset.specification.tables().items() if not planned.table.public]
    assert hidden
    for name in hidden:
        shutil.rmtree(dataset.path / "tables" / name)
    assert check(PreparedDataset.open(dataset.path), uploads).lines


def test_every_problem_of_every_task_is_found(known: PreparedDataset) -> None:
    assert refusal(
        known,
        apple="id\npool-000\npool-000\nnobody\n",
        bread="id\n" + "\n".join(f"pool-{number:03d}" for number in range(8)),
    ).split("\n") == [
        "apple.csv, line 3, field 'id': 'pool-000' is already chosen in line 2. Name each row once.",
        f"apple.csv, line 4, field 'id': 'nobody' is not in the pool. {TAKE}",
        "bread.csv, line 8: the task 'bread' has 8 rows, the budget is 6. Remove 2.",
    ]


def test_the_first_problems_are_shown_and_all_are_counted(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(budget=100)
    text = refusal(dataset, apple="id\n" + "\n".join(f"x{number}" for number in range(50)), bread="id\npool-000\n")
    assert len(text.split("\n")) == MAX_PROBLEMS + 1
    assert text.endswith("… and 31 more.")


@pytest.mark.parametrize("label", ["3", "1.0", "Apple", "", "nan", "=1", "9" * 400])
def test_a_label_that_is_no_class_is_refused(label: str, submitted: PreparedDataset) -> None:
    text = refusal(submitted, a=f"id,label\npool-000,{label}\npool-001,bread\n")
    assert text.startswith("a.csv, line 2, field 'label': ")
    assert text.endswith("is not a label of this task. Write one of apple, bread, chair, exactly so.")


def test_of_many_classes_some_are_shown(make_dataset: MakeDataset) -> None:
    classes = [f"c{number}" for number in range(30)]
    dataset = make_dataset(labels="submitted", classes=classes, rows=60)
    assert "Write one of c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, …, exactly so." in refusal(
        dataset, a="id,label\npool-000,x\n"
    )


def test_a_row_of_the_hidden_set_is_as_unknown_as_any_other(known: PreparedDataset) -> None:
    hidden = refusal(known, apple="id\ntest-000\n", bread="id\npool-000\npool-001\n")
    unknown = refusal(known, apple="id\nnope-000\n", bread="id\npool-000\npool-001\n")
    assert hidden == unknown.replace("nope", "test")


def test_a_letter_that_looks_like_another_is_named(known: PreparedDataset) -> None:
    assert "'рool-000' is not in the pool (its character 1 is U+0440, CYRILLIC SMALL LETTER ER)." in refusal(
        known, apple="id\nрool-000\n", bread="id\npool-000\npool-001\n"
    )


def test_rows_of_one_class_cannot_train_a_classifier(known: PreparedDataset) -> None:
    assert refusal(known, apple="id\npool-001\npool-002\n", bread="id\npool-000\npool-001\n") == (
        "apple.csv: all rows chosen for the task 'apple' are of one class. A classifier needs rows of at least two."
    )


@pytest.mark.parametrize(
    ("files", "text"),
    [
        (
            {"apple": "id\npool-000\npool-001\n"},
            "nothing is chosen for the task 'bread'. "
            "Send apple.csv, bread.csv with the header 'id', or one file with the header 'task,id'.",
        ),
        (
            {"pear": "id\npool-000\n"},
            "pear.csv: its name is not that of a task, and it has no column 'task'. "
            "Name it as one of apple.csv, bread.csv, or give it the header 'task,id'.",
        ),
        (
            {"all": "task,id\npear,pool-000\n"},
            "all.csv, line 2, field 'task': 'pear' is not a task. The tasks are apple, bread.",
        ),
        (
            {"all": "task,id\n,pool-000\n"},
            "all.csv, line 2, field 'task': '' is not a task. The tasks are apple, bread.",
        ),
        (
            {"apple": "id\npool-000\n", "all": "task,id\napple,pool-001\nbread,pool-001\n"},
            "all.csv: the task 'apple' is already in apple.csv. Send each task once.",
        ),
        (
            {"apple": "task,id\nbread,pool-001\n", "bread": "id\npool-000\n"},
            "apple.csv, line 1, field 'task': the column 'task' is not expected. "
            "Remove it. The first line must be 'id'.",
        ),
    ],
)
def test_tasks_are_told_apart(files: dict[str, str], text: str, known: PreparedDataset) -> None:
    assert refusal(known, **files) == text


def test_a_tasks_file_may_be_written_in_capitals(known: PreparedDataset) -> None:
    files = [Upload(name, b"id\npool-000\npool-001\n") for name in ("Apple.CSV", "BREAD.csv")]
    assert [sum(task.counts.values()) for task in check(known, files).tasks] == [2, 2]


def test_with_one_task_any_name_will_do_but_only_one_file(submitted: PreparedDataset) -> None:
    content = b"id,label\npool-000,apple\npool-001,bread\n"
    check(submitted, [Upload("Übung 1.txt", content)])
    with pytest.raises(SubmissionError, match=r"b\.csv: the task 'things' is already in a\.csv\."):
        check(submitted, [Upload("a.csv", content), Upload("b.csv", content)])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["apple.csv", "bread.csv", "x.csv"]), st.binary(max_size=40)), min_size=1, max_size=3
    ),
    st.lists(
        st.lists(st.sampled_from(["task", "id", "apple", "bread", "pool-000", "pool-001", "no"]), max_size=3),
        max_size=6,
    ),
)
def test_nothing_but_an_explanation_ever_comes_of_it(
    known_path: Path, files: list[tuple[str, bytes]], table: list[list[str]]
) -> None:
    written = "\n".join(",".join(cells) for cells in table).encode()
    try:
        check(PreparedDataset.open(known_path), [Upload(name, written or content) for name, content in files])
    except SubmissionError as error:
        messages = str(error)
    else:
        messages = ""
    assert all(line.isprintable() for line in messages.split("\n"))


@pytest.fixture(scope="session")
def known_path(known: PreparedDataset) -> Path:
    return known.path


def _read_and_named(bundle: Path) -> tuple[Specification, dict[str, str]]:
    specification = read_specification(bundle)
    return specification, {name: (bundle / name).read_bytes().hex() for name in specification.data_files}


@pytest.mark.parametrize("write", [write_bundle, write_cleaning, write_acquisition])
def test_only_test_rows_may_differ_for_a_check_to_say_the_same(write: Callable[..., Path], tmp_path: Path) -> None:
    specification, sources = _read_and_named(write(tmp_path / "b"))
    assert reads_the_same(specification, sources, specification, sources)
    tables = specification.tables()
    tests = set(specification.test_tables().values())
    for name, planned in tables.items():
        for file in planned.table.sources:
            same = reads_the_same(specification, sources, specification, sources | {file: "other bytes"})
            assert same == (name in tests and not planned.table.public), file
    for document in specification.documents:
        assert not reads_the_same(specification, sources, specification, sources | {document: "other bytes"})
    content = specification.model_dump(mode="json")
    texts = parse_specification(content | {"title": "Another title", "rules": "Other words."})
    assert reads_the_same(specification, sources, texts, sources)
    for change in ({"classes": [*specification.classes, "one more"]}, {"scorer": "reference"}, {"partial": True}):
        assert not reads_the_same(specification, sources, specification.model_copy(update=change), sources)


def test_the_budget_is_read_and_the_hidden_part_is_not(tmp_path: Path) -> None:
    specification, sources = _read_and_named(add_final(write_bundle(tmp_path / "b")))
    shown, final = specification.on_split("test"), specification.on_split("final")
    assert reads_the_same(shown, sources, final, sources)
    half, _ = _read_and_named(write_bundle(tmp_path / "half", budget=3))
    assert not reads_the_same(shown, sources, half, sources)
