"""A submission's score: checked, scored by one of the challenge's scorers, in the sandbox for the site.

``check`` reads a submission, ``evaluate`` scores one in the sandbox. ``score.score``, which both come to in the end,
loads scikit-learn and faiss, and is not imported here.
"""

from evaluators.scoring.checking import CheckReport, check, reads_the_same
from evaluators.scoring.result import Result
from evaluators.scoring.sandboxed import Broken, Outcome, Rejected, Scored, evaluate

__all__ = ["Broken", "CheckReport", "Outcome", "Rejected", "Result", "Scored", "check", "evaluate", "reads_the_same"]
