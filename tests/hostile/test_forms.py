"""The forms in which DataPerf took submissions: every one has its score, and what a check accepts is never refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluators.cli.main import main
from evaluators.datasets import PreparedDataset
from evaluators.problems import SubmissionError
from evaluators.registry import scorers_for
from evaluators.scoring import check
from evaluators.scoring.score import score
from evaluators.submissions import Upload, unpack
from tests.dataperf_selection import SPOKEN, WORDS, allowed_clips, image
from tests.hostile.corpus import CASES, Case

Datasets = dict[str, PreparedDataset]

SCORED = [case for case in CASES if case.score is not None]
FORMS = sorted({case.send: case for case in CASES if any("form-" in file for _, file in case.send)}.values(), key=str)
"""One case for each form, whatever its challenge."""


@pytest.mark.parametrize("case", SCORED, ids=lambda case: f"{case.challenge}: {case}")
def test_the_command_line_gives_the_declared_score(
    case: Case, bundles: dict[str, Path], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for upload in case.uploads:
        (tmp_path / upload.name).write_bytes(upload.content)
    files = [str(tmp_path / upload.name) for upload in case.uploads]
    store = ["--store", str(tmp_path.parent / "store")]
    assert main(["score", str(bundles[case.challenge]), *files, "--json", "--no-curves", *store]) == 0
    assert json.loads(capfdbinary.readouterr().out)["score"]["value"] == case.score


@pytest.mark.parametrize("case", FORMS, ids=str)
def test_what_check_accepts_no_scorer_refuses(case: Case, datasets: Datasets) -> None:
    family = case.challenge.partition("-")[0]
    scored(datasets[f"{family}-2023"], unpack(case.uploads))


def scored(dataset: PreparedDataset, files: list[Upload]) -> None:
    """Every scorer scores the files if its check accepts them."""
    for name in scorers_for(dataset.specification):
        try:
            check(dataset, files, scorer=name)
        except SubmissionError:
            continue
        assert score(dataset, files, scorer=name, curves=False).scorer.name == name


LABELS = st.sampled_from([0, 1, 1.0, True, False, 2, -1, 0.5, "0", "1"])
CLIPS = st.lists(st.sampled_from([name for word in SPOKEN for name in allowed_clips(word)[:3]]), max_size=3)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.integers(0, 140).map(image), LABELS, min_size=2, max_size=8))
def test_any_labels_that_check_accepts_are_scored(datasets: Datasets, labels: dict[str, Any]) -> None:
    sets = {"Cupcake.json": labels, "Hawk.json": {image(1): 1, image(2): 0}}
    scored(datasets["vision-2023"], [Upload(name, json.dumps(content).encode()) for name, content in sets.items()])


@settings(max_examples=25, deadline=None)
@given(st.sets(st.sampled_from(WORDS), min_size=1), st.data(), CLIPS)
def test_any_word_list_that_check_accepts_is_scored(
    datasets: Datasets, words: set[str], data: st.DataObject, nontargets: list[str]
) -> None:
    targets = {
        word: data.draw(st.lists(st.sampled_from(allowed_clips(word)[:3]), max_size=3)) for word in sorted(words)
    }
    content = {"targets": targets, "nontargets": nontargets}
    scored(datasets["speech-2023"], [Upload("en_25_train.json", json.dumps(content).encode())])


@settings(max_examples=25, deadline=None)
@given(*(st.sampled_from([0, 1, 2, owned - 1, owned]) for owned in (40, 60, 20)))
def test_any_purchase_that_check_accepts_is_scored(datasets: Datasets, mill: int, barn: int, loft: int) -> None:
    line = f"{mill},{barn},{loft}".encode()
    scored(datasets["market-2023"], [Upload("tea.txt", line), Upload("ink.txt", b"1,0,1")])


def test_the_same_choice_has_the_same_score_in_every_form() -> None:
    """The scores are declared one by one; here they are held to what they must have in common."""
    by_challenge = {case.challenge: set[float]() for case in SCORED}
    plain = {"form-hawk.json", "form-words.json", "form-ranking.txt", "form-list.txt"}
    for case in SCORED:
        if case.send[-1][1] in plain and (case.send[0][1] in {"form-cupcake.json"} | plain):
            by_challenge[case.challenge].add(case.score or 0)
    for case in SCORED:
        if any(word in str(case) for word in ("nested", "booleans", "spark", "mac", "described", "reversed", "as-int")):
            assert {case.score} == by_challenge[case.challenge], case


def test_there_are_enough_forms() -> None:
    assert len({file for case in FORMS for _, file in case.send}) >= 50
    assert {case.challenge for case in SCORED} >= {
        f"{family}-{scorer}" for family in ("vision", "speech", "ranking", "market") for scorer in ("2023", "online")
    }
