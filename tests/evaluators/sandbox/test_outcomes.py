"""How the end of the evaluator becomes an outcome: the submission's fault, or ours."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaluators.datasets.prepared import PreparedDataset
from evaluators.problems.problem import MAX_PROBLEMS, Problem
from evaluators.sandbox.limits import MAX_RESULT_BYTES
from evaluators.scoring import Broken, Rejected, Scored, evaluate
from evaluators.scoring.score import score
from evaluators.submissions.uploads import Upload, read_files
from tests.evaluators.sandbox.conftest import Probe
from tests.evaluators.scoring.test_result import content

Uploads = Callable[..., list[Upload]]


def printing(text: str | bytes, code: int) -> str:
    data = text.encode() if isinstance(text, str) else text
    return f"""
        def main(arguments):
            sys.stdout.buffer.write({data!r})
            return {code}
    """


def result(**changes: Any) -> str:
    return (
        json.dumps(content(format=1, curves={}, slices={}) | changes, sort_keys=True, indent=1, ensure_ascii=False)
        + "\n"
    )


def test_the_real_scorer_gives_the_same_bytes_inside_and_outside(known: PreparedDataset, submission: Path) -> None:
    outcome = evaluate(known.path, submission)
    assert isinstance(outcome, Scored), outcome
    assert outcome.content == outcome.result.to_bytes() == score(known, read_files([submission])).to_bytes()
    assert outcome.timings.keys() == {"imports", "check", "load", "train"}


def test_a_wrong_submission_is_rejected_with_its_problems(known: PreparedDataset, tmp_path: Path) -> None:
    (tmp_path / "apple.csv").write_text("id\npool-000\nnobody\n")
    assert evaluate(known.path, tmp_path) == Rejected(
        [
            Problem(
                "nothing is chosen for the task 'bread'.",
                "Send apple.csv, bread.csv with the header 'id', or one file with the header 'task,id'.",
            )
        ]
    )


def test_a_right_answer_is_taken(probe: Probe) -> None:
    outcome = probe(printing(result(), 0))
    assert isinstance(outcome, Scored), outcome
    assert (outcome.result.score.value, outcome.timings) == (0.1, {})


def test_the_command_is_the_one_people_use(probe: Probe) -> None:
    outcome = probe("""
        def main(arguments):
            return say(arguments)
    """)
    assert isinstance(outcome, Broken)
    assert json.loads(outcome.detail.splitlines()[-1]) == [
        "score",
        "dataset",
        "submission",
        "--json",
        "--timings",
    ]


SCORE = {"value": 0.1, "metric": "f1", "direction": "maximize"}
NO_RESULT = {
    "nothing": "",
    "garbage": "\0\1\2",
    "not UTF-8": b'{"format": "\xff"}',
    "another schema": '{"score": 1}',
    "a list": "[]",
    "NaN": result(score=SCORE | {"value": float("nan")}),
    "Infinity": result(score=SCORE | {"value": float("inf")}),
    "NaN as text": result(score=SCORE | {"value": "NaN"}),
    "a number as text": result(score=SCORE | {"value": "0.1"}),
    "a number too large": result().replace("0.1", "1e999"),
    "NaN in a task": result(tasks={"a": {"f1": float("nan")}}),
    "a field too many": result(rank=1),
    "a key twice": result().replace('"value": 0.1', '"value": 0.1,\n  "value": 0.1'),
    "another order": json.dumps(json.loads(result()), indent=1) + " \n",
    "two results": result() * 2,
    "text before": "warning: x\n" + result(),
    "text behind": result() + "bye\n",
    "nested deep": "[" * 100_000,
    "nested deep in a field": result().replace('"curves": {}', '"curves": ' + '{"a":' * 5000 + "1" + "}" * 5000),
}


@pytest.mark.parametrize("output", NO_RESULT.values(), ids=NO_RESULT)
def test_success_without_a_result_is_our_fault(output: str | bytes, probe: Probe) -> None:
    outcome = probe(printing(output, 0))
    assert isinstance(outcome, Broken), outcome
    assert outcome.reason == "result"


ONE = {"message": "is wrong.", "remedy": "", "file": None, "line": None, "field": None}
NO_PROBLEMS = {
    "nothing": "",
    "garbage": "Traceback (most recent call last):",
    "none": {"problems": []},
    "too many": {"problems": [ONE] * (MAX_PROBLEMS + 1)},
    "too long": {"problems": [ONE | {"message": "x" * 100_000}]},
    "another key": {"errors": [ONE]},
    "no list": {"problems": ONE},
    "no message": {"problems": [{"remedy": "x"}]},
    "a line that is no number": {"problems": [ONE | {"line": "first"}]},
}


@pytest.mark.parametrize("output", NO_PROBLEMS.values(), ids=NO_PROBLEMS)
def test_a_rejection_without_problems_is_our_fault(output: Any, probe: Probe) -> None:
    outcome = probe(printing(output if isinstance(output, str) else json.dumps(output), 1))
    assert isinstance(outcome, Broken), outcome
    assert outcome.reason == "result"


def test_a_rejection_with_problems_is_the_submissions(probe: Probe) -> None:
    assert probe(printing(json.dumps({"problems": [ONE]}), 1)) == Rejected([Problem("is wrong.")])


@pytest.mark.parametrize("code", [2, 3, 70, 126, 127, 255])
def test_any_other_code_is_our_fault(code: int, probe: Probe) -> None:
    outcome = probe(printing(json.dumps({"problems": [ONE]}), code))
    assert isinstance(outcome, Broken), outcome
    assert outcome.reason == "crash"
    assert outcome.detail.startswith(f"exit code {code}\n")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM, signal.SIGBUS])
def test_death_by_a_signal_is_our_fault(number: signal.Signals, probe: Probe) -> None:
    outcome = probe(f"""
        def main(arguments):
            signal.signal({int(number)}, signal.SIG_DFL) if {int(number)} != 9 else None
            os.kill(os.getpid(), {int(number)})
            signal.pause()
    """)
    assert isinstance(outcome, Broken), outcome
    assert outcome.reason == "crash"
    assert outcome.detail.startswith(f"exit code {128 + number}\n")


def test_death_by_a_fault_of_the_code_is_our_fault(probe: Probe) -> None:
    outcome = probe("""
        def main(arguments):
            ctypes.string_at(0)
    """)
    assert isinstance(outcome, Broken), outcome
    assert (outcome.reason, outcome.detail) == ("crash", f"exit code {128 + signal.SIGSEGV}\n")


def test_death_after_a_right_answer_is_still_our_fault(probe: Probe) -> None:
    outcome = probe(f"""
        def main(arguments):
            sys.stdout.write({result()!r})
            sys.stdout.flush()
            os.kill(os.getpid(), 9)
    """)
    assert isinstance(outcome, Broken)
    assert outcome.reason == "crash"


@pytest.mark.parametrize(
    "end",
    ["raise RuntimeError('boom')", "raise SystemExit(1)", "raise KeyboardInterrupt", "sys.exit()", "1 / 0"],
)
def test_an_exception_that_nobody_caught_is_our_fault(end: str, probe: Probe) -> None:
    """Python would exit with 1, or 0, which have other meanings here."""
    outcome = probe(f"""
        def main(arguments):
            {end}
    """)
    assert isinstance(outcome, Broken)
    assert outcome.reason == "crash"
    assert outcome.detail.startswith("exit code 70\n")
    assert "Traceback" in outcome.detail


@pytest.mark.parametrize("source", ["import", "raise MemoryError('on import')", "x = nobody"])
def test_a_scorer_that_cannot_be_loaded_is_our_fault(source: str, probe: Probe) -> None:
    outcome = probe(source)
    assert isinstance(outcome, Broken)
    assert outcome.reason in {"crash", "memory"}


def test_an_output_of_9_mebibytes_is_refused_unread(probe: Probe) -> None:
    outcome = probe(f"""
        def main(arguments):
            sys.stdout.write("x" * {MAX_RESULT_BYTES + 2**20})
            return 0
    """)
    assert isinstance(outcome, Broken)
    assert outcome.reason == "output"


def test_timings_that_are_none_are_left_out(probe: Probe) -> None:
    for line in ('{"train": NaN}', '{"train": "fast"}', "[1]", "x", '{"train": 1e999}'):
        outcome = probe(f"""
            def main(arguments):
                sys.stdout.write({result()!r})
                print({line!r}, file=sys.stderr)
                return 0
        """)
        assert isinstance(outcome, Scored), outcome
        assert outcome.timings == {}


def test_the_log_keeps_what_cannot_be_shown(probe: Probe) -> None:
    outcome = probe("""
        def main(arguments):
            os.write(2, b"\\xff\\x00 end")
            return 70
    """)
    assert outcome == Broken("crash", "exit code 70\n\\xff\0 end")
