"""Files beside the sets: left out and named, and never a set."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.submissions.extras import sets_of
from evaluators.submissions.uploads import Upload

TASKS = ["Cupcake", "notes", "01g317"]


def split(*names: str) -> tuple[list[str], list[str]]:
    sets, beside = sets_of(TASKS, [Upload(name, b"") for name in names])
    return [upload.name for upload in sets], [upload.name for upload in beside]


@pytest.mark.parametrize(
    "name",
    ["README.md", "readme.txt", "description.txt", "Description of my method.TXT", "train.py", "LICENSE", "slides.PDF"],
)
def test_what_tells_about_the_sets_is_left_out(name: str) -> None:
    assert split("Cupcake.csv", name) == (["Cupcake.csv"], [name])


@pytest.mark.parametrize(
    "name",
    [
        "notes.txt",
        "notes_mine.csv",
        "method.csv",
        "description.json",
        "01g317_method.txt",
        "Hawk.csv",
        "time_01g317_mine.txt",
        "scripts.csv",
    ],
)
def test_what_may_be_a_set_is_kept(name: str) -> None:
    assert split("Cupcake.csv", name) == (["Cupcake.csv", name], [])


def test_if_nothing_else_was_sent_it_is_read() -> None:
    """And refused with the reason, instead of "no file was sent"."""
    assert split("README.md", "description.txt") == (["README.md", "description.txt"], [])


@given(st.lists(st.text(max_size=12), max_size=6, unique=True))
def test_no_file_is_lost(names: list[str]) -> None:
    sets, beside = split(*names)
    assert sorted(sets + beside) == sorted(names)
    assert bool(sets) == bool(names)
