"""The packages and the imports between them, read from the syntax trees; the code under test isn't imported.

frontend → leaderboard → challenges → evaluators (only the contract)
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.live_site import collect
from tests.once import once

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("evaluators", "challenges", "leaderboard", "frontend")

MAY_IMPORT = {
    "evaluators": set(),
    "challenges": {"evaluators"},
    "leaderboard": {"evaluators", "challenges"},
    "frontend": {"evaluators", "challenges", "leaderboard"},
}
"""Which packages a package may import, besides itself."""

CONTRACT = {
    "evaluators.datasets",
    "evaluators.drafting",
    "evaluators.kinds",
    *(f"evaluators.kinds.{path.parent.name}" for path in (ROOT / "evaluators" / "kinds").glob("*/kind.py")),
    "evaluators.learning",
    "evaluators.problems",
    "evaluators.readiness",
    "evaluators.registry",
    "evaluators.sandbox",
    "evaluators.scoring",
    "evaluators.specification",
    "evaluators.submissions",
}
"""All that the site may import from the evaluators: the rooms' public faces."""

HEAVY = {"sklearn", "scipy", "faiss"}
OF_THE_SITE = {"django", "rest_framework", "drf_spectacular", "celery", "kombu", "allauth", "boto3", "botocore"}
UNPICKLERS = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}


def sources(room: str) -> list[Path]:
    return sorted(path for path in (ROOT / room).rglob("*.py"))


def files(*rooms: str) -> pytest.MarkDecorator:
    """One test for each file of these packages."""
    found = [path for room in rooms for path in sources(room)]
    return pytest.mark.parametrize("path", found, ids=lambda path: str(path.relative_to(ROOT)))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def package_of(path: Path) -> list[str]:
    return list(path.relative_to(ROOT).parent.parts)


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module that a file imports, by its full name; ``from a import b`` gives ``a.b`` if that is a module."""
    return frozenset(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package_of(path)[: len(package_of(path)) + 1 - node.level] if node.level else []
            module = ".".join([*parts, *(node.module or "").split(".")]).rstrip(".")
            for alias in node.names:
                yield f"{module}.{alias.name}" if is_module(f"{module}.{alias.name}") else module
        elif isinstance(node, ast.Call) and name_of(node.func).endswith("import_module"):
            yield from (str(argument.value) for argument in node.args[:1] if isinstance(argument, ast.Constant))


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def name_of(node: ast.expr) -> str:
    """``a.b.c`` for a dotted name; for other expressions, the attributes at their end."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}".lstrip(".")
    return ""


