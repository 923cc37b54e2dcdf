"""Declares the kind *selection*."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evaluators.kinds.declaration import Drafting, DraftTable, Kind
from evaluators.kinds.scorers import (
    CORRECTED,
    ONLINE,
    ONLINE_TITLE,
    REFERENCE,
    REFERENCE_2023,
    REFERENCE_2023_TITLE,
    REFERENCE_TITLE,
    ScorerInfo,
)
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
from evaluators.kinds.selection.metrics import ONLINE_BALANCED_ACCURACY, ONLINE_F1, ONLINE_METRICS
from evaluators.kinds.selection.public import PublicSelection
from evaluators.kinds.selection.specification import ONLINE_SEED, SelectionSpecification
from evaluators.learning.entries import by_name
from evaluators.learning.metrics.accuracy import ACCURACY
from evaluators.learning.metrics.base import Metric
from evaluators.learning.metrics.f1 import F1
from evaluators.learning.metrics.macro_f1 import MACRO_F1
from evaluators.learning.metrics.precision import PRECISION
from evaluators.learning.metrics.recall import RECALL
from evaluators.learning.models.keyword_vote import KeywordVote
from evaluators.learning.models.logistic_regression import LogisticRegression


def _published(
    reference: str,
    *,
    model: str,
    reading: str,
    scoring: str,
    metrics: tuple[str, ...],
    online: str,
    shown: Metric,
    version: str = "1.0.0",
    online_seeds: Sequence[int] | None = None,
) -> tuple[ScorerInfo, ...]:
    """The scorers of one of DataPerf's selections. ``online`` names the modules of the site's evaluator."""
    fixed: dict[str, Any] = {"model.name": model}
    common: dict[str, Any] = {"reference": reference}
    here = "evaluators.kinds.selection"
    return (
        ScorerInfo(
            name="reference",
            version=version,
            title=REFERENCE_TITLE,
            meaning=REFERENCE,
            reading=reading,
            scoring=f"{scoring}:score",
            metrics=metrics,
            fixes=fixed,
            **common,
        ),
        ScorerInfo(
            name="reference-2023",
            version="1.0.0",
            title=REFERENCE_2023_TITLE,
            meaning=REFERENCE_2023,
            reading=reading,
            scoring=f"{scoring}:score_2023",
            metrics=metrics,
            fixes=fixed,
            **common,
        ),
        ScorerInfo(
            name="online",
            version="1.0.0",
            title=ONLINE_TITLE,
            meaning=ONLINE,
            reading=f"{here}.online_{online}:read",
            scoring=f"{here}.online_{online}_scoring:score",
            metrics=(shown.name,),
            fixes=fixed | ({"seeds": list(online_seeds)} if online_seeds else {}),
            **common,
        ),
    )


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
        *_published(
            "dataperf-vision-selection",
            version="1.1.0",  # labels of JSON are numbers; a third label that is predicted is wrong
            model=LogisticRegression.name,
            reading="evaluators.kinds.selection.reference_vision:read",
            scoring="evaluators.kinds.selection.reference_vision_scoring",
            metrics=(ACCURACY.name, PRECISION.name, RECALL.name, F1.name),
            online="vision",
            shown=ONLINE_F1,
        ),
        *_published(
            "dataperf-speech-selection",
            model=KeywordVote.name,
            reading="evaluators.kinds.selection.reference_speech:read",
            scoring="evaluators.kinds.selection.reference_speech_scoring",
            metrics=(MACRO_F1.name,),
            online="speech",
            shown=ONLINE_BALANCED_ACCURACY,
            online_seeds=[ONLINE_SEED],
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
    metrics=ONLINE_METRICS,
)
