"""Default texts where the organizer wrote none: they describe what was chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from evaluators.kinds.declaration import Drafting
from evaluators.material.material import Material

UNTITLED = "Untitled challenge"
NO_LICENCE = "Not stated yet"


def texts(material: Material[Any], drafting: Drafting, content: Mapping[str, Any]) -> dict[str, str]:
    """The texts of challenge.yaml; ``content`` are the fields that only the kind has."""
    given = material.answers.texts
    title = given.title or UNTITLED
    return {
        "slug": given.slug or "untitled-challenge",
        "title": title,
        "summary": given.summary or drafting.summary(content),
        "licence": given.licence or NO_LICENCE,
        "description": given.description,
        "rules": given.rules or as_list(drafting.rules(content)),
        "data_card": given.data_card or data_card(material),
    }


def as_list(sentences: Iterable[str]) -> str:
    """A list in Markdown."""
    return "".join(f"- {sentence}\n" for sentence in sentences)


def data_card(material: Material[Any]) -> str:
    """What everyone may know before the data card is written: sizes, and how the test set was created."""
    rows = material.parts["rows"]
    test = material.split["parts"]["test"]["rows"]
    hidden = test + material.split["parts"].get("final", {}).get("rows", 0)
    made = (
        "The hidden test set was given apart."
        if material.split["method"] == "given"
        else f"The hidden test set was split off: {material.split['method']}."
    )
    return (
        f"**Rows.** {len(rows):,} rows with {rows.vectors.dimensions:,} numbers each, "
        f"{len(material.classes):,} classes.\n\n"
        f"**Splits.** {hidden:,} hidden test rows. {made} No row is in two tables.\n"
    )
