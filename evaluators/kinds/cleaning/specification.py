"""What a cleaning challenge is."""

from __future__ import annotations

from typing import Literal

from evaluators.parts import CommonSpecification, Task


class CleaningSpecification(CommonSpecification):
    """A *cleaning* challenge."""

    kind: Literal["cleaning"]
    reference: Literal["dataperf-vision-cleaning"] | None = None
    tasks: list[Task]
