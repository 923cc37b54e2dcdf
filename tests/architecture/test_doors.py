"""Pages, the API, the administration and commands write no rows: what changes state is a function of its room.

So a rule that such a function checks cannot be missing at another door.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.test_architecture import ROOT, tree

DOORS = ("frontend", "leaderboard/api", "leaderboard/admin", "leaderboard/management", "challenges/admin.py")

WRITES = {
    "bulk_create",
    "bulk_update",
    "create",
    "create_user",
    "delete",
    "get_or_create",
    "save",
    "update",
    "update_or_create",
}

EXCUSED = {
    # When a token was last used; nobody acts.
    "leaderboard/api/authentication.py": {"update"},
    # The accounts of the demo.
    "leaderboard/management/demo.py": {"create", "create_user"},
}


def modules() -> list[Path]:
    return [path for door in DOORS for path in ([ROOT / door] if door.endswith(".py") else (ROOT / door).rglob("*.py"))]


def writes(call: ast.Attribute, imported: set[str]) -> bool:
    """Whether a method is called of a manager or a query set (``challenge.phases.all()``), or of a row."""
    if isinstance(call.value, ast.Name):
        # Dictionaries have ``update`` too, and modules of acts a function ``delete``.
        return call.attr in ("delete", "save") and call.value.id not in imported
    names = {item.attr for item in ast.walk(call.value) if isinstance(item, ast.Attribute)}
    return call.attr in WRITES and bool({"objects", "filter", "exclude", "all"} & names)


def written(module: ast.Module) -> set[str]:
    """The methods by which a module writes rows."""
    nodes = list(ast.walk(module))
    imported = {
        item.asname or item.name
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for item in node.names
    }
    calls = [node.func for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    return {call.attr for call in calls if writes(call, imported)}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_door_writes_no_rows(path: Path) -> None:
    assert written(tree(path)) == EXCUSED.get(str(path.relative_to(ROOT)), set())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Phase.objects.filter(pk=1).update(name='x')", {"update"}),
        ("challenge.phases.all().delete()", {"delete"}),
        ("phase.save()", {"save"}),
        ("values.update(more)", set()),
        ("from leaderboard.teams import membership as changes\nchanges.delete(team)", set()),
        ("Phase.objects.get(pk=1)", set()),
    ],
)
def test_a_write_is_seen(text: str, found: set[str]) -> None:
    assert written(ast.parse(text)) == found
