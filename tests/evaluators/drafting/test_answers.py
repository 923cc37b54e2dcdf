"""The wizard's answers: defaults, and problems that name the step."""

from __future__ import annotations

from typing import Any

import pytest

from evaluators.drafting import parse_answers, step_of, steps
from evaluators.problems.problem import BundleError


def test_nothing_has_to_be_answered() -> None:
    assert set(steps()) == set(type(parse_answers({})).model_fields) - {"format"}


@pytest.mark.parametrize(
    ("document", "field", "words"),
    [
        ({"kind": {"kind": "guessing"}}, "kind.kind", "selection, cleaning, acquisition"),
        ({"split": {"test_share": 1.5}}, "split.test_share", "less than 1"),
        ({"split": {"test_share": float("nan")}}, "split.test_share", "finite"),
        ({"scoring": {"model": "gpt"}}, "scoring.model", "there are logistic-regression"),
        ({"scoring": {"metric": "vibes"}}, "scoring.metric", "there are accuracy"),
        ({"texts": {"slug": "No Slug"}}, "texts.slug", "small ones"),
        ({"tasks": {"classes": ["a", "a"]}}, "tasks.classes", "twice"),
        ({"tasks": {"tasks": [{"name": "A"}, {"name": "a"}]}}, "tasks.tasks", "twice"),
        ({"cleaning": {"pattern": "confusion"}}, "cleaning.confusion", "taken for which"),
        ({"cleaning": {"confusion": {"a": {"a": 0.5}}}}, "cleaning.confusion", "other classes"),
        ({"files": {"files": {"x": {"part": "buyer"}}}}, "files.part", "'x' is buyer"),
        ({"files": {"files": {"x": {"columns": {"a": "id", "b": "id"}}}}}, "files.columns", "both be the id"),
        ({"kind": {"kind": "cleaning"}, "tasks": {"tasks": [{"name": "a", "positive": "b"}]}}, "tasks.tasks", "select"),
        ({"surprise": 1}, "surprise", "not permitted"),
        ([], None, ""),
    ],
)
def test_a_problem_names_its_step_and_field(document: Any, field: str | None, words: str) -> None:
    with pytest.raises(BundleError) as caught:
        parse_answers(document)
    problem = caught.value.problems[0]
    assert problem.field == field
    assert words in str(problem)
    assert step_of(problem) == (field.partition(".")[0] if field and field != "surprise" else None)


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(BundleError) as caught:
        parse_answers({"split": {"test_share": 2}, "scoring": {"model": "x"}, "texts": {"title": "x" * 101}})
    assert [problem.field for problem in caught.value.problems] == ["split.test_share", "scoring.model", "texts.title"]
