"""A chosen task is written into a file's name, and is what is read there afterwards."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evaluators.errors import SubmissionError
from evaluators.specification import Specification, parse_specification, task_of_name
from evaluators.uploads import Upload
from leaderboard.filenames import named_for_tasks
from tests.bundles import specification

TASKS = ["food", "food-rare", "Body_1", "0", "1"]


def _with_tasks(*names: str) -> Specification:
    tasks = [{"name": name, "positive": "apple"} for name in names]
    return parse_specification(specification(tasks=tasks))


def _named(names: list[str], files: list[str], tasks: list[str]) -> list[str]:
    uploads = [Upload(name, b"id\n") for name in files]
    return [upload.name for upload in named_for_tasks(_with_tasks(*names), uploads, tasks)]


@pytest.mark.parametrize(
    ("files", "chosen", "stored"),
    [
        (["a.csv", "b.csv"], [], ["a.csv", "b.csv"]),
        (["a.csv", "b.csv"], [""], ["a.csv", "b.csv"]),
        (["a.csv", "b.csv"], ["", ""], ["a.csv", "b.csv"]),
        ([], ["food"], []),
        (["mine.csv"], ["food"], ["food_mine.csv"]),
        (["mine"], ["food"], ["food_mine"]),
        (["mine.csv", "0.txt"], ["food", ""], ["food_mine.csv", "0.txt"]),
        (["FOOD.csv"], ["food"], ["FOOD.csv"]),
        (["best_food.csv"], ["food"], ["best_food.csv"]),
        (["food.csv"], ["food-rare"], ["food-rare_food.csv"]),
        (["0.txt"], ["food"], ["food_0.txt"]),
        (["mine.csv"], ["Body_1"], ["Body_1_mine.csv"]),
    ],
)
def test_a_choice_becomes_a_name(files: list[str], chosen: list[str], stored: list[str]) -> None:
    assert _named(TASKS, files, chosen) == stored


@pytest.mark.parametrize(
    ("files", "chosen", "sentence"),
    [
        (["a.csv", "b.csv"], ["food"], "1 task is chosen for 2 files"),
        (["a.csv"], ["food", ""], "2 tasks are chosen for 1 files"),
        (["a.csv"], ["drinks"], "'drinks' is not a task. The tasks are food, food-rare"),
        (["a.csv"], ["FOOD"], "'FOOD' is not a task"),
        (["1.txt"], ["0"], "also names another task than '0'"),
        (["x_food-rare.csv"], ["food"], "also names another task than 'food'"),
    ],
)
def test_what_could_be_read_otherwise_is_refused(files: list[str], chosen: list[str], sentence: str) -> None:
    with pytest.raises(SubmissionError, match=sentence):
        _named(TASKS, files, chosen)


def test_an_archive_speaks_for_itself() -> None:
    upload = Upload("all.zip", b"PK\x03\x04")
    with pytest.raises(SubmissionError, match="is an archive"):
        named_for_tasks(_with_tasks("food", "body"), [upload], ["food"])
    assert named_for_tasks(_with_tasks("food", "body"), [upload], [""]) == [upload]


def test_with_one_task_any_name_stays() -> None:
    assert _named(["food"], ["mine.csv"], ["food"]) == ["mine.csv"]


@given(
    st.lists(st.from_regex(r"[A-Za-z0-9]{1,4}([-_][A-Za-z0-9]{1,3})?", fullmatch=True), min_size=2, max_size=6),
    st.from_regex(r"[A-Za-z0-9_-]{1,12}(\.[a-z]{1,4})?", fullmatch=True),
    st.data(),
)
def test_whatever_is_accepted_is_read_as_it_was_chosen(names: list[str], file: str, data: st.DataObject) -> None:
    assume(len({name.lower() for name in names}) == len(names))
    chosen = data.draw(st.sampled_from(names))
    try:
        stored = _named(names, [file], [chosen])
    except SubmissionError:
        return
    assert task_of_name(names, stored[0]) == chosen
