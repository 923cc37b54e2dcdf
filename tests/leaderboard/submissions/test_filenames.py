"""A chosen task is written into the file's name, from which it is read afterwards."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evaluators.problems import SubmissionError
from evaluators.specification import Specification, parse_specification
from evaluators.submissions import Upload, plain_name, task_of_name
from leaderboard.submissions.filenames import named_for_tasks
from tests import cleanings
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


@pytest.mark.parametrize(
    ("file", "stored"),
    [
        ("time_mine.txt", "time_jam_mine.txt"),
        ("TIME_mine.TXT", "time_jam_mine.TXT"),
        ("time_jam_mine.txt", "time_jam_mine.txt"),
        ("time_jam.txt", "time_jam.txt"),
        ("mine.txt", "jam_mine.txt"),
        ("time_mine.csv", "jam_time_mine.csv"),
        (f"time_{'m' * 91}.txt", f"time_jam_{'m' * 87}.txt"),
    ],
)
def test_a_time_beside_a_ranking_stays_one(file: str, stored: str) -> None:
    rank = parse_specification(cleanings.specification())
    assert [upload.name for upload in named_for_tasks(rank, [Upload(file, b"1")], ["jam"])] == [stored]


def test_where_no_times_are_taken_the_name_is_like_any_other() -> None:
    relabel = parse_specification(cleanings.specification(action="relabel"))
    assert named_for_tasks(relabel, [Upload("time_mine.txt", b"1")], ["jam"])[0].name == "jam_time_mine.txt"


@pytest.mark.parametrize(
    "file", ["x" * 96 + ".csv", "x" * 100, "語" * 60 + ".csv", "x." + "y" * 98, "x" * 40 + "語" * 51 + "z.txt"]
)
def test_a_long_name_is_cut_and_never_refused_for_what_was_put_before_it(file: str) -> None:
    (name,) = _named(TASKS, [file], ["food-rare"])
    assert plain_name(name) == name
    assert name.startswith(f"food-rare_{file[:10]}" if file[1] != "." else "food-rare_x.yyy")
    assert not file.endswith((".csv", ".txt")) or name.endswith(file[-4:])


@pytest.mark.parametrize("file", ["x" * 97 + ".csv", "語" * 66 + ".csv", ".csv", "a/b.csv"])
def test_a_name_that_cannot_be_stored_is_refused_as_it_was_sent(file: str) -> None:
    with pytest.raises(SubmissionError) as caught:
        _named(TASKS, [file], ["food"])
    assert "food_" not in str(caught.value)


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
