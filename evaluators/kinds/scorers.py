"""The declaration of a scorer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.scores import ParsedSubmission, SubmissionScores, Timings
from evaluators.learning.entries import load
from evaluators.submissions.extras import sets_of
from evaluators.submissions.uploads import Upload

ComputeScores = Callable[[PreparedDataset, ParsedSubmission, Timings], SubmissionScores]
"""A score function; it adds the seconds of each section to its third argument."""

REFERENCE_TITLE = "Reference: offline"
REFERENCE_2023_TITLE = "Reference: offline in 2023"
ONLINE_TITLE = "Online: Dynabench"

CORRECTED = (
    "what the challenge means: mistakes are refused and named, and the quirks of DataPerf's evaluators are closed"
)
REFERENCE = (
    "the evaluator that DataPerf published in 2023 to be run offline, to the last digit and with its quirks, on "
    "today's libraries"
)
REFERENCE_2023 = (
    "the same offline evaluator with the libraries of 2023, whose logistic regression stopped later: for numbers that "
    "were computed offline then"
)
ONLINE = (
    "the evaluator that ran behind DataPerf's site, Dynabench, in the units of its board: for numbers that were shown "
    "there"
)


@dataclass(frozen=True, slots=True)
class ScorerInfo:
    """How the submissions of some challenges of a kind are read and scored.

    A kind lists its scorers, and everything that depends on one asks this declaration. Two of a kind may have the same
    ``name`` and ``title`` if their references differ.

    ``meaning`` completes the sentence "The scores are …". ``reading`` and ``scoring`` are ``module:attribute``; reading
    loads neither scikit-learn nor faiss. A scorer with a ``reference`` is only for challenges whose specification names
    it; that of a public evaluator reads and trains in its own way.

    ``metrics`` are those that it measures and that can rank a challenge; None: every metric of the kind. ``fixes`` has
    what it uses whatever a challenge says, by field of ``challenge.yaml``, inner fields after a dot. Challenges that it
    scores must say the same.

    ``without_curves`` is a faster score function, if there is one, with the same scores but no curves. ``version``
    changes whenever the same submission could get another score or its result other content.
    """

    name: str
    title: str
    version: str
    meaning: str
    reading: str
    scoring: str
    metrics: tuple[str, ...] | None = None
    reference: str | None = None
    fixes: Mapping[str, Any] = field(default_factory=dict)
    without_curves: str = ""

    def read(self, dataset: PreparedDataset, uploads: Sequence[Upload]) -> ParsedSubmission:
        """Read and check files; those beside the sets are left out, see ``submissions.extras``.

        Raises:
            SubmissionError: with every problem found.
        """
        sets, _ = sets_of((task.name for task in dataset.specification.tasks), uploads)
        submission: ParsedSubmission = load(self.reading)(dataset, sets)
        return submission

    def load(self, *, curves: bool = True) -> ComputeScores:
        """The function that scores what ``read`` returns; with ``curves=False``, the fastest one."""
        location = self.scoring if curves else self.without_curves or self.scoring
        function: ComputeScores = load(location)
        return function
