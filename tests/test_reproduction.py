"""The tables of scores in ``docs/reproduction.md`` are what ``reproduce`` and ``score`` give.

Of the parity set, two challenges are in the repository. The others are computed if ``RATCHET_PARITY_DIR`` is there, the
real data of the cleaning challenge if ``RATCHET_REAL_DIR`` is, or if they are in ``shared/`` beside the repository.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from evaluators.kinds import every_kind
from tests.command_line import call
from tests.parity.folder import TREE, parity_folder
from tests.parity.shipped import CHALLENGES as SHIPPED
from tests.parity.shipped import unpacked

PAGE = TREE / "docs/reproduction.md"
SCORERS = ("reference", "reference-2023", "online", "corrected")
CHALLENGES = ("vision-selection", "speech-selection", "acquisition", "vision-cleaning")
REAL_TASKS = tuple(task + ending for task in ("01g317", "04hgtk", "04rky", "09j2d") for ending in ("", "-flipped"))


def on_the_page(table: str, start: str = "") -> list[str]:
    """The rows of a table of the page that begin with ``start``, without its header."""
    (found,) = re.findall(rf"<!-- scorers {table} -->(.*?)<!-- /scorers -->", PAGE.read_text(), re.DOTALL)
    return [row for row in found.strip().splitlines()[2:] if row.startswith(f"| {start}")]


def agree(table: str, rows: list[str], start: str = "") -> None:
    right = "\n".join(rows)
    assert on_the_page(table, start) == rows, f"the right rows of the table '{table}' are\n{right}"


@cache
def report(challenge: str, folder: Path) -> dict[str, Any]:
    source = unpacked(challenge, folder) if challenge in SHIPPED else (parity_folder() or Path()) / challenge
    (found,) = json.loads(call("reproduce", "dataperf", source, "--json").stdout)["challenges"]
    return dict(found)


def score_rows(challenge: str, submission: dict[str, Any]) -> list[str]:
    """A row for each task and, if there are several, one for their mean."""
    scored = [submission["scorers"][name] for name in SCORERS]
    tasks = list(scored[0]["tasks"])
    rows = [[task, *(values["tasks"][task] for values in scored)] for task in tasks]
    if len(tasks) > 1:
        rows.append(["mean", *(values["score"] for values in scored)])
    start = f"| {challenge} | `{submission['files']}` | "
    return [f"{start}{task} | {' | '.join(f'{value:.6f}' for value in values)} |" for task, *values in rows]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reproduction")


@pytest.mark.parametrize(
    "challenge",
    [*SHIPPED, "speech-selection", pytest.param("vision-cleaning", marks=pytest.mark.slow)],
)
def test_scores_of_the_parity_set(challenge: str, folder: Path) -> None:
    if challenge not in SHIPPED and parity_folder() is None:
        pytest.skip("the whole parity set is not here")
    rows = [row for submission in report(challenge, folder)["submissions"] for row in score_rows(challenge, submission)]
    agree("parity", rows, f"{challenge} |")


def test_the_table_has_no_other_challenge() -> None:
    assert {row.split(" | ")[0].removeprefix("| ") for row in on_the_page("parity")} == set(CHALLENGES)


def test_draws_of_the_parity_set(folder: Path) -> None:
    (submission,) = report("acquisition", folder)["submissions"]
    draws = submission["scorers"]["online"]["draws"]
    shown = ("low", "high", "mean", "deviation")
    rows = [[market, *(f"{values[name]:.3f}" for name in shown)] for market, values in draws.items()]
    agree("draws", [f"| {' | '.join(cells)} |" for cells in rows])


def test_the_second_model_of_an_acquisition(folder: Path) -> None:
    (submission,) = report("acquisition", folder)["submissions"]
    assert f"`reference-knn` gives {submission['scorers']['reference-knn']['score']:.6f}" in PAGE.read_text()


def real_folder() -> Path | None:
    folder = Path(os.environ.get("RATCHET_REAL_DIR") or TREE.parent / "shared/real") / "dataperf-cleaning"
    return folder if folder.is_dir() else None


@pytest.mark.slow
@pytest.mark.parametrize(("column", "scorer"), [(1, "reference"), (2, "online"), (3, "corrected")])
def test_scores_of_the_real_cleaning(column: int, scorer: str, tmp_path: Path) -> None:
    source = real_folder()
    if source is None:
        pytest.skip("the real data of the cleaning challenge are not here")
    ranking = (source / "examples/01g317_my_method.txt").read_bytes()
    (tmp_path / "sent").mkdir()
    for task in REAL_TASKS:
        (tmp_path / f"sent/{task}.txt").write_bytes(ranking)
    bundle, store = tmp_path / "bundle", tmp_path / "store"
    call("import", "vision-cleaning", source, bundle)
    result = json.loads(
        call("score", bundle, tmp_path / "sent", "--scorer", scorer, "--store", store, "--json", "--no-curves").stdout
    )
    metric = result["score"]["metric"]
    values = {task: result["tasks"][task][metric] for task in REAL_TASKS} | {"mean": result["score"]["value"]}
    right = [f"{task} {value:.6f}" for task, value in values.items()]
    cells = [row.strip("| ").split(" | ") for row in on_the_page("real-cleaning")]
    assert [f"{row[0]} {row[column]}" for row in cells] == right, "\n".join(right)


def test_the_offline_evaluator_of_cleaning_has_one_number() -> None:
    """So its table has one column for both scorers."""
    (kind,) = [kind for kind in every_kind() if kind.name == "cleaning"]
    today, then = (next(info for info in kind.scorers if info.name == name) for name in SCORERS[:2])
    assert (today.reading, today.scoring, today.without_curves) == (then.reading, then.scoring, then.without_curves)


def test_the_versions() -> None:
    rows = []
    for challenge in CHALLENGES:
        reference = f"dataperf-{challenge}"
        (kind,) = [kind for kind in every_kind() if reference in {info.reference for info in kind.scorers}]
        versions = {info.name: info.version for info in kind.scorers if info.reference in (None, reference)}
        rows.append(f"| {challenge} | {' | '.join(versions[name] for name in SCORERS)} |")
    agree("versions", rows)
