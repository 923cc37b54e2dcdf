"""Registries: named entries, and code that is only imported when it is used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, TypeVar


class Named(Protocol):
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """``location`` is ``module:attribute``."""

    name: str
    title: str
    location: str

    def load(self) -> Any:
        return load(self.location)


E = TypeVar("E", bound=Named)


def load(location: str) -> Any:
    """Import the object at ``module:attribute``."""
    module, _, attribute = location.partition(":")
    return getattr(import_module(module), attribute)


def by_name(entries: Iterable[E]) -> dict[str, E]:
    """The entries by name.

    Raises:
        RuntimeError: two entries have the same name.
    """
    named: dict[str, E] = {}
    for entry in entries:
        if entry.name in named:
            raise RuntimeError(f"the registry has two entries called {entry.name}")
        named[entry.name] = entry
    return named
