"""What an acquisition challenge is."""

from __future__ import annotations

from typing import Literal

from evaluators.parts import CommonSpecification, Task


class AcquisitionSpecification(CommonSpecification):
    """An *acquisition* challenge."""

    kind: Literal["acquisition"]
    reference: Literal["dataperf-acquisition"] | None = None
    tasks: list[Task]
