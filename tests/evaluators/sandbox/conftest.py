"""Run hostile code *as the evaluator*: it replaces the package that scores, inside the real sandbox.

A probe is the source of a ``main.py`` whose ``main(arguments)`` is called by the real ``inside.py``. It prints its
findings as JSON to standard error, which reaches only the log (``Broken.detail``), and ends with an exit code.

Each probe runs three times: in a sandbox of its own, as the child of a warm sandbox's template, and in the sandbox
without namespaces.
"""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evaluators.datasets.prepared import PreparedDataset
from evaluators.sandbox import SANDBOXES, Limits, SandboxUnavailable, accept, availability
from evaluators.sandbox.kinds import LANDLOCK
from evaluators.sandbox.process import run as run_in
from evaluators.sandbox.template import NotWarm, Template
from evaluators.sandbox.view import Folders
from evaluators.scoring import Broken, Outcome, evaluate
from evaluators.scoring.sandboxed import SCORE, outcome_of
from tests.bundles import good_files
from tests.evaluators.confined import write_confined

SHORT = Limits(cpu_seconds=20, wall_seconds=20)

# Code available to every probe. ``attempt`` returns "done" or the name of the error that stopped it.
HELPERS = """
import ctypes, errno, json, os, signal, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)

def attempt(function, *arguments):
    try:
        function(*arguments)
    except OSError as error:
        return errno.errorcode.get(error.errno, "OSError")
    except BaseException as error:
        return type(error).__name__
    return "done"

def syscall(number, *arguments):
    ctypes.set_errno(0)
    if libc.syscall(ctypes.c_long(number), *arguments) == -1:
        raise OSError(ctypes.get_errno(), "")

def load_scoring():
    pass  # what a template does before it forks

def say(found):
    print(json.dumps(found), file=sys.stderr, flush=True)
    return 70
"""

Probe = Callable[..., Outcome]
Said = Callable[..., Any]


@pytest.fixture(scope="session", autouse=True)
def sandbox() -> None:
    """Without a sandbox the tests below prove nothing, so they must fail."""
    for name in reversed(SANDBOXES):
        accept([name])
        found = availability()
        if not found.ok:
            pytest.fail(f"the sandbox does not work here: {found.reason}")
    accept(list(SANDBOXES))


@pytest.fixture(scope="session")
def submission(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("submissions") / "mine"
    folder.mkdir()
    for name, content in good_files().items():
        (folder / name).write_bytes(content)
    return folder


def hostile_package(package: Path, source: str) -> Path:
    """Write a package ``evaluators`` into this folder, with this source as ``cli/main.py`` and the real confinement."""
    package = package / "evaluators"
    shutil.rmtree(package, ignore_errors=True)
    write_confined(package, HELPERS + textwrap.dedent(source))
    return package


@pytest.fixture(params=["cold", "warm", "unshared"])
def where(request: pytest.FixtureRequest) -> str:
    """Where probes run."""
    return str(request.param)


@pytest.fixture
def warm(where: str) -> bool:
    return where == "warm"


@pytest.fixture
def unshared(where: str) -> bool:
    return where == "unshared"


@pytest.fixture
def probe(tmp_path: Path, known: PreparedDataset, submission: Path, where: str) -> Probe:
    """Evaluate with this source as the evaluator; keyword arguments override limits."""

    def run(source: str, **limits: Any) -> Outcome:
        package = hostile_package(tmp_path / "hostile", source)
        bounded, folders = replace(SHORT, **limits), Folders(known.path, submission)
        try:
            if where == "unshared":
                return outcome_of(run_in(SCORE, folders, bounded, sandbox=LANDLOCK, evaluators=package))
            if where == "warm":
                with suppress(NotWarm), closing(Template(tmp_path, evaluators=package)) as template:
                    return outcome_of(template.run(SCORE, folders, bounded))
        except SandboxUnavailable as error:
            return Broken("sandbox", str(error))
        return evaluate(known.path, submission, limits=bounded, evaluators=package)

    return run


@pytest.fixture
def said(probe: Probe) -> Said:
    """Run a probe that ends with ``return say(found)``; return ``found``."""

    def run(source: str, **limits: Any) -> Any:
        outcome = probe(source, **limits)
        assert isinstance(outcome, Broken), outcome
        assert outcome.reason == "crash", outcome
        first, _, log = outcome.detail.partition("\n")
        assert first == "exit code 70", outcome.detail
        return json.loads(log.splitlines()[-1])

    return run
