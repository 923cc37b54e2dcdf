"""The corpus through the evaluators' checks: the exact messages, in little time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter

import pytest

from evaluators.datasets import PreparedDataset
from evaluators.problems import SubmissionError
from evaluators.scoring import check
from evaluators.submissions import unpack
from tests.evaluators.conftest import ROOT
from tests.hostile.corpus import CASES, UPLOADS, Case, every_case

Datasets = dict[str, PreparedDataset]


@every_case
def test_the_verdict_is_the_declared_one(case: Case, datasets: Datasets) -> None:
    began = time.process_time()
    if case.accepted:
        assert check(datasets[case.challenge], unpack(case.uploads)).lines == list(case.accepted)
    else:
        with pytest.raises(SubmissionError) as caught:
            check(datasets[case.challenge], unpack(case.uploads))
        assert str(caught.value) == case.message
    assert time.process_time() - began < 3


def test_the_corpus_is_whole() -> None:
    """Every file is used, every case has one message, and there are enough cases."""
    assert {file for case in CASES for _, file in case.send} == {
        path.name for path in UPLOADS.iterdir() if path.name != ".gitattributes"
    }
    assert all(bool(case.accepted) != bool(case.refused) for case in CASES)
    assert not [case for case, times in Counter(CASES).items() if times > 1]
    assert sum(bool(case.refused) for case in CASES) >= 100
    assert sum(bool(case.accepted) for case in CASES) >= 15


@pytest.mark.parametrize("case", [case for case in CASES if case.refused], ids=str)
def test_a_refusal_says_where_and_what_would_be_right(case: Case, datasets: Datasets) -> None:
    with pytest.raises(SubmissionError) as caught:
        check(datasets[case.challenge], unpack(case.uploads))
    for problem in caught.value.problems:
        assert problem.message.endswith(".")
        assert problem.remedy.endswith(".")
        assert str(problem).isprintable()
        assert len(str(problem)) < 400


def test_a_hidden_row_is_refused_in_the_words_for_any_unknown_id() -> None:
    said = {file: case.message for case in CASES for _, file in case.send}
    assert said["hidden-id.csv"].replace("test-000", "X") == said["unknown-id.csv"].replace("pool-999", "X")
    assert said["hidden-id.csv"].replace("test-000", "X") == said["example-id.csv"].replace("example-000", "X")


def test_all_of_them_together_need_little_memory(datasets: Datasets) -> None:
    probe = """
import json, sys
from pathlib import Path
from evaluators.scoring.checking import check
from evaluators.problems.problem import SubmissionError
from evaluators.datasets.prepared import PreparedDataset
from evaluators.submissions.uploads import Upload, unpack
from tests.memory import peak
paths, cases = json.loads(sys.stdin.read())
datasets = {slug: PreparedDataset.open(Path(path)) for slug, path in paths.items()}
before = peak()
for slug, send in cases:
    try:
        check(datasets[slug], unpack([Upload(name, Path(file).read_bytes()) for name, file in send]))
    except SubmissionError:
        pass
print(peak() - before)
"""
    paths = {slug: str(dataset.path) for slug, dataset in datasets.items()}
    cases = [(case.challenge, [(name, str(UPLOADS / file)) for name, file in case.send]) for case in CASES]
    completed = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=ROOT,
        input=json.dumps([paths, cases]),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert int(completed.stdout) < 120 * 1024
