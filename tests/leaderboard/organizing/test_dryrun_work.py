"""The files of a baseline are those that the command in the sandbox says it has written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evaluators import sandbox
from evaluators.kinds import kind_named
from leaderboard.organizing.dryrun_work import make_baseline

RANDOM = kind_named("selection").baselines["random"]


def written(monkeypatch: pytest.MonkeyPatch, printed: bytes, *names: str) -> None:
    """The sandbox leaves these files and prints this."""

    def work(command: list[str], *, output: Path, **options: Any) -> bytes:
        for name in names:
            (output / name).write_text(f"id\n{name}\n")
        return printed

    monkeypatch.setattr(sandbox, "work", work)


@pytest.mark.parametrize("names", [["apple.csv", "bread.csv"], ["apple.csv"], ["order.json"], ["b.txt", "a.txt"]])
def test_a_kind_names_its_files(names: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written(monkeypatch, "".join(f"{sandbox.OUTPUT}/{name}\n" for name in names).encode(), *names)
    found = make_baseline(tmp_path, RANDOM)
    assert [(upload.name, upload.content) for upload in found] == [
        (name, f"id\n{name}\n".encode()) for name in sorted(names)
    ]


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        (b"", []),
        (b"/etc/passwd\n", []),
        (f"{sandbox.OUTPUT}/a/b.csv\n".encode(), []),
        (f"{sandbox.OUTPUT}/../a.csv\n".encode(), []),
        (f"{sandbox.OUTPUT}/a.csv\n".encode(), ["a.csv", "more.csv"]),
        (f"{sandbox.OUTPUT}/a.csv\n".encode(), []),
    ],
)
def test_what_the_command_did_not_write_or_not_name_is_our_fault(
    printed: bytes, names: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written(monkeypatch, printed, *names)
    with pytest.raises((sandbox.WorkFailed, sandbox.UnexpectedFile)):
        make_baseline(tmp_path, RANDOM)
