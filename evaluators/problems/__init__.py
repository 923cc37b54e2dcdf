"""Problems: what is wrong with an input, where, and what would be right; and collectors for several of them."""

from evaluators.problems.invalid import InvalidValue
from evaluators.problems.problem import (
    MAX_PROBLEMS,
    BundleError,
    ExitCode,
    Problem,
    ProblemsError,
    SubmissionError,
    quoted,
)

__all__ = [
    "MAX_PROBLEMS",
    "BundleError",
    "ExitCode",
    "InvalidValue",
    "Problem",
    "ProblemsError",
    "SubmissionError",
    "quoted",
]
