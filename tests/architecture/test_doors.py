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
    "add",
    "bulk_create",
    "bulk_update",
    "clear",
    "create",
    "create_user",
    "delete",
    "get_or_create",
    "remove",
    "save",
    "set",
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


def writes(call: ast.Call, imported: set[str]) -> bool:
    """Whether it may be a call of a row, a manager or a query set, however the module got hold of it.

    Of a plain name only ``save`` and ``delete`` count: sets and modules of acts have methods like the others.
    """
    assert isinstance(call.func, ast.Attribute)
    method, owner = call.func.attr, call.func.value
    if isinstance(owner, ast.Name):
        return method in ("delete", "save") and owner.id not in imported
    if method == "update":
        # That of a dictionary takes one; a query set takes keywords only.
        return not call.args
    return method in WRITES or method.removeprefix("a") in WRITES


def written(module: ast.Module) -> set[str]:
    """The methods by which a module writes rows."""
    nodes = list(ast.walk(module))
    imported = {
        item.asname or item.name
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for item in node.names
    }
    calls = [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    return {call.func.attr for call in calls if isinstance(call.func, ast.Attribute) and writes(call, imported)}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_door_writes_no_rows(path: Path) -> None:
    assert written(tree(path)) == EXCUSED.get(str(path.relative_to(ROOT)), set())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Phase.objects.filter(pk=1).update(name='x')", {"update"}),
        ("challenge.phases.all().delete()", {"delete"}),
        ("challenge.phases.update(name='x')", {"update"}),
        ("challenge.phases.create(name='x')", {"create"}),
        ("draft.files.get_or_create(name='x')", {"get_or_create"}),
        ("self.get_queryset().update(name='x')", {"update"}),
        ("phase.challenge.save()", {"save"}),
        ("rows[0].delete()", {"delete"}),
        ("await challenge.phases.acreate(name='x')", {"acreate"}),
        ("phase.save()", {"save"}),
        ("team.members.add(user)", {"add"}),
        ("user.groups.set([])", {"set"}),
        ("values.update(more)", set()),
        ("self.fields.update(more)", set()),
        ("found.add('x')", set()),
        ("from leaderboard.teams import membership as changes\nchanges.delete(team)", set()),
        ("Phase.objects.get(pk=1)", set()),
    ],
)
def test_a_write_is_seen(text: str, found: set[str]) -> None:
    assert written(ast.parse(text)) == found
