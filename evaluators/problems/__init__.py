"""Problems: what is wrong with an input, where, and what would be right; and collectors for several of them."""

from evaluators.problems.invalid import InvalidValue
from evaluators.problems.markdown import MAX_TABLE_CELLS, markdown_problems, table_columns
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
    "MAX_TABLE_CELLS",
    "BundleError",
    "ExitCode",
    "InvalidValue",
    "Problem",
    "ProblemsError",
    "SubmissionError",
    "markdown_problems",
    "quoted",
    "table_columns",
]
