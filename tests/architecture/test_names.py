"""What is declared is asked, not called by its name: no code elsewhere depends on one model, kind or scorer.

Importers and demos write challenges down, so they may name what they write.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from evaluators.kinds import every_kind
from evaluators.registry import MODELS

TREE = Path(__file__).resolve().parents[2]
ROOMS = ("evaluators", "challenges", "leaderboard", "frontend")
DECLARED = ("evaluators/kinds/", "evaluators/learning/", "evaluators/bundles/importers/", "challenges/demo/")
NAMES = {
    *MODELS,
    # "reference" is also the name of a field.
    *(info.name for kind in every_kind() for info in kind.scorers if info.name != "reference"),
}
BY_DEFAULT = {("evaluators/specification/challenge.py", "corrected")}
"""The scorer of a challenge that names none: every kind has it."""


def named(source: str) -> set[str]:
    """The declared names among the texts in the code; docstrings and messages are longer."""
    texts = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    return texts & NAMES


def test_a_name_is_found() -> None:
    assert named('if scorer != "corrected": model = "logistic-regression"') == {"corrected", "logistic-regression"}
    assert named('"""The scorer corrected."""') == set()


@pytest.mark.parametrize("room", ROOMS)
def test_models_and_scorers_are_named_where_they_are_declared(room: str) -> None:
    found = {
        (path.relative_to(TREE).as_posix(), name)
        for path in (TREE / room).rglob("*.py")
        if not path.relative_to(TREE).as_posix().startswith(DECLARED) and "migrations" not in path.parts
        for name in named(path.read_text(encoding="utf-8"))
    }
    assert found <= BY_DEFAULT
