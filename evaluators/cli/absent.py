"""Hide an installed library, so that other libraries don't load it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def without(library: str) -> Iterator[None]:
    """Make imports of ``library`` fail as if it weren't installed; a library that is already loaded stays available."""
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
