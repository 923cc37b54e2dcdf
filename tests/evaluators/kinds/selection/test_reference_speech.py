"""DataPerf's speech selection, quirks included, against a plain offline evaluator; and the corrected scorer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaluators.datasets.prepared import PreparedDataset
from evaluators.problems.problem import SubmissionError
from evaluators.registry import scorer_of
from evaluators.scoring.checking import check
from evaluators.scoring.score import score
from evaluators.submissions.uploads import Upload
from tests.dataperf_selection import WORDS, allowed, clip, public_speech, speech_choice

Choice = dict[str, Any]


def upload(choice: Choice, name: str = "en_25_train.json") -> Upload:
    return Upload(name, json.dumps(choice).encode())


def macro_f1(dataset: PreparedDataset, *uploads: Upload, scorer: str = "reference") -> list[float]:
    return [metrics["macro_f1"] for metrics in score(dataset, uploads, scorer=scorer).tasks.values()]


def refused(dataset: PreparedDataset, choice: Choice, scorer: str) -> str:
    with pytest.raises(SubmissionError) as caught:
        check(dataset, [upload(choice)], scorer=scorer)
    return str(caught.value)


def without_a_word(choice: Choice) -> Choice:
    targets = {word: ids for word, ids in choice["targets"].items() if word != "fifty"}
    return {"targets": targets, "nontargets": choice["nontargets"]}


def with_an_empty_word(choice: Choice) -> Choice:
    return {"targets": choice["targets"] | {"fifty": []}, "nontargets": choice["nontargets"]}


def a_target_twice(choice: Choice) -> Choice:
    ids = choice["targets"]["job"]
    return {"targets": choice["targets"] | {"job": [*ids, ids[0]]}, "nontargets": choice["nontargets"]}


def a_nontarget_twice(choice: Choice) -> Choice:
    ids = choice["nontargets"]
    return {"targets": choice["targets"], "nontargets": [*ids, ids[0], ids[0]]}


def key_more(choice: Choice) -> Choice:
    return choice | {"comment": "farthest points"}


QUIRKS = {
    "a word left out shifts the others": (without_a_word, "has no row of 'fifty'"),
    "an empty word keeps its number": (with_an_empty_word, "has no row of 'fifty'"),
    "duplicate targets collapse": (a_target_twice, "is already chosen"),
    "duplicate nontargets repeat": (a_nontarget_twice, "is already chosen"),
}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("task", "each", "nontargets"), [("en_25", 2, 5), ("en_60", 9, 15)])
def test_the_reference_gives_the_public_number(
    task: str, each: int, nontargets: int, seed: int, speech: PreparedDataset, speech_source: Path
) -> None:
    choice = speech_choice(speech_source, each=each, nontargets=nontargets, seed=seed)
    assert macro_f1(speech, upload(choice, f"{task}_train.json")) == pytest.approx(
        [public_speech(speech_source, choice)], abs=1e-12
    )


@pytest.mark.parametrize("quirk", QUIRKS)
def test_each_quirk_is_reproduced_by_the_reference_and_refused_by_the_corrected_scorer(
    quirk: str, speech: PreparedDataset, speech_source: Path
) -> None:
    change, said = QUIRKS[quirk]
    choice = change(speech_choice(speech_source))
    assert macro_f1(speech, upload(choice)) == pytest.approx([public_speech(speech_source, choice)], abs=1e-12)
    assert said in refused(speech, choice, "corrected")


def test_the_shift_is_as_bad_as_it_was(speech: PreparedDataset, speech_source: Path) -> None:
    """The missing word is the second of five, so only the first word keeps its number."""
    right = speech_choice(speech_source, each=3)
    assert macro_f1(speech, upload(without_a_word(right)))[0] < macro_f1(speech, upload(right))[0] / 2


def test_rows_repeat_and_stand_in_the_public_order(speech: PreparedDataset, speech_source: Path) -> None:
    """Words in the order of the file, each word's clips in pool order, nontargets in order of their first mention."""
    listing = allowed(speech_source)
    job, route = listing["targets"]["job"], listing["targets"]["route"]
    cat, owl = (next(name for name in listing["nontargets"] if name.startswith(word)) for word in ("cat/", "owl/"))
    choice = {"targets": {"route": [route[1], route[0]], "job": [job[2], job[2]]}, "nontargets": [owl, cat, owl]}
    read = speech.table("pool-en_25").ids()
    keywords = _read(speech, choice).tasks[0]
    assert [read[row] for row in keywords.row_indices] == [route[0], route[1], job[2], owl, owl, cat]
    assert keywords.classes.tolist() == [2, 2, 1, 0, 0, 0]


def _read(dataset: PreparedDataset, choice: Choice) -> Any:
    return scorer_of(dataset.specification, "reference").read(dataset, [upload(choice)])


@pytest.mark.parametrize("scorer", ["reference", "corrected"])
@pytest.mark.parametrize("change", [a_target_twice, a_nontarget_twice])
def test_what_is_listed_twice_counts_twice_to_the_budget(
    scorer: str, change: Callable[[Choice], Choice], speech: PreparedDataset, speech_source: Path
) -> None:
    full = speech_choice(speech_source, each=3, nontargets=10)
    assert macro_f1(speech, upload(full), scorer=scorer)
    assert "rows, the budget is 25. Remove" in refused(speech, change(full), scorer)


