"""What DataPerf published of its challenges: how their data are recognised, and which scorer gives which numbers.

The facts on the site are those of the public history of mlcommons/dynabench; what it ran later is known only from its
settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evaluators.bundles.importers import acquisition, speech_selection, vision_cleaning, vision_selection
from evaluators.bundles.importers.beside import Beside
from evaluators.learning.entries import by_name


@dataclass(frozen=True, slots=True)
class Publication:
    """A challenge as it was published.

    ``name`` is that of its importer, ``looks_like`` recognises a folder of its data. ``figures`` are the published
    figures that we know of, each a sentence. ``compares`` says by scorer which published numbers its own compare with,
    and which not.
    """

    name: str
    looks_like: Callable[[Path], bool]
    beside: Beside
    compares: Mapping[str, str]
    figures: tuple[str, ...] = field(default=())


_TODAY = "what the offline evaluator prints today, with scikit-learn 1.4 or later"
_NOTHING = "nothing published: it closes the quirks of DataPerf's evaluators"

PUBLICATIONS = by_name(
    [
        Publication(
            name="vision-selection",
            looks_like=vision_selection.looks_like,
            beside=Beside(endings=(".csv", ".json"), data=("embeddings", "test_sets", "examples")),
            figures=(
                "Winners: 81.00 (farthest-point sampling with cross-validation) and 78.98 (pseudo-labels), the mean F1 "
                "in hundredths as the board showed it. Compare with online, not with the others: they are fractions.",
                "500 random images: an F1 of .504, .250 and .632 for the three concepts. Compare with reference-2023, "
                "not with online: these are fractions, as the offline evaluator prints them.",
            ),
            compares={
                "reference": f"{_TODAY}: fractions, not the winners' hundredths",
                "reference-2023": "fractions that were computed offline in 2023, like the F1 of 500 random images",
                "online": "the board since 15 March 2023, like the winners' 81.00 and 78.98, whose test rows were "
                "hidden and may not be these; until then a concept's score had one decimal",
                "corrected": _NOTHING,
            },
        ),
        Publication(
            name="speech-selection",
            looks_like=speech_selection.looks_like,
            beside=Beside(endings=(".json",), data=()),
            compares={
                "reference": f"{_TODAY}; not with the boards",
                "reference-2023": "the final boards, from 30 March 2023, which followed the offline formula (multiply "
                "by 100 for a number in hundredths), and with numbers that were computed offline since 16 May 2023; "
                "before that day the offline evaluator took one seed, and until 29 March balanced accuracy",
                "online": "the boards of the beta only, 1 November 2022 to 30 March 2023: the balanced accuracy of one "
                "seed in hundredths; not with the final boards",
                "corrected": _NOTHING,
            },
        ),
        Publication(
            name="acquisition",
            looks_like=acquisition.looks_like,
            beside=Beside(endings=(".csv", ".txt"), data=("marketinfo", "features")),
            compares={
                "reference": f"{_TODAY}; not with the board, which showed only the accuracy",
                "reference-2023": "numbers that were computed offline in 2023 with logistic regression",
                "online": "the board of January 2023, but only as an interval: the site drew without a seed, so nobody "
                "can draw the same rows again, and it tested all markets on one hidden set",
                "reference-knn": "numbers that were computed offline with nine nearest neighbours",
                "corrected": _NOTHING,
            },
        ),
        Publication(
            name="vision-cleaning",
            looks_like=vision_cleaning.looks_like,
            beside=Beside(endings=(".txt",), data=("data", "embeddings"), times=True),
            compares={
                "reference": "what the offline evaluator prints, in 2023 as today: there is no scikit-learn in it",
                "reference-2023": "the same: it is the same number",
                "online": "the board since October 2022: hundredths, the mean of all eight tasks, lower is better",
                "corrected": _NOTHING,
            },
        ),
    ]
)
"""By name, in the order in which they are looked for."""
