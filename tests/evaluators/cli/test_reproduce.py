"""``reproduce``: the submissions beside published data, scored by every scorer, and what was published."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import call
from tests.parity.shipped import unpacked


@pytest.fixture(scope="module")
def vision(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked("vision-selection", tmp_path_factory.mktemp("vision"))


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The reports on a folder with several challenges, by challenge."""
    folder = tmp_path_factory.mktemp("published")
    for challenge in ("acquisition", "vision-selection"):
        unpacked(challenge, folder)
    content = json.loads(call("reproduce", "dataperf", folder, "--json").stdout)
    return {report["challenge"]: report for report in content["challenges"]}


SCORES = {
    "vision-selection": {
        "reference": 0.7296065115350046,
        "reference-2023": 0.7296065115350046,
        "online": 72.96066666666667,
        "corrected": 0.7296065115350046,
    },
    "acquisition": {
        "reference": 0.7660293422088142,
        "reference-2023": 0.7661926755421476,
        "online": 77.08333333333333,
        "reference-knn": 0.6312793422088143,
        "corrected": 0.7603943422088143,
    },
}


@pytest.mark.parametrize("challenge", SCORES)
def test_every_scorer_gives_its_number(challenge: str, reports: dict[str, Any]) -> None:
    (submission,) = reports[challenge]["submissions"]
    assert {name: scored["score"] for name, scored in submission["scorers"].items()} == SCORES[challenge]
    assert list(submission["scorers"]) == list(SCORES[challenge])


def test_each_challenge_says_what_its_numbers_compare_with(reports: dict[str, Any]) -> None:
    assert list(reports) == ["vision-selection", "acquisition"]
    for challenge, report in reports.items():
        assert report["compares"].keys() == SCORES[challenge].keys()
        # What only matters to somebody who wants the bundle is left out.
        assert not any(sentence.startswith(("Licence:", "Not needed:")) for sentence in report["noticed"])
    assert "81.00" in reports["vision-selection"]["published"][0]
    assert reports["acquisition"]["published"] == []


def test_the_draws_of_an_acquisition_are_an_interval(reports: dict[str, Any]) -> None:
    (submission,) = reports["acquisition"]["submissions"]
    draws = submission["scorers"]["online"]["draws"]
    assert list(draws) == ["0", "1", "2", "mean"]
    for values in draws.values():
        assert values["number"] == 100
        assert values["low"] < values["mean"] < values["high"]
    assert draws["mean"]["mean"] == pytest.approx(sum(draws[market]["mean"] for market in "012") / 3)
    assert draws["mean"]["deviation"] < draws["0"]["deviation"]


def test_as_text_each_scorer_has_a_column_and_a_refusal_its_reason(vision: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(vision, source)
    shutil.copytree(source / "train_sets", source / "sent/twice")
    path = source / "sent/twice/Hawk.csv"
    path.write_text(path.read_text().rstrip("\n") + "\n" + path.read_text().splitlines()[1] + "\n")
    lines = call("reproduce", "dataperf", source).stdout.decode().splitlines()

    table = lines[lines.index("train_sets/*.csv") :]
    assert table[1].split()[1::2] == list(SCORES["vision-selection"])
    assert table[2].split() == ["metric", "f1", "f1", "online_f1", "f1"]
    cupcake = repr(12 / 17)
    assert [float(cell) for cell in table[3].split()[1:]] == pytest.approx([12 / 17, 12 / 17, 70.588, 12 / 17])
    assert len(table[3].split()[1]) >= len(cupcake) - 1
    assert table[7].split() == ["board", "72.96"]
    assert table[6].split() == ["mean", *(repr(score) for score in SCORES["vision-selection"].values())]

    twice = lines[lines.index("sent/twice/*.csv") :]
    assert twice[2].split() == ["metric", "f1", "f1", "online_f1", "refused"]
    assert twice[6].split()[-1] == "-"
    assert twice[8].startswith("corrected refuses it: Hawk.csv, line ")
    assert "  Winners: 81.00" in "\n".join(lines)


def test_a_submission_that_no_scorer_takes_leaves_by_1(vision: Path, tmp_path: Path) -> None:
    shutil.copytree(vision, tmp_path / "source")
    (tmp_path / "source/train_sets/Hawk.csv").write_text("nothing")
    done = call("reproduce", "dataperf", tmp_path, "--json", check=False)
    *said, last = done.stderr.decode().splitlines()
    assert (done.returncode, last) == (1, "train_sets/*.csv: no scorer of vision-selection takes it.")
    assert said == [f"vision-selection: train_sets/*.csv by {name} …" for name in SCORES["vision-selection"]]
    (report,) = json.loads(done.stdout)["challenges"]
    refused = report["submissions"][0]["scorers"]["reference"]
    assert refused["problems"][0]["file"] == "Hawk.csv"


def test_data_without_a_submission_are_no_failure(vision: Path, tmp_path: Path) -> None:
    shutil.copytree(vision, tmp_path / "source")
    shutil.rmtree(tmp_path / "source/train_sets")
    printed = call("reproduce", "dataperf", tmp_path / "source").stdout.decode()
    assert "There is no submission beside the data" in printed


def test_a_folder_without_a_challenge_leaves_by_1(tmp_path: Path) -> None:
    done = call("reproduce", "dataperf", tmp_path, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().startswith(f"{tmp_path}: holds none of DataPerf's challenges")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["dataperf", "{folder}/nowhere"], "there is no folder {folder}/nowhere"),
        (["elsewhere", "{folder}"], "invalid choice: 'elsewhere'"),
    ],
)
def test_a_wrong_call_leaves_by_2(words: list[str], text: str, tmp_path: Path) -> None:
    done = call("reproduce", *(word.format(folder=tmp_path) for word in words), check=False)
    assert done.returncode == 2
    assert text.format(folder=tmp_path) in done.stderr.decode()


def test_a_file_that_is_not_as_published_leaves_by_2(vision: Path, tmp_path: Path) -> None:
    shutil.copytree(vision, tmp_path / "source")
    next((tmp_path / "source/test_sets").iterdir()).write_bytes(b"no parquet")
    assert call("reproduce", "dataperf", tmp_path / "source", check=False).returncode == 2


def test_stopped_it_leaves_no_bundle_behind(vision: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(
        "evaluators.scoring.reproducing.score", lambda *arguments, **options: os.kill(os.getpid(), signal.SIGTERM)
    )
    assert call("reproduce", "dataperf", vision, check=False).returncode == 128 + signal.SIGTERM
    assert not list(tmp_path.iterdir())
