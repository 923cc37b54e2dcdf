"""Default texts of an acquisition challenge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def summary(content: Mapping[str, Any]) -> str:
    """One sentence for the list of challenges."""
    return "Buy training data within a budget, having seen prices, summaries and a few samples."


def rules(content: Mapping[str, Any]) -> list[str]:
    """What a submission must and may contain, a sentence each."""
    return ["What is bought costs at most the budget.", "Nobody sells more rows than they own."]
