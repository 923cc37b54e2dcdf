"""The rooms inside the packages: a room depends on lower floors only, in imports and in strings alike.

Each ``rooms_*.py`` beside this module is the table of one package. A string is a dependency too if it names code: a URL
name, a template, a dotted module, a Celery task.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from tests.test_architecture import ROOMS as PACKAGES
from tests.test_architecture import ROOT, imports, is_module, name_of, sources, tree

TABLES: Mapping[str, ModuleType] = {
    table.PACKAGE: table
    for table in (
        import_module(f"tests.architecture.{path.stem}") for path in sorted(Path(__file__).parent.glob("rooms_*.py"))
    )
}

FRAMEWORK = {"migrations"}
"""Folders that Django looks for; they aren't rooms."""

MODULE_NAME = re.compile(rf"({'|'.join(PACKAGES)})(\.\w+)+(:\w+)?")


def floors(package: str) -> dict[str, int]:
    """Room → floor, counted from 0."""
    return {room: floor for floor, rooms in enumerate(TABLES[package].FLOORS) for room in rooms}


def aside(package: str) -> set[str]:
    """Folders of a package that the table leaves out."""
    return FRAMEWORK | getattr(TABLES[package], "ASIDE", set())


@cache
def room_of(module: str) -> tuple[str, str]:
    """The package and the room of a module; modules directly in the package belong to the room ``top``."""
    package, _, rest = module.partition(".")
    folder = rest.partition(".")[0]
    return package, folder if folder and (ROOT / package / folder).is_dir() else "top"


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def is_upward(source: str, target: str) -> bool:
    """True if ``source`` must not name ``target``: it is in another room on the same or a higher floor.

    A package as target means something that belongs to the whole package, like its templates.
    """
    (package, room), (other, there) = room_of(source), room_of(target)
    if package != other:
        return PACKAGES.index(other) > PACKAGES.index(package)
    if package not in TABLES or target == package or room == there or {room, there} & aside(package):
        return False
    return floors(package)[there] >= floors(package)[room]


def is_ours(module: str) -> bool:
    return module.split(".")[0] in PACKAGES


def names_upward(source: str, text: str) -> bool:
    module = named_module(text)
    return module is not None and is_upward(source, module)


def strings(module: ast.Module) -> Iterator[str]:
    """Every string of a module that is not a docstring."""
    documentation = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


@cache
def namespaces() -> dict[str, str]:
    """URL namespace → the package or room it belongs to: ``frontend:home`` belongs to ``frontend``."""
    found = {}
    for package in PACKAGES:
        for path in sources(package):
            for node in tree(path).body if path.name == "urls.py" else ():
                if isinstance(node, ast.Assign) and name_of(node.targets[0]) == "app_name":
                    found[ast.literal_eval(node.value)] = module_of(path).removesuffix(".urls")
    return found


def named_module(text: str) -> str | None:
    """The module that a string names by a URL name, a template, or a dotted name with or without an attribute."""
    namespace, colon, name = text.partition(":")
    if colon and namespace in namespaces() and re.fullmatch(r"[\w:-]+", name):
        return namespaces()[namespace]
    for package in PACKAGES:
        if text.endswith((".html", ".txt")) and (ROOT / package / "templates" / text).is_file():
            return package
    # Everything that starts a process names the settings.
    if not MODULE_NAME.fullmatch(text) or text == "leaderboard.settings":
        return None
    parts = text.partition(":")[0].split(".")
    longest = next(n for n in range(len(parts), 0, -1) if is_module(".".join(parts[:n])))
    # "leaderboard.Submission" is a model, not a module.
    return ".".join(parts[:longest]) if longest > 1 else None


@cache
def by_room() -> dict[str, list[Path]]:
    """Folder of a room, like ``leaderboard/boards`` → its modules; a package without a table is a single room."""
    found: dict[str, list[Path]] = {}
    for package in PACKAGES:
        for path in sources(package):
            room = room_of(module_of(path))[1] if package in TABLES else ""
            if room not in FRAMEWORK:
                found.setdefault(f"{package}/{room}".rstrip("/"), []).append(path)
    return found


def test_there_are_tables() -> None:
    assert {"leaderboard", "challenges", "frontend"} <= set(TABLES)


@pytest.mark.parametrize("package", TABLES)
def test_the_table_has_every_room_once(package: str) -> None:
    folders = {path.relative_to(ROOT / package).parts[0] for path in sources(package) if path.parent != ROOT / package}
    listed = [room for rooms in TABLES[package].FLOORS for room in rooms]
    assert sorted(listed) == sorted((folders - aside(package)) | {"top"})


@pytest.mark.parametrize("package", TABLES)
def test_every_room_says_in_a_sentence_what_it_is(package: str) -> None:
    rooms = [room for room in floors(package) if room not in {"top", "templatetags"}]
    silent = [room for room in rooms if not ast.get_docstring(tree(ROOT / package / room / "__init__.py"))]
    assert not silent


