"""The sandboxes that a run can be started in, the stronger one first."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from evaluators.sandbox import bubblewrap, unshared
from evaluators.sandbox.view import Launch, View


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One way to start a run. ``launched`` makes it from what the run sees; it may raise ``SandboxUnavailable``.

    ``serves_templates`` tells whether warm sandboxes are possible: their runs share more than others, which takes
    namespaces.
    """

    name: str
    launched: Callable[[View], AbstractContextManager[Launch]]
    serves_templates: bool


NAMESPACES = Sandbox("namespaces", bubblewrap.launched, serves_templates=True)
LANDLOCK = Sandbox("landlock", unshared.launched, serves_templates=False)

SANDBOXES = {sandbox.name: sandbox for sandbox in (NAMESPACES, LANDLOCK)}
