"""A package ``evaluators`` with a command line of the test's own, and the real code that confines it."""

from __future__ import annotations

import shutil
from pathlib import Path

from evaluators.sandbox.view import EVALUATORS

STARTING = ("problems/problem.py", "cli/inside.py", "cli/self_test.py", "cli/template.py")


def write_confined(package: Path, main: str) -> None:
    """Write it into this folder, which the sandbox without namespaces wants to be called ``evaluators``."""
    walls = [f"walls/{path.name}" for path in (EVALUATORS / "walls").glob("*.py")]
    for real in (*STARTING, *walls):
        (package / real).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(EVALUATORS / real, package / real)
    (package / "__init__.py").touch()
    (package / "cli" / "main.py").write_text(main)
