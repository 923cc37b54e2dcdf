"""Declares the kind *pruning*."""

from __future__ import annotations

from evaluators.kinds.pruning.answers import PruningAnswers
from evaluators.kinds.pruning.baselines import largest_class, random
from evaluators.kinds.pruning.metrics import ROWS_LEFT
from evaluators.kinds.pruning.public import PublicPruning
from evaluators.kinds.pruning.specification import PruningSpecification

from evaluators.kinds.declaration import Drafting, Kind
from evaluators.kinds.scorers import CORRECTED, ScorerInfo
from evaluators.learning.entries import by_name
from evaluators.material.roles import ColumnRole

PRUNING = Kind(
    name="pruning",
    title="Pruning",
    meaning="take rows out of a training set",
    submission="Participants send ids of rows that the model should not see.",
    specification=PruningSpecification,
    public=PublicPruning,
    scorers=(
        ScorerInfo(
            name="corrected",
            title="Corrected",
            version="1.0.0",
            meaning=CORRECTED,
            reading="evaluators.kinds.pruning.reading:read",
            scoring="evaluators.kinds.pruning.scoring:score",
        ),
    ),
    baselines=by_name([random.BASELINE, largest_class.BASELINE]),
    write_baseline="evaluators.kinds.pruning.baselines.writing:write",
    readiness="evaluators.kinds.pruning.readiness:PruningReadiness",
    drafting=Drafting(
        answers=PruningAnswers,
        asked=("budget",),
        roles=(ColumnRole("station", "where the row was recorded", r"stations?"),),
        tables={},
        write="evaluators.kinds.pruning.draft:draft_pruning",
        summary=lambda content: f"Take {content['budget']} rows out of a training set.",
        rules=lambda content: [f"At most {content['budget']} rows."],
    ),
    metrics=(ROWS_LEFT,),
)
