"""Default texts where the organizer wrote none: they describe what was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evaluators.learning.metrics.registry import METRICS
from evaluators.material.material import Material

UNTITLED = "Untitled challenge"
NO_LICENCE = "Not stated yet"


def texts(material: Material[Any], content: Mapping[str, Any]) -> dict[str, str]:
    """The texts of challenge.yaml; ``content`` is the rest of its content."""
    given = material.answers.texts
    title = given.title or UNTITLED
    return {
        "slug": given.slug or "untitled-challenge",
        "title": title,
        "summary": given.summary or summary(content),
        "licence": given.licence or NO_LICENCE,
        "description": given.description,
        "rules": given.rules or rules(content),
        "data_card": given.data_card or data_card(material),
    }


def summary(content: Mapping[str, Any]) -> str:
    """One sentence for the list of challenges."""
    metric = METRICS[content["metric"]].title.lower() if content["metric"] in METRICS else content["metric"]
    if content["kind"] == "selection":
        labels = "choose" if content["labels"] == "known" else "choose and label"
        return f"{labels.capitalize()} {content['budget']} rows of a pool to train a model on; its {metric} counts."
    if content["kind"] == "cleaning":
        if content["action"] == "rank":
            return "Some labels of a training set are wrong: rank its rows, the most suspicious first."
        return f"Some labels of a training set are wrong: mend or drop at most {content['budget']} of them."
    return "Buy training data within a budget, having seen prices, summaries and a few samples."


def rules(content: Mapping[str, Any]) -> str:
    """The rules, as a list in Markdown."""
    if content["kind"] == "selection":
        rows = ["At most {budget} rows for each task, each named once.", "Every row comes from the pool."]
        if content["labels"] == "submitted":
            rows.append("Each row has a label; a wrong one is your own risk.")
    elif content["kind"] == "cleaning":
        rows = ["At most {budget} rows, each named once, with another label or with `drop`."]
        if content["action"] == "rank":
            rows = ["Every row of the training set once, the most suspicious first."]
    else:
        rows = ["What is bought costs at most the budget.", "Nobody sells more rows than they own."]
    return "\n".join(f"- {row.format(budget=content.get('budget'))}" for row in rows) + "\n"


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
