"""The declaration of a kind of challenge: everything that the other rooms ask of it.

Each ``kinds/K/kind.py`` has one. The site's pages import it, so it loads no heavy library: code that needs one is named
as ``module:attribute`` and loaded on use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from evaluators.kinds.baselines import BaselineInfo
from evaluators.kinds.public import PublicSpecification
from evaluators.kinds.scorers import ScorerInfo
from evaluators.material.answers import Answer
from evaluators.specification.challenge import Specification

Content = Mapping[str, Any]
"""The content of a ``challenge.yaml`` that has everything but its texts."""


@dataclass(frozen=True, slots=True)
class DraftTable:
    """A table of a draft. ``title`` completes "These are …". One of ``names`` in a file's name suggests the table."""

    title: str
    names: Set[str]


@dataclass(frozen=True, slots=True)
class Drafting:
    """How the wizard makes a bundle of this kind out of an organizer's files.

    ``answers`` is the class of the kind's own answers, ``asked`` are those that the form asks for, in order. Title and
    description of an answer are those of its field, or of the specification's field of the same name.

    ``tables`` are the tables to which files may belong besides the rows and the hidden test rows.
    ``task_for_each_class``: the wizard may make one task for each class.

    ``write`` is the ``module:attribute`` of a function that gets the ``Material`` and the ``Tables`` to write, and
    returns the fields of ``challenge.yaml`` that only this kind has. From these, ``summary`` and ``rules`` make the
    texts that the organizer left empty.
    """

    answers: type[Answer]
    asked: tuple[str, ...]
    write: str
    summary: Callable[[Content], str]
    rules: Callable[[Content], list[str]]
    tables: Mapping[str, DraftTable]
    task_for_each_class: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of challenge.

    ``meaning`` completes "Participants …" in the infinitive, ``submission`` is a sentence on what they send.
    ``public`` lists the fields of a specification that the API shows. ``write_baseline`` and ``readiness`` are
    ``module:attribute``: a function that writes a baseline's choice as files, and a ``KindReadiness``.
    """

    name: str
    title: str
    meaning: str
    submission: str
    specification: type[Specification]
    public: type[PublicSpecification]
    scorers: tuple[ScorerInfo, ...]
    baselines: dict[str, BaselineInfo]
    write_baseline: str
    readiness: str
    drafting: Drafting
