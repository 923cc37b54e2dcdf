"""Do without a library that others load wherever it is installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def without(library: str) -> Iterator[None]:
    """Let imports of ``library`` fail as if it were not installed; if it is loaded already, nothing changes."""
    finder = _NotInstalled(library)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _NotInstalled:
    def __init__(self, library: str) -> None:
        self.library = library

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if name == self.library:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
