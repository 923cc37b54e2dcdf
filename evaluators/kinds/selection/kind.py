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
            version="2.0.0",
            meaning=CORRECTED,
            reading="evaluators.kinds.selection.reading:read",
            scoring="evaluators.kinds.selection.scoring:score",
        ),
        ScorerInfo(
            name="reference",
            version="1.0.0",
            meaning=REFERENCE,
            reading="evaluators.kinds.selection.reference_vision:read",
            scoring="evaluators.kinds.selection.reference_vision_scoring:score",
            reference="dataperf-vision-selection",
        ),
        ScorerInfo(
            name="reference",
            version="1.0.0",
            meaning=REFERENCE,
            reading="evaluators.kinds.selection.reference_speech:read",
            scoring="evaluators.kinds.selection.reference_speech_scoring:score",
            reference="dataperf-speech-selection",
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
