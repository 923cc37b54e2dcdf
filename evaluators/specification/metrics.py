"""All metrics by name: those of predicted classes, then those that each kind declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evaluators.learning.entries import by_name
from evaluators.learning.metrics.base import Metric
from evaluators.learning.metrics.registry import CLASSIFICATION_METRICS
from evaluators.specification.kinds import KINDS, declaration


class _Metrics(Mapping[str, Metric]):
    """Reads both registries whenever it is asked, so a metric or a kind may be added at run time.

    Raises:
        RuntimeError: two metrics have the same name.
    """

    def __getitem__(self, name: str) -> Metric:
        return self._by_name()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name())

    def __len__(self) -> int:
        return len(self._by_name())

    def _by_name(self) -> dict[str, Metric]:
        of_kinds = [metric for kind in KINDS for metric in declaration(kind).metrics]
        return by_name([*CLASSIFICATION_METRICS.values(), *of_kinds])


METRICS = _Metrics()
"""In the order in which results, pages and messages list them."""
