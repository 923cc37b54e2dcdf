"""Submissions beside a challenge's data are found by the names of their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluators.bundles.importers.beside import Beside, submissions_beside

RANKINGS = Beside(endings=(".txt",), data=("data",), times=True)
SETS = Beside(endings=(".csv", ".json"), data=("examples",))


def found(folder: Path, look: Beside, names: list[str], *files: str, partial: bool = False) -> dict[str, list[str]]:
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("")
    submissions = submissions_beside(folder, look, names, partial=partial)
    return {pattern: [path.relative_to(folder).as_posix() for path in paths] for pattern, paths in submissions.items()}


def test_each_method_is_a_submission_and_takes_its_times_along(tmp_path: Path) -> None:
    files = ["examples/a_good.txt", "examples/a_luck.txt", "examples/a-flipped_good.txt"]
    times = ["examples/time_a_good.txt", "examples/time_b_good.txt"]
    assert found(tmp_path, RANKINGS, ["a", "a-flipped"], *files, *times, partial=True) == {
        "examples/*_good.txt": ["examples/a-flipped_good.txt", "examples/a_good.txt", "examples/time_a_good.txt"],
        "examples/*_luck.txt": ["examples/a_luck.txt"],
    }


def test_without_partial_every_task_must_be_there(tmp_path: Path) -> None:
    files = ["mine/Hawk.csv", "mine/Sushi.csv", "half/Hawk.csv"]
    assert found(tmp_path, SETS, ["Hawk", "Sushi"], *files) == {"mine/*.csv": ["mine/Hawk.csv", "mine/Sushi.csv"]}


@pytest.mark.parametrize(
    ("files", "pattern"),
    [
        (("Hawk.json", "Sushi.json"), "*.json"),
        (("x_Hawk.csv", "x_Sushi.csv"), "x_*.csv"),
        (("sent/one/hawk_x.csv", "sent/one/sushi_x.csv"), "sent/one/*_x.csv"),
        (("set/Hawk.csv/part-00000.csv", "set/Sushi.csv/part-00000.csv"), "set/*.csv"),
    ],
)
def test_a_pattern_says_which_files(files: tuple[str, ...], pattern: str, tmp_path: Path) -> None:
    assert list(found(tmp_path, SETS, ["Hawk", "Sushi"], *files)) == [pattern]


@pytest.mark.parametrize("folder", ["examples", "a/b/c", "__MACOSX"])
def test_data_and_what_is_far_away_are_no_submissions(folder: str, tmp_path: Path) -> None:
    marks = "._" if folder == "__MACOSX" else ""
    files = [f"{folder}/{marks}{name}.csv" for name in ("Hawk", "Sushi")]
    assert found(tmp_path, SETS, ["Hawk", "Sushi"], *files) == {}


def test_other_files_are_passed_over(tmp_path: Path) -> None:
    files = ["Hawk.csv", "Sushi.csv", "Owl.csv", "Hawk.md", "notes.txt"]
    assert found(tmp_path, SETS, ["Hawk", "Sushi"], *files) == {"*.csv": ["Hawk.csv", "Sushi.csv"]}