@pytest.mark.parametrize("scorer", ["reference", "corrected"])
@pytest.mark.parametrize(
    ("targets", "nontargets", "said"),
    [
        ({"fifty": [clip("fifty", 0)]}, None, "'fifty/common_voice_en_0.wav' is not in the pool"),  # not allowed
        ({"fifty": [clip("fifty", 501)]}, None, "'fifty/common_voice_en_501.wav' is not in the pool"),  # evaluation
        ({"fifty": [clip("job", 3001)]}, None, "is listed as 'fifty'; in the pool it is 'job'."),
        ({"fifty": [clip("cat", 5001)]}, None, "is listed as 'fifty'; in the pool it is 'nontarget'."),
        ({}, [clip("job", 3001)], "is listed as 'nontarget'; in the pool it is 'job'."),
        ({"cat": [clip("cat", 5001)]}, None, "'cat' is not a target word."),
        ({"nontarget": [clip("cat", 5001)]}, None, "'nontarget' is not a target word."),
        ({}, [], "has no row of "),
    ],
)
def test_what_both_refuse(
    targets: Choice, nontargets: list[str] | None, said: str, scorer: str, speech: PreparedDataset, speech_source: Path
) -> None:
    choice = speech_choice(speech_source)
    changed = {
        "targets": choice["targets"] | targets,
        "nontargets": choice["nontargets"] if nontargets is None else nontargets,
    }
    assert said in refused(speech, changed, scorer)


def test_without_a_target_the_public_evaluator_has_nothing_to_stack(speech: PreparedDataset) -> None:
    choice = {"targets": {"job": []}, "nontargets": [clip("cat", 5001)]}
    assert "has no row of a target word." in refused(speech, choice, "reference")


def test_only_the_reference_overlooks_another_key(speech: PreparedDataset, speech_source: Path) -> None:
    choice = speech_choice(speech_source)
    assert macro_f1(speech, upload(key_more(choice))) == macro_f1(speech, upload(choice))
    assert "the key 'comment' is not expected. Send 'targets' and 'nontargets' alone." in refused(
        speech, key_more(choice), "corrected"
    )


def test_a_board_may_be_left_out_and_each_has_its_score(speech: PreparedDataset, speech_source: Path) -> None:
    uploads = [
        upload(speech_choice(speech_source, "pt"), "pt_60_train.json"),
        upload(speech_choice(speech_source, "en"), "en_25_train.json"),
    ]
    result = score(speech, uploads, scorer="reference")
    assert list(result.tasks) == ["en_25", "pt_60"]
    assert result.score.value == sum(values["macro_f1"] for values in result.tasks.values()) / 2


def test_a_clip_of_another_language_is_unknown(speech: PreparedDataset, speech_source: Path) -> None:
    choice = speech_choice(speech_source)
    with pytest.raises(SubmissionError, match="'job' has no row|is not in the pool"):
        check(speech, [upload(json.loads(json.dumps(choice).replace("voice_en_", "voice_pt_")))])


def test_a_file_of_ids_is_the_same_choice(speech: PreparedDataset, speech_source: Path) -> None:
    """The format that the baselines write."""
    choice = speech_choice(speech_source)
    ids = [name for listed in choice["targets"].values() for name in listed] + choice["nontargets"]
    csv = Upload("en_25.csv", "\n".join(["id", *ids]).encode())
    labelled = {name: word for word, listed in choice["targets"].items() for name in listed}
    as_map = Upload("en_25.json", json.dumps(labelled | dict.fromkeys(choice["nontargets"], "nontarget")).encode())
    for scorer in ("reference", "corrected"):
        expected = macro_f1(speech, upload(choice), scorer=scorer)
        assert macro_f1(speech, csv, scorer=scorer) == expected
        assert macro_f1(speech, as_map, scorer=scorer) == expected


def test_the_check_says_what_the_evaluator_will_make_of_it(speech: PreparedDataset, speech_source: Path) -> None:
    choice = a_target_twice(without_a_word(speech_choice(speech_source)))
    assert check(speech, [upload(choice)], scorer="reference").lines == [
        "English, at most 25 clips: 14 of 25 rows (5 × nontarget, 2 × episode, 2 × job, 2 × restaurant, 2 × route); "
        "1 repeated, which training takes once; without fifty the classes are numbered otherwise than in the evaluation"
    ]


def test_what_was_chosen_is_counted_by_class_and_by_word(speech: PreparedDataset, speech_source: Path) -> None:
    choice = speech_choice(speech_source)
    slices = score(speech, [upload(choice)], scorer="reference").slices["en_25"]
    assert slices["selected"] == {"nontarget": 5.0, **dict.fromkeys(sorted(WORDS), 2.0)}
    assert sum(slices["groups"].values()) == 15
    assert slices["groups"]["job"] == 2.0


def test_processes_with_other_threads_and_hashes_give_the_same_bytes(
    speech: PreparedDataset, speech_source: Path, tmp_path: Path, command_line: Callable[..., Any]
) -> None:
    file = tmp_path / "en_60_train.json"
    file.write_bytes(upload(speech_choice(speech_source, each=9, nontargets=15)).content)
    for scorer in ("reference", "corrected"):
        answers = set()
        for threads, seed in (("1", "1"), ("2", "2")):
            variables = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), threads)
            variables |= {"PYTHONHASHSEED": seed, "HOME": os.fspath(tmp_path)}
            done = command_line("score", speech.path, file, "--json", "--scorer", scorer, environment=variables)
            assert done.returncode == 0, done.stderr.decode()
            answers.add(done.stdout)
        assert len(answers) == 1