def calls(path: Path) -> Iterator[tuple[int, str, ast.Call]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node.lineno, name_of(node.func), node


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_there(room: str) -> None:
    """If a package were moved away, every test below would pass."""
    assert len(sources(room)) > 3


@files(*ROOMS)
def test_arrows_point_one_way(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    used = {name.split(".")[0] for name in imports(path)}
    assert used & (set(ROOMS) | {"tests"}) <= MAY_IMPORT[room] | {room}


@files("challenges", "leaderboard", "frontend")
def test_the_site_imports_the_contract_alone(path: Path) -> None:
    used = {name for name in imports(path) if name.split(".")[0] == "evaluators"} - {"evaluators"}
    assert used <= CONTRACT


@files("evaluators")
def test_the_evaluators_know_nothing_of_the_site(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & OF_THE_SITE


@files("challenges", "leaderboard", "frontend")
def test_the_site_names_no_heavy_library(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & HEAVY


def test_one_module_speaks_to_the_object_store() -> None:
    users = {
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in sources(room)
        if {name.split(".")[0] for name in imports(path)} & {"boto3", "botocore"}
    }
    assert users == {"leaderboard/storage/s3.py"}


def test_what_participants_send_is_parsed_by_the_check_alone() -> None:
    """Everywhere else in the site its files are only copied."""
    parsing = {"check", "score", "parsed", "read_csv"}
    users = {
        str(path.relative_to(ROOT))
        for room in ("challenges", "leaderboard", "frontend")
        for path in sources(room)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("evaluators.")
        if {alias.name for alias in node.names} & parsing
    }
    assert users == {
        "leaderboard/boards/recheck.py",
        "leaderboard/evaluations/rejections.py",
        "leaderboard/submissions/intake.py",
    }


@files(*ROOMS, "tests", "docker")
def test_nothing_evaluates_or_unpickles(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & UNPICKLERS
    for line, name, call in calls(path):
        keywords = {keyword.arg: keyword.value for keyword in call.keywords}
        where = f"line {line}: {name}"
        assert name not in {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}, where
        assert name.rsplit(".", 1)[-1] not in {"getoutput", "getstatusoutput"}, where
        shell = keywords.get("shell")
        assert shell is None or (isinstance(shell, ast.Constant) and shell.value is False), where
        assert name not in {"yaml.load", "yaml.unsafe_load", "yaml.full_load", "yaml.load_all"}, where
        if name in {"YAML", "ruamel.yaml.YAML"}:
            kind = keywords.get("typ")
            assert isinstance(kind, ast.Constant), where
            assert kind.value == "safe", where
        if name in {"np.load", "numpy.load"}:
            pickled = keywords.get("allow_pickle")
            # False is NumPy's default, but must be explicit where untrusted files are read.
            assert isinstance(pickled, ast.Constant), where
            assert pickled.value is False, where


@files(*ROOMS)
def test_an_import_inside_a_function_says_why(path: Path) -> None:
    """Such an import may hide a cycle, so it must be marked as intended."""
    lines = path.read_text(encoding="utf-8").splitlines()
    functions = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = {
        node.lineno
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    unmarked = [number for number in sorted(inside) if "noqa: PLC0415 - " not in lines[number - 1]]
    assert not unmarked, f"lines {unmarked}"


@files("challenges", "leaderboard", "frontend")
def test_no_rule_hides_in_save_or_in_a_signal(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ClassDef) and any(name_of(base).endswith("Model") for base in node.bases):
            methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
            assert not methods & {"save", "delete"}, node.name
    assert not [name for name in imports(path) if name.startswith("django.db.models.signals")]


# --- what is actually loaded


def loaded_by(code: str, **environment: str) -> set[str]:
    """The top-level packages that a fresh interpreter has loaded after running this code."""
    completed = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
    return {name.split(".")[0] for name in json.loads(completed.stdout.splitlines()[-1])}


def test_the_web_side_loads_neither_scikit_learn_nor_faiss(run_folder: Path) -> None:
    # The web process reads the static files, which another worker of the tests may be collecting for the first time.
    once(run_folder / "collected", collect)
    loaded = loaded_by(
        "import django\n"
        "django.setup()\n"
        "from django.core.checks import run_checks\n"
        "from django.urls import get_resolver\n"
        "def walk(resolver):\n"
        "    for pattern in resolver.url_patterns:\n"
        "        if hasattr(pattern, 'url_patterns'): walk(pattern)\n"
        "walk(get_resolver())\n"
        "for status in (400, 403, 404, 500): get_resolver().resolve_error_handler(status)\n"
        "import leaderboard.wsgi",
        DJANGO_SETTINGS_MODULE="leaderboard.settings",
    )
    assert {"django", "rest_framework", "frontend", "leaderboard", "challenges", "evaluators"} <= loaded
    assert not loaded & HEAVY


def test_the_contract_loads_neither_scikit_learn_nor_faiss_nor_django() -> None:
    loaded = loaded_by("\n".join(f"import {name}" for name in sorted(CONTRACT)))
    assert {"evaluators", "numpy", "pydantic"} <= loaded
    assert not loaded & (HEAVY | OF_THE_SITE)


def test_the_settings_of_the_libraries_are_made_before_numpy_is_loaded() -> None:
    """NumPy and the others read them when they are loaded, see ``learning.determinism``."""
    assert not loaded_by("import evaluators.learning.determinism") & (HEAVY | {"numpy"})


def test_scoring_loads_nothing_of_the_site() -> None:
    loaded = loaded_by(
        "import evaluators.cli.main, evaluators.scoring.score\n"
        "from evaluators.bundles.importers import IMPORTERS\n"
        "from evaluators.kinds import every_kind\n"
        "from evaluators.learning.entries import load\n"
        "for entry in IMPORTERS.values(): entry.load()\n"
        "for kind in every_kind():\n"
        "    for scorer in kind.scorers: scorer.load()\n"
        "    for name in (kind.write_baseline, kind.readiness, kind.drafting.write): load(name)"
    )
    assert loaded >= HEAVY
    assert not loaded & (OF_THE_SITE | {"challenges", "leaderboard", "frontend"})
