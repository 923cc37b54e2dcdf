"""Declares the kind *selection*."""

from __future__ import annotations

from evaluators.kinds.declaration import Drafting, DraftTable, Kind
from evaluators.kinds.scorers import CORRECTED, REFERENCE, ScorerInfo
from evaluators.kinds.selection import texts
from evaluators.kinds.selection.answers import SelectionAnswers
from evaluators.kinds.selection.baselines import (
    k_center,
    k_medoids,
    neighbours,
    random,
    seals,
    stratified,
    uncertainty,
)
from evaluators.kinds.selection.public import PublicSelection
from evaluators.kinds.selection.specification import SelectionSpecification
from evaluators.learning.entries import by_name
from evaluators.learning.metrics.accuracy import ACCURACY
from evaluators.learning.metrics.f1 import F1
from evaluators.learning.metrics.macro_f1 import MACRO_F1
from evaluators.learning.metrics.precision import PRECISION
from evaluators.learning.metrics.recall import RECALL
from evaluators.learning.models.keyword_vote import KeywordVote
from evaluators.learning.models.logistic_regression import LogisticRegression

SELECTION = Kind(
    name="selection",
    title="Selection",
    meaning="choose the rows that a model is trained on",
    submission="Participants send ids of rows; the model is trained on these alone.",
    specification=SelectionSpecification,
    public=PublicSelection,
    scorers=(
        ScorerInfo(
            name="corrected",
            title="Corrected",
            version="2.0.0",
            meaning=CORRECTED,
            reading="evaluators.kinds.selection.reading:read",
            scoring="evaluators.kinds.selection.scoring:score",
        ),
        ScorerInfo(
            name="reference",
            title="Reference",
            version="1.0.0",
            meaning=REFERENCE,
            reading="evaluators.kinds.selection.reference_vision:read",
            scoring="evaluators.kinds.selection.reference_vision_scoring:score",
            metrics=(ACCURACY.name, PRECISION.name, RECALL.name, F1.name),
            reference="dataperf-vision-selection",
            fixes={"model.name": LogisticRegression.name},
        ),
        ScorerInfo(
            name="reference",
            title="Reference",
            version="1.0.0",
            meaning=REFERENCE,
            reading="evaluators.kinds.selection.reference_speech:read",
            scoring="evaluators.kinds.selection.reference_speech_scoring:score",
            metrics=(MACRO_F1.name,),
            reference="dataperf-speech-selection",
            fixes={"model.name": KeywordVote.name},
        ),
    ),
    baselines=by_name(
        [
            random.BASELINE,
            stratified.BASELINE,
            k_center.BASELINE,
            k_medoids.BASELINE,
            uncertainty.BASELINE,
            seals.BASELINE,
            neighbours.BASELINE,
        ]
    ),
    write_baseline="evaluators.kinds.selection.baselines.writing:write",
    readiness="evaluators.kinds.selection.readiness:SelectionReadiness",
    drafting=Drafting(
        answers=SelectionAnswers,
        asked=("labels", "budget", "examples_each", "every_class"),
        tables={"examples": DraftTable("labelled examples, public", {"examples", "example", "seed"})},
        task_for_each_class=True,
        write="evaluators.kinds.selection.draft:draft_selection",
        summary=texts.summary,
        rules=texts.rules,
    ),
)
