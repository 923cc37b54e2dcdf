"""What is known of published numbers is known of every importer and of every scorer."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluators.bundles.importers import IMPORTERS
from evaluators.bundles.importers.notes import roots_of
from evaluators.bundles.importers.published import PUBLICATIONS
from evaluators.kinds import every_kind


def test_every_challenge_of_dataperf_has_its_publication() -> None:
    assert list(PUBLICATIONS) == [name for name, entry in IMPORTERS.items() if entry.title.startswith("DataPerf")]


@pytest.mark.parametrize("name", PUBLICATIONS)
def test_every_scorer_of_the_challenge_says_what_it_compares_with(name: str) -> None:
    (kind,) = [kind for kind in every_kind() if f"dataperf-{name}" in {info.reference for info in kind.scorers}]
    scorers = {info.name for info in kind.scorers if info.reference in (None, f"dataperf-{name}")}
    assert PUBLICATIONS[name].compares.keys() == scorers


def test_several_folders_on_one_level_are_all_found(tmp_path: Path) -> None:
    for name in ("a", "b", "b/inner", "other"):
        (tmp_path / name).mkdir()
    for name in ("a", "b", "b/inner"):
        (tmp_path / name / "marketinfo").mkdir()
    looks_like = PUBLICATIONS["acquisition"].looks_like
    assert roots_of(tmp_path, looks_like) == [tmp_path / "a", tmp_path / "b"]
    assert roots_of(tmp_path / "other", looks_like) == []
