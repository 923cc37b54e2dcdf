"""Hidden rows are their owner's, also where modes can't be changed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from evaluators.tables.private import keep_private


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def chmod(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", chmod)


def a_file(folder: Path, mode: int) -> Path:
    path = folder / "labels.npy"
    path.touch()
    path.chmod(mode)
    return path


def test_the_mode_is_changed(tmp_path: Path) -> None:
    path = a_file(tmp_path, 0o644)
    keep_private(path, 0o400)
    assert stat.S_IMODE(path.stat().st_mode) == 0o400


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o601])
def test_what_others_may_read_is_an_error_if_it_stays_so(
    mode: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = a_file(tmp_path, mode)
    request.getfixturevalue("refused")
    with pytest.raises(PermissionError):
        keep_private(path, 0o600)


def test_what_only_its_owner_may_read_stays_as_it_is(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    path = a_file(tmp_path, 0o600)
    request.getfixturevalue("refused")
    keep_private(path, 0o400)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