@pytest.mark.parametrize("room", by_room())
def test_no_import_points_upward(room: str) -> None:
    upward = {
        str(path.relative_to(ROOT)): found
        for path in by_room()[room]
        if (found := sorted(name for name in imports(path) if is_ours(name) and is_upward(module_of(path), name)))
    }
    assert not upward


@pytest.mark.parametrize("room", [room for room in by_room() if not room.endswith("/top")])
def test_no_string_points_upward(room: str) -> None:
    """``top`` is exempt: settings and URLs name everything."""
    upward = {
        str(path.relative_to(ROOT)): found
        for path in by_room()[room]
        if (found := {text for text in strings(tree(path)) if names_upward(module_of(path), text)})
    }
    excused = getattr(TABLES.get(room.partition("/")[0]), "UPWARD_STRINGS", {})
    assert upward == {name: texts for name, texts in excused.items() if ROOT / name in by_room()[room]}


@pytest.mark.parametrize("package", TABLES)
def test_what_is_excused_is_there(package: str) -> None:
    excused = getattr(TABLES[package], "UPWARD_STRINGS", {})
    assert not [name for name in excused if not (ROOT / name).is_file()]


@pytest.mark.parametrize("package", TABLES)
def test_there_is_no_circle_between_rooms(package: str) -> None:
    """Independent of the table of floors."""
    arrows: dict[str, set[str]] = {room: set() for room in floors(package)}
    for path in sources(package):
        room = room_of(module_of(path))[1]
        if room not in arrows:
            continue
        for name in imports(path):
            other, there = room_of(name)
            if other == package and there != room and there in arrows:
                arrows[room].add(there)
    while removable := [room for room, targets in arrows.items() if not targets]:
        for room in removable:
            del arrows[room]
        for targets in arrows.values():
            targets.difference_update(removable)
    assert not arrows


def constants(path: Path) -> dict[str, str]:
    """Name → value of a module's top-level string constants."""
    return {
        name_of(node.targets[0]): node.value.value
        for node in tree(path).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def test_messages_go_to_tasks_that_are_there_and_are_named_once() -> None:
    """Task names are dependencies that no import shows, so each is declared once, on a floor below all its users."""
    paths = [path for package in PACKAGES for path in sources(package)]
    messages = ROOT / "leaderboard" / "jobs" / "messages.py"
    declared = {name: value for name, value in constants(messages).items() if name.endswith("TASK")}
    registered, sent = set(), set()
    for path in paths:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and name_of(node.func).endswith("shared_task"):
                registered |= {ast.unparse(word.value) for word in node.keywords if word.arg == "name"}
            elif isinstance(node, ast.Call) and name_of(node.func).endswith("send_task"):
                sent.add(ast.unparse(node.args[0]))
    assert declared
    # Messages under the names of earlier versions are still read, but no longer sent.
    assert registered - {"old_name"} == sent == set(declared)
    for value in declared.values():
        users = [path for path in paths if value in path.read_text(encoding="utf-8")]
        assert [path for path in users if value in set(strings(tree(path)))] == [messages]


# --- the checks find violations


@pytest.mark.parametrize(
    ("source", "target", "upward"),
    [
        ("leaderboard.models.team", "leaderboard.teams.teams", True),
        ("leaderboard.teams.teams", "leaderboard.models.team", False),
        ("leaderboard.jobs.queue", "leaderboard.storage.sweep", True),
        ("leaderboard.jobs.queue", "leaderboard.jobs.transitions", False),
        ("leaderboard.api.board", "leaderboard.settings", True),
        ("leaderboard.urls", "leaderboard.api.urls", False),
        ("leaderboard.urls", "frontend.urls", True),
        ("challenges.models.phase", "leaderboard.models", True),
        ("frontend.views.home", "leaderboard.boards.board", False),
        ("frontend.views.home", "frontend", False),
        ("leaderboard.boards.notices", "frontend", True),
    ],
)
def test_an_upward_arrow_is_seen(source: str, target: str, upward: bool) -> None:
    assert is_upward(source, target) is upward


@pytest.mark.parametrize(
    ("text", "module"),
    [
        ("frontend:submission", "frontend"),
        ("api:challenge-file", "leaderboard.api"),
        ("leaderboard.teams.names.USERNAME_VALIDATORS", "leaderboard.teams.names"),
        ("leaderboard.submissions.intake:submit", "leaderboard.submissions.intake"),
        ("frontend/home.html", "frontend"),
        ("leaderboard.Submission", None),
        ("filesystem:", None),
        ("a sentence about leaderboard.models", None),
    ],
)
def test_a_string_that_names_a_module_is_seen(text: str, module: str | None) -> None:
    assert named_module(text) == module


def test_a_docstring_names_what_it_likes() -> None:
    module = ast.parse('"""frontend:home"""\nreverse("frontend:submit")')
    assert list(strings(module)) == ["frontend:submit"]
