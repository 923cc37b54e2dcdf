"""Messages are short, printable and give the file, line and field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.problems.collecting import SubmissionProblems
from evaluators.problems.problem import (
    MAX_PROBLEMS,
    MAX_QUOTED,
    BundleError,
    ExitCode,
    Problem,
    SubmissionError,
    quoted,
)


@given(st.text(max_size=200))
def test_quoted_text_prints_and_is_short(text: str) -> None:
    shown = quoted(text)
    assert shown.isprintable()
    assert shown[0] == shown[-1] == "'"
    assert len(shown) <= 2 + 10 * MAX_QUOTED


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", "'a\\nb'"),
        ("a\x1b[31m", "'a\\x1b[31m'"),
        ("\u202egnp", "'\\u202egnp'"),
        ("a\u200bb", "'a\\u200bb'"),
        ("\ud800", "'\\ud800'"),
        ("x" * 61, "'" + "x" * 59 + "…'"),
        ("x" * 60, "'" + "x" * 60 + "'"),
    ],
)
def test_what_does_not_print_is_escaped(text: str, shown: str) -> None:
    assert quoted(text) == shown


def test_a_problem_says_where() -> None:
    assert str(Problem("is odd.", "Even it.", file="a.csv", line=3, field="id")) == (
        "a.csv, line 3, field 'id': is odd. Even it."
    )
    assert str(Problem("is odd.")) == "is odd."


@pytest.mark.parametrize("kind", [SubmissionError, BundleError])
def test_an_error_shows_the_first_problems_and_counts_the_others(kind: type[SubmissionError | BundleError]) -> None:
    error = kind([Problem(f"p{number}.") for number in range(MAX_PROBLEMS + 3)], omitted=4)
    assert len(error.problems) == MAX_PROBLEMS
    assert str(error).endswith("p19.\n… and 7 more.")


def test_an_error_without_a_problem_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        SubmissionError([])


def test_the_exit_codes_are_those_of_the_contract() -> None:
    contract = {"SUCCESS": 0, "SUBMISSION_FAULT": 1, "USAGE": 2}
    codes = {code.name: int(code) for code in ExitCode}
    assert contract.items() <= codes.items()
    assert all(code >= 70 for name, code in codes.items() if name not in contract)


def test_findings_build_what_is_shown_and_count_the_rest() -> None:
    built = []

    def problem(line: int) -> Problem:
        built.append(line)
        return Problem("is wrong.", line=line)

    findings, others = SubmissionProblems(), SubmissionProblems()
    for line in range(0, 1000, 2):
        findings.add(problem, line + 2)
        others.add(problem, line + 1)
    findings += others
    assert len(built) == 2 * MAX_PROBLEMS
    with pytest.raises(SubmissionError) as caught:
        findings.by_line().refuse()
    assert [found.line for found in caught.value.problems] == list(range(1, MAX_PROBLEMS + 1))
    assert caught.value.omitted == 1000 - MAX_PROBLEMS


def test_no_findings_refuse_nothing() -> None:
    SubmissionProblems().by_line().refuse()
