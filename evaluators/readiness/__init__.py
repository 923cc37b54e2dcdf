"""The readiness check of a challenge before it is published: how noisy it is, how much there is to gain, what leaks.

The site imports only the report, ``evaluators.readiness``; ``python -m evaluators readiness BUNDLE SUBMISSIONS``
creates one in the sandbox. ``docs/readiness.md`` explains each finding and its threshold.
"""

from evaluators.kinds.acquisition.facts import MarketFacts
from evaluators.kinds.cleaning.facts import CleaningFacts
from evaluators.kinds.findings import SEVERITIES, Finding, Severity
from evaluators.readiness.report import (
    MAX_REPORT_BYTES,
    Agreement,
    BaselineScore,
    Ceiling,
    ClassCount,
    Drift,
    LeftOut,
    Noise,
    Overlap,
    ReadinessReport,
    TableFacts,
    TaskFacts,
)

__all__ = [
    "MAX_REPORT_BYTES",
    "SEVERITIES",
    "Agreement",
    "BaselineScore",
    "Ceiling",
    "ClassCount",
    "CleaningFacts",
    "Drift",
    "Finding",
    "LeftOut",
    "MarketFacts",
    "Noise",
    "Overlap",
    "ReadinessReport",
    "Severity",
    "TableFacts",
    "TaskFacts",
]
