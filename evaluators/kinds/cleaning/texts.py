"""Default texts of a cleaning challenge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def summary(content: Mapping[str, Any]) -> str:
    """One sentence for the list of challenges."""
    if content["action"] == "rank":
        return "Some labels of a training set are wrong: rank its rows, the most suspicious first."
    return f"Some labels of a training set are wrong: mend or drop at most {content['budget']} of them."


def rules(content: Mapping[str, Any]) -> list[str]:
    """What a submission must and may contain, a sentence each."""
    if content["action"] == "rank":
        return ["Every row of the training set once, the most suspicious first."]
    return [f"At most {content['budget']} rows, each named once, with another label or with `drop`."]
