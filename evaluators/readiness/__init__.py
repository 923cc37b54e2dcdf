"""What a challenge is worth before anyone has seen it: how noisy it is, how much there is to gain, whether it leaks.

The site imports the report alone, ``evaluators.readiness``; ``python -m evaluators readiness BUNDLE SUBMISSIONS`` makes
one in the sandbox. ``docs/readiness.md`` says what each finding means and why its threshold is where it is.
"""

from evaluators.kinds.acquisition.facts import MarketFacts
from evaluators.kinds.cleaning.facts import CleaningFacts
from evaluators.readiness.report import (
    MAX_REPORT_BYTES,
    SEVERITIES,
    Agreement,
    BaselineScore,
    Ceiling,
    ClassCount,
    Drift,
    Finding,
    LeftOut,
    Noise,
    Overlap,
    ReadinessReport,
    Severity,
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
