"""How challenges of each kind are shown: one module for each, and a folder of templates if its pages differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evaluators.specification import Specification
from frontend.kinds.acquisition import AcquisitionPages
from frontend.kinds.base import KindPages
from frontend.kinds.cleaning import CleaningPages
from frontend.kinds.selection import SelectionPages

PAGES: dict[str, Callable[[Any], KindPages]] = {
    "selection": SelectionPages,
    "cleaning": CleaningPages,
    "acquisition": AcquisitionPages,
}
"""By the name of the kind. To add one, write its module and add a line here."""


def pages_of(specification: Specification) -> KindPages:
    """How a challenge of this kind is shown."""
    return PAGES[specification.kind](specification)
