"""A submission as DataPerf's site read it for speech selection in its beta (Dynabench, 15 March 2023).

Rows are trained on in the order of the file, targets before nontargets, and as often as they are listed. At most 120
may be listed for a task, whatever its name says. Classes are numbered by the words that the *submission* names, as in
the offline evaluator; a word with an empty list has a number, too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.selection.choices import Chosen
from evaluators.kinds.selection.formats import NONTARGET
from evaluators.kinds.selection.reference_speech import Keywords, KeywordSets, read_keywords
from evaluators.kinds.selection.specification import TaskPlan
from evaluators.submissions.uploads import Upload

MOST_ROWS = 120


def read(dataset: PreparedDataset, uploads: Sequence[Upload]) -> KeywordSets:
    """Read a complete submission; of the pool, only the rows it names are read.

    Raises:
        SubmissionError: a file is unreadable, or the site's evaluator would have failed.
    """
    return read_keywords(dataset, uploads, most=lambda plan: MOST_ROWS, in_order=_as_listed)


def _as_listed(plan: TaskPlan, file: Chosen, rows: NDArray[np.int64], labels: list[str]) -> Keywords:
    words = tuple(sorted({*(file.words or ()), *labels} - {NONTARGET}))
    numbers = {word: number for number, word in enumerate(words, start=1)} | {NONTARGET: 0}
    classes = np.array([numbers[label] for label in labels], np.int64)
    # A CSV file may list nontargets anywhere.
    order = np.argsort(classes == 0, kind="stable")
    return Keywords(plan, rows[order], classes[order], words, len(file.choices), MOST_ROWS, file.notes)
