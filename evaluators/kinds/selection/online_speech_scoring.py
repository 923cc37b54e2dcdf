"""DataPerf's speech selection as its site scored it in the beta (Dynabench, 15 March 2023).

The final boards followed the offline evaluator's formula: macro F1 over ten seeds.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from evaluators.kinds.selection.metrics import ONLINE_BALANCED_ACCURACY
from evaluators.kinds.selection.reference_speech_scoring import ClassNumbers, macro_f1, score_sets
from evaluators.kinds.selection.specification import ONLINE_SEED
from evaluators.learning.metrics.balanced_accuracy import BALANCED_ACCURACY
from evaluators.learning.sklearn_1_3 import LogisticRegression


def _measured(truth: ClassNumbers, predicted: ClassNumbers) -> dict[str, float]:
    """The mean recall over the classes of the test rows; and macro F1, which the beta did not show."""
    recalls = [np.mean(predicted[truth == number] == number) for number in np.unique(truth)]
    balanced = float(np.mean(recalls))
    return {
        ONLINE_BALANCED_ACCURACY.name: round(100 * balanced, 3),
        BALANCED_ACCURACY.name: balanced,
    } | macro_f1(truth, predicted)


score = partial(score_sets, fit=LogisticRegression.fit, measure=_measured, seeds=(ONLINE_SEED,))
"""Balanced accuracy in hundredths, rounded to three decimals, under the site's one seed."""
