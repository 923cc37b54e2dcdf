"""What anyone may read of a pruning challenge's specification."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from evaluators.kinds.public import PublicSpecification, PublicTable, PublicTask


class PublicPruning(PublicSpecification):
    model_config = ConfigDict(title="PruningSpecification")

    kind: Literal["pruning"]
    tasks: list[PublicTask]
    classes: list[str]
    budget: int
    train: PublicTable
