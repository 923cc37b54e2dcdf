"""Default texts of a selection challenge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evaluators.specification.metrics import METRICS


def summary(content: Mapping[str, Any]) -> str:
    """One sentence for the list of challenges."""
    metric = METRICS[content["metric"]].title.lower() if content["metric"] in METRICS else content["metric"]
    labels = "Choose" if content["labels"] == "known" else "Choose and label"
    return f"{labels} {content['budget']} rows of a pool to train a model on; its {metric} counts."


def rules(content: Mapping[str, Any]) -> list[str]:
    """What a submission must and may contain, a sentence each."""
    found = [f"At most {content['budget']} rows for each task, each named once.", "Every row comes from the pool."]
    if content["labels"] == "submitted":
        found.append("Each row has a label; a wrong one is your own risk.")
    return found
