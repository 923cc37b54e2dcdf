"""What is wrong with an input, where, and what would be right: one type for it, and what collects several."""

from evaluators.problems.problem import (
    MAX_PROBLEMS,
    BundleError,
    ExitCode,
    Problem,
    ProblemsError,
    SubmissionError,
    quoted,
)

__all__ = ["MAX_PROBLEMS", "BundleError", "ExitCode", "Problem", "ProblemsError", "SubmissionError", "quoted"]
