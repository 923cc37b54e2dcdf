"""Declares the kind *acquisition*."""

from __future__ import annotations

from evaluators.kinds.acquisition import texts
from evaluators.kinds.acquisition.answers import AcquisitionAnswers
from evaluators.kinds.acquisition.baselines import (
    best_seller,
    most_similar,
    nothing,
    proportional,
    random_seller,
    uniform,
)
from evaluators.kinds.acquisition.metrics import COST, ONLINE_ACCURACY, PURCHASE_SCORE
from evaluators.kinds.acquisition.public import PublicAcquisition
from evaluators.kinds.acquisition.specification import ONLINE_SEED, AcquisitionSpecification
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
from evaluators.learning.models.logistic_regression import LogisticRegression
from evaluators.learning.models.nearest_neighbours import NearestNeighbours
from evaluators.material.roles import ColumnRole

ACQUISITION = Kind(
    name="acquisition",
    title="Acquisition",
    meaning="decide what to buy from whom",
    submission="Participants send how many rows to buy from each seller.",
    specification=AcquisitionSpecification,
    public=PublicAcquisition,
    scorers=(
        ScorerInfo(
            name="corrected",
            title="Corrected",
            version="1.0.0",
            meaning=CORRECTED,
            reading="evaluators.kinds.acquisition.reading:read",
            scoring="evaluators.kinds.acquisition.scoring:score",
        ),
        ScorerInfo(
            name="reference",
            title=REFERENCE_TITLE,
            version="1.0.0",
            meaning=REFERENCE,
            reading="evaluators.kinds.acquisition.reading:read_reference",
            scoring="evaluators.kinds.acquisition.reference:score",
            reference="dataperf-acquisition",
            fixes={"model.name": LogisticRegression.name},
        ),
        ScorerInfo(
            name="reference-2023",
            title=REFERENCE_2023_TITLE,
            version="1.0.0",
            meaning=REFERENCE_2023,
            reading="evaluators.kinds.acquisition.reading:read_reference",
            scoring="evaluators.kinds.acquisition.reference:score_2023",
            reference="dataperf-acquisition",
            fixes={"model.name": LogisticRegression.name},
        ),
        ScorerInfo(
            name="online",
            title=ONLINE_TITLE,
            version="1.0.0",
            meaning=ONLINE,
            reading="evaluators.kinds.acquisition.reading:read_online",
            scoring="evaluators.kinds.acquisition.online:score",
            metrics=(ONLINE_ACCURACY.name,),
            reference="dataperf-acquisition",
            fixes={"model.name": LogisticRegression.name, "seeds": [ONLINE_SEED]},
        ),
        ScorerInfo(
            name="reference-knn",
            title="Reference: nearest neighbours",
            version="1.0.0",
            meaning="the offline evaluator in its second configuration, nine nearest neighbours",
            reading="evaluators.kinds.acquisition.reading:read_reference",
            scoring="evaluators.kinds.acquisition.reference:score_neighbours",
            reference="dataperf-acquisition",
            fixes={"model.name": NearestNeighbours.name},
        ),
    ),
    baselines=by_name(
        [
            nothing.BASELINE,
            uniform.BASELINE,
            proportional.BASELINE,
            random_seller.BASELINE,
            best_seller.BASELINE,
            most_similar.BASELINE,
        ]
    ),
    write_baseline="evaluators.kinds.acquisition.baselines.writing:write",
    readiness="evaluators.kinds.acquisition.readiness:AcquisitionReadiness",
    drafting=Drafting(
        answers=AcquisitionAnswers,
        asked=("budget", "buyer_rows", "samples_each", "accuracy_weight"),
        roles=(ColumnRole("seller", "who sells the row", r"sellers?|shops?|vendors?|owners?|suppliers?|sources?"),),
        tables={"buyer": DraftTable("the buyer's own rows, public", {"buyer"})},
        write="evaluators.kinds.acquisition.draft:draft_acquisition",
        summary=texts.summary,
        rules=texts.rules,
    ),
    metrics=(COST, PURCHASE_SCORE, ONLINE_ACCURACY),
)
