"""A copy of the product to which files were added as a contributor would add them, and its command line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from compileall import compile_dir
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("evaluators", "challenges", "leaderboard", "frontend")
TOYS = Path(__file__).parent


def copied(tree: Path, *packages: str) -> Path:
    """Copy the packages, all if none is named, and ``manage.py`` into the new folder ``tree``, which is returned."""
    for package in packages or PACKAGES:
        # With what is compiled, which stays valid because the times of the files are copied.
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("demo", "static"))
    shutil.copy(ROOT / "manage.py", tree)
    return tree


def compiled(tree: Path) -> Path:
    """Compile the evaluators in ``tree``; a sandbox cannot write down what it compiled."""
    compile_dir(tree / "evaluators", quiet=1)
    return tree / "evaluators"


def insert(file: Path, line: str, *, after: str) -> None:
    """Write ``line`` behind the only line that begins with ``after``, with the same indent."""
    lines = file.read_text().splitlines(keepends=True)
    (place,) = [number for number, text in enumerate(lines) if text.lstrip().startswith(after)]
    indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
    file.write_text("".join([*lines[: place + 1], f"{indent}{line}\n", *lines[place + 1 :]]))


def differences(tree: Path) -> dict[str, str]:
    """The files of ``tree`` that differ from the originals: ``added`` or ``changed``."""
    found = {}
    for path in sorted(path for path in tree.rglob("*.*") if path.is_file() and "__pycache__" not in path.parts):
        original = ROOT / path.relative_to(tree)
        if not original.is_file():
            found[str(path.relative_to(tree))] = "added"
        elif original.read_bytes() != path.read_bytes():
            found[str(path.relative_to(tree))] = "changed"
    return found


def run(tree: Path, *arguments: object, code: int = 0) -> str:
    """What ``python ARGUMENTS`` prints in ``tree``, or prints as an error if it is to fail."""
    environment = os.environ | {"PYTHONPATH": str(tree), "RATCHET_DATA_DIR": str(tree / "var")}
    done = subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=tree, env=environment, capture_output=True, text=True
    )
    assert done.returncode == code, done.stderr
    return done.stderr if code else done.stdout
