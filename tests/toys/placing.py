"""A copy of the evaluators to which a module was added as a contributor would add it."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def copied_evaluators(tree: Path) -> Path:
    """A copy of the package in the folder ``tree``, where ``python -m evaluators`` runs it."""
    return shutil.copytree(ROOT / "evaluators", tree / "evaluators")


def place(tree: Path, toy: str, *, room: str, attribute: str, after: str) -> None:
    """Copy the module ``toy`` of this package into a room of ``learning``, and name it behind ``after``, the last entry
    of the room's registry.
    """
    folder = tree / "evaluators" / "learning" / room
    shutil.copy(Path(__file__).parent / f"{toy}.py", folder / f"{toy}.py")
    registry = folder / "registry.py"
    text = registry.read_text()
    assert text.count(f"{after}]") + text.count(f"{after})") == 1
    listed = text.replace(f"{after}]", f"{after}, {attribute}]").replace(f"{after})", f"{after}, {attribute})")
    line = f"from evaluators.learning.{room}.{toy} import {attribute}\n"
    registry.write_text(
        listed.replace("from __future__ import annotations\n", f"from __future__ import annotations\n\n{line}")
    )


def differences(tree: Path) -> dict[str, str]:
    """The files that differ from the original: ``added`` or ``changed``."""
    found = {}
    for path in sorted((tree / "evaluators").rglob("*.py")):
        name = str(path.relative_to(tree))
        original = ROOT / name
        if not original.is_file():
            found[name] = "added"
        elif original.read_bytes() != path.read_bytes():
            found[name] = "changed"
    return found
