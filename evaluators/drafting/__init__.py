"""Create a bundle from raw files, without code: the base of the site's wizard.

The site imports only the names below. It reads no files itself, but runs these commands in the sandbox:

- ``describe-files FOLDER --json`` prints a ``FilesReport``: what the files hold, and a guess of every column's role;
- ``draft-bundle FOLDER ANSWERS.json --out DIR --json`` writes a bundle and prints a ``DraftReport``;
- ``data-card BUNDLE --json`` prints a ``CardReport``: the numbers behind the plots of a data card.
"""

from evaluators.drafting.answers import Answers, steps, tables_of
from evaluators.drafting.parsing import as_report, parse_answers, step_of
from evaluators.drafting.reports import (
    CardReport,
    ColumnReport,
    DraftReport,
    FileReport,
    FilesReport,
    Histogram,
    MapCard,
    MapPoint,
    ProblemReport,
    TableCard,
    ValueCount,
)
from evaluators.material.answers import Asked, FileAnswer, FilesAnswers, Option, TaskAnswer
from evaluators.material.roles import roles

__all__ = [
    "Answers",
    "Asked",
    "CardReport",
    "ColumnReport",
    "DraftReport",
    "FileAnswer",
    "FileReport",
    "FilesAnswers",
    "FilesReport",
    "Histogram",
    "MapCard",
    "MapPoint",
    "Option",
    "ProblemReport",
    "TableCard",
    "TaskAnswer",
    "ValueCount",
    "as_report",
    "parse_answers",
    "roles",
    "step_of",
    "steps",
    "tables_of",
]
