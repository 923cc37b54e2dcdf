"""The roles that a column of an organizer's file may have: those of all challenges, and those that a kind adds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from evaluators.learning.entries import by_name
from evaluators.specification.kinds import KINDS, declaration


@dataclass(frozen=True, slots=True)
class ColumnRole:
    """A role of columns.

    ``meaning`` says what such a column is. ``words`` is a regular expression: a column whose whole name matches it, in
    capitals or not, is guessed to have the role. ``holds``: a text for each row; vectors; texts that are only
    displayed; or nothing that is used. A file has at most one column of texts or vectors with the same role.

    A kind's own role holds texts of which some rows have the same, such as the name of their seller.
    """

    name: str
    meaning: str
    words: str = ""
    holds: Literal["text", "vectors", "display", "nothing"] = "text"

    @property
    def is_once_a_file(self) -> bool:
        return self.holds in ("text", "vectors")


_OF_ROWS = (
    ColumnRole(
        "id",
        "names the row, everywhere the same",
        r"ids?|.*[ _-]ids?|uuid|key|identifier|uid|rowid|image|file(name)?|path|name",
    ),
    ColumnRole(
        "embedding",
        "the numbers that the model is trained on",
        r"(.*[ _-])?(embeddings?|vectors?|emb|features?|x|values)([ _-].*)?",
        "vectors",
    ),
    ColumnRole(
        "label",
        "the class; in a cleaning challenge the one that may be wrong",
        r"(noisy[ _-]?|given[ _-]?)?(labels?|class(es)?|category|target|y|y_train|y_test)|categor(y|ies)",
    ),
    ColumnRole(
        "true label",
        "the right class, where the label may be wrong; it is hidden",
        r"(true|clean|gold|correct|right|real)[ _-]?(label|class|target|y)s?|truth|ground[ _-]?truth",
    ),
    ColumnRole(
        "group",
        "rows of one group, such as a speaker or a document, stay on one side of the split",
        r"groups?|speakers?|patients?|subjects?|documents?|users?|authors?|(.*[ _-])?(group|speaker|patient)"
        r"([ _-]id)?|session|site",
    ),
)
_SHOWN = (
    ColumnRole("pixels", "an image to be shown beside the row", r"pixels?|images?|img|thumbnails?", "vectors"),
    ColumnRole(
        "text",
        "a text to be shown beside the row",
        r"texts?|sentences?|gloss(es)?|words?|titles?|descriptions?|captions?|transcripts?|comments?|contents?",
        "display",
    ),
    ColumnRole("ignore", "left out of the challenge", holds="nothing"),
)


def kinds_roles() -> Iterator[ColumnRole]:
    """The roles that kinds declare, in the order of the kinds."""
    for kind in KINDS:
        yield from declaration(kind).drafting.roles


def roles() -> dict[str, ColumnRole]:
    """Every role by name, in the order in which they are offered. ``pixels`` and ``text`` are kept for display."""
    return by_name([*_OF_ROWS, *kinds_roles(), *_SHOWN])
