"""Checking and scoring of submissions; the site scores in the sandbox.

``check`` reads a submission, ``evaluate`` scores one in the sandbox. ``score.score``, which does the work, loads
scikit-learn and faiss, and is therefore not imported here.
"""

from evaluators.scoring.checking import CheckReport, check, reads_the_same
from evaluators.scoring.publishing import published
from evaluators.scoring.result import Result
from evaluators.scoring.sandboxed import Broken, Outcome, Rejected, Scored, evaluate

__all__ = [
    "Broken",
    "CheckReport",
    "Outcome",
    "Rejected",
    "Result",
    "Scored",
    "check",
    "evaluate",
    "published",
    "reads_the_same",
]
