"""The declaration of a baseline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from evaluators.specification.challenge import Specification


@dataclass(frozen=True, slots=True)
class BaselineInfo:
    """A method that creates a submission from public data, declared in the module that has its code.

    ``meaning`` says in a few words what it submits, ``paper`` names the source of the method. ``choose`` is called with
    one task's public data and a random generator; its types are the kind's own. An ``uninformed`` baseline uses no
    information about the rows: the readiness check measures the others against it.

    The site's pages list baselines, so such a module imports scikit-learn, faiss and their like only inside functions.
    """

    name: str
    title: str
    meaning: str
    paper: str
    choose: Callable[..., Any]
    uninformed: bool = False

    def is_available(self, specification: Specification) -> bool:
        """Whether the public data of this challenge are enough for it."""
        return True
