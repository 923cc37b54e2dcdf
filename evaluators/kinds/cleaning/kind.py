"""Declares the kind *cleaning*."""

from __future__ import annotations

from typing import Any

from evaluators.kinds.cleaning import texts
from evaluators.kinds.cleaning.answers import CleaningAnswers
from evaluators.kinds.cleaning.baselines import (
    confident_learning,
    knn_shapley,
    neighbour_disagreement,
    random,
)
from evaluators.kinds.cleaning.metrics import (
    ACCURACY_BEFORE,
    ACCURACY_CLEAN,
    FRACTION_FIXES,
    MEAN_ACCURACY,
    ONLINE_FRACTION_FIXES,
)
from evaluators.kinds.cleaning.public import PublicCleaning
from evaluators.kinds.cleaning.specification import REFERENCE_SEED, CleaningSpecification
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
from evaluators.learning.entries import by_name
from evaluators.learning.models.linear_adamw import LinearAdamW

_OFFLINE: dict[str, Any] = {
    "reading": "evaluators.kinds.cleaning.reading:read_reference",
    "scoring": "evaluators.kinds.cleaning.reference:score",
    "reference": "dataperf-vision-cleaning",
    "fixes": {"model.name": LinearAdamW.name, "seeds": [REFERENCE_SEED]},
    "without_curves": "evaluators.kinds.cleaning.reference:score_without_curves",
}

CLEANING = Kind(
    name="cleaning",
    title="Cleaning",
    meaning="find the wrong labels of a training set",
    submission="Participants send corrected labels, or a ranking of the most suspicious ones.",
    specification=CleaningSpecification,
    public=PublicCleaning,
    scorers=(
        ScorerInfo(
            name="corrected",
            title="Corrected",
            version="1.1.0",
            meaning=CORRECTED,
            reading="evaluators.kinds.cleaning.reading:read",
            scoring="evaluators.kinds.cleaning.scoring:score",
        ),
        ScorerInfo(
            name="reference",
            title=REFERENCE_TITLE,
            version="1.0.0",
            meaning=REFERENCE,
            metrics=(FRACTION_FIXES.name,),
            **_OFFLINE,
        ),
        # There is no scikit-learn in it, so it is the same number.
        ScorerInfo(
            name="reference-2023",
            title=REFERENCE_2023_TITLE,
            version="1.0.0",
            meaning=REFERENCE_2023,
            metrics=(FRACTION_FIXES.name,),
            **_OFFLINE,
        ),
        ScorerInfo(
            name="online",
            title=ONLINE_TITLE,
            version="1.0.0",
            meaning=ONLINE,
            metrics=(ONLINE_FRACTION_FIXES.name,),
            **_OFFLINE
            | {
                "reading": "evaluators.kinds.cleaning.reading:read_online",
                "scoring": "evaluators.kinds.cleaning.online:score",
                "without_curves": "evaluators.kinds.cleaning.online:score_without_curves",
            },
        ),
    ),
    baselines=by_name(
        [
            random.BASELINE,
            confident_learning.BASELINE,
            neighbour_disagreement.BASELINE,
            knn_shapley.BASELINE,
        ]
    ),
    write_baseline="evaluators.kinds.cleaning.baselines.writing:write",
    readiness="evaluators.kinds.cleaning.readiness:CleaningReadiness",
    drafting=Drafting(
        answers=CleaningAnswers,
        asked=("action", "budget", "noise", "rate", "pattern", "noise_seed", "train_rows", "validation_rows"),
        tables={"validation": DraftTable("rows labelled right, public", {"validation", "valid", "val", "dev"})},
        write="evaluators.kinds.cleaning.draft:draft_cleaning",
        summary=texts.summary,
        rules=texts.rules,
    ),
    metrics=(FRACTION_FIXES, MEAN_ACCURACY, ACCURACY_BEFORE, ACCURACY_CLEAN, ONLINE_FRACTION_FIXES),
)
