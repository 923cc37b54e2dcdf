"""What a run sees, declared once: both sandboxes are made from it.

A run sees the interpreter with its libraries, the evaluators, and the folders that it is given under the names below.
These are relative to the folder in which it starts, so that what it prints doesn't depend on the sandbox.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evaluators.learning.determinism import ENVIRONMENT
from evaluators.walls.confinement import Rules

EVALUATORS = Path(__file__).resolve().parent.parent
"""The package that scores; tests of the sandbox replace it with a hostile one."""

DATASET = Path("dataset")
SUBMISSION = Path("submission")
INPUT = Path("input")
OUTPUT = Path("output")

_TIME_ZONES = Path("/usr/share/zoneinfo")
"""Needed for the time zones of a bundle's phases."""

SYSTEM_LIBRARIES = tuple(map(Path, ("/usr/lib", "/usr/lib64", "/lib", "/lib64")))


class SandboxUnavailable(Exception):
    """There is no working sandbox, so nothing may be scored. The text tells the operator what to do."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The host's folders that one run sees: a dataset and a submission for an evaluation, none for a self-test.

    All are read-only except ``output``, an empty folder in which work leaves its files.
    """

    dataset: Path | None = None
    submission: Path | None = None
    folder: Path | None = None
    output: Path | None = None


@dataclass(frozen=True, slots=True)
class View:
    """Everything that a run sees beside the libraries.

    ``script`` is the program, inside ``evaluators``. ``read`` and ``written`` have the names of the given folders; the
    name ``.`` gives the folder itself in which the run starts.
    """

    script: str
    evaluators: Path
    read: Mapping[Path, Path] = field(default_factory=dict)
    written: Mapping[Path, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start a run: a command that ends with the script, and what the script must confine itself to.

    ``folder`` is where it starts, ``environment`` all its variables. ``filtered`` tells that the command takes a filter
    with ``--seccomp``.
    """

    command: list[str]
    rules: Rules
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    filtered: bool = False


def view_of_run(folders: Folders, evaluators: Path | None = None) -> View:
    """The view of one run of the command line; ``evaluators`` replaces the package that scores."""
    given = {DATASET: folders.dataset, SUBMISSION: folders.submission, INPUT: folders.folder}
    return View(
        "cli/inside.py",
        evaluators or EVALUATORS,
        {name: folder for name, folder in given.items() if folder is not None},
        {OUTPUT: folders.output} if folders.output else {},
    )


def view_of_template(data: Path, evaluators: Path | None = None) -> View:
    """The view of a template, whose runs find their folders in ``data``, one after the other.

    No folder is writable, because all children would share it.
    """
    return View("cli/template.py", evaluators or EVALUATORS, {Path(): data})


def interpreter() -> Path:
    """Not the virtual environment's: it reads files next to it that don't exist in the sandbox."""
    return Path(sys.executable).resolve()


def packages() -> Path:
    return Path(sysconfig.get_path("purelib"))


def libraries() -> list[Path]:
    """The system's shared libraries and the standard library, as folders or links to folders."""
    base = Path(sys.base_prefix) / "lib"
    found = [library for library in SYSTEM_LIBRARIES if library.is_dir()]
    if not any(base.is_relative_to(library) for library in SYSTEM_LIBRARIES):
        found.append(base)
    return [*found, _TIME_ZONES] if _TIME_ZONES.is_dir() else found


def environment(*, python_path: list[Path]) -> dict[str, str]:
    """All variables of a run."""
    found = ":".join(map(str, python_path))
    return {**ENVIRONMENT, "PYTHONPATH": found, "HOME": "/", "LC_ALL": "C.UTF-8"}
