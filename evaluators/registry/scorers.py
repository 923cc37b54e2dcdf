"""The scorers: one for each kind, and those of challenges that were published with their own evaluator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.scores import ParsedSubmission, SubmissionScores, Timings
from evaluators.learning.entries import load
from evaluators.specification.challenge import Specification
from evaluators.submissions.uploads import Upload

ComputeScores = Callable[[PreparedDataset, ParsedSubmission, Timings], SubmissionScores]
"""A score function; it adds the seconds of each section to its third argument."""


@dataclass(frozen=True, slots=True)
class ScorerInfo:
    """How the submissions of some challenges are read and scored.

    ``of`` is a kind of challenge, or a specification's ``reference``. ``reading`` and ``scoring`` are
    ``module:attribute``; reading loads neither scikit-learn nor faiss. ``without_curves`` is a faster score function,
    if there is one, with the same scores but no curves. ``version`` changes whenever the same submission could get
    another score or its result other content.
    """

    of: str
    name: str
    version: str
    reading: str
    scoring: str
    without_curves: str = ""

    def read(self, dataset: PreparedDataset, uploads: Sequence[Upload]) -> ParsedSubmission:
        """Read and check files.

        Raises:
            SubmissionError: with every problem found.
        """
        submission: ParsedSubmission = load(self.reading)(dataset, uploads)
        return submission

    def load(self, *, curves: bool = True) -> ComputeScores:
        """The function that scores what ``read`` returns; with ``curves=False``, the fastest one."""
        location = self.scoring if curves else self.without_curves or self.scoring
        function: ComputeScores = load(location)
        return function


class UnknownScorer(ValueError):
    """The challenge has no scorer of this name."""


SCORERS = [
    ScorerInfo(
        "selection",
        "corrected",
        "2.0.0",
        "evaluators.kinds.selection.reading:read",
        "evaluators.kinds.selection.scoring:score",
    ),
    ScorerInfo(
        "dataperf-vision-selection",
        "reference",
        "1.0.0",
        "evaluators.kinds.selection.reference_vision:read",
        "evaluators.kinds.selection.reference_vision_scoring:score",
    ),
    ScorerInfo(
        "dataperf-speech-selection",
        "reference",
        "1.0.0",
        "evaluators.kinds.selection.reference_speech:read",
        "evaluators.kinds.selection.reference_speech_scoring:score",
    ),
    ScorerInfo(
        "cleaning",
        "corrected",
        "1.1.0",
        "evaluators.kinds.cleaning.reading:read",
        "evaluators.kinds.cleaning.scoring:score",
    ),
    ScorerInfo(
        "dataperf-vision-cleaning",
        "reference",
        "1.0.0",
        "evaluators.kinds.cleaning.reading:read_reference",
        "evaluators.kinds.cleaning.reference:score",
        without_curves="evaluators.kinds.cleaning.reference:score_without_curves",
    ),
    ScorerInfo(
        "acquisition",
        "corrected",
        "1.0.0",
        "evaluators.kinds.acquisition.reading:read",
        "evaluators.kinds.acquisition.scoring:score",
    ),
    ScorerInfo(
        "dataperf-acquisition",
        "reference",
        "1.0.0",
        "evaluators.kinds.acquisition.reading:read_reference",
        "evaluators.kinds.acquisition.reference:score",
    ),
    ScorerInfo(
        "dataperf-acquisition",
        "reference-knn",
        "1.0.0",
        "evaluators.kinds.acquisition.reading:read_reference",
        "evaluators.kinds.acquisition.reference:score_neighbours",
    ),
]


def scorers_for(specification: Specification) -> dict[str, ScorerInfo]:
    """The scorers available for this challenge, by name."""
    return {info.name: info for info in SCORERS if info.of in (specification.kind, specification.reference)}


def scorer_of(specification: Specification, name: str | None = None) -> ScorerInfo:
    """A challenge's scorer: the one used for its leaderboard by default, or the one called ``name``.

    Raises:
        UnknownScorer: it has no scorer of this name.
    """
    available = scorers_for(specification)
    wanted = name or specification.scorer
    if wanted not in available:
        raise UnknownScorer(f"this challenge has no scorer '{wanted}'; it has {', '.join(available)}")
    return available[wanted]
