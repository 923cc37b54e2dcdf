"""Adds a model or a metric to a copy of the evaluators as a contributor would add it."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.toys.tree import TOYS


def place(tree: Path, toy: str, *, room: str, attribute: str, after: str) -> None:
    """Copy the module ``toy`` of this package into a room of ``learning``, and name it behind ``after``, the last entry
    of the room's registry.
    """
    folder = tree / "evaluators" / "learning" / room
    shutil.copy(TOYS / f"{toy}.py", folder / f"{toy}.py")
    registry = folder / "registry.py"
    text = registry.read_text()
    assert text.count(f"{after}]") + text.count(f"{after})") == 1
    listed = text.replace(f"{after}]", f"{after}, {attribute}]").replace(f"{after})", f"{after}, {attribute})")
    line = f"from evaluators.learning.{room}.{toy} import {attribute}\n"
    registry.write_text(
        listed.replace("from __future__ import annotations\n", f"from __future__ import annotations\n\n{line}")
    )
