"""The single draws behind an online score of an acquisition, which no result has."""

from __future__ import annotations

from pathlib import Path

from evaluators.datasets import PreparedDataset, prepare
from evaluators.kinds.acquisition.online import accuracies
from evaluators.kinds.acquisition.reading import read_online
from evaluators.kinds.acquisition.specification import AcquisitionSpecification
from evaluators.learning.threads import one_thread
from evaluators.submissions import read_files


def every_draw(bundle: Path, files: Path, market: str) -> list[float]:
    """The accuracy of every draw in a market, in hundredths."""
    dataset = PreparedDataset.open(prepare(bundle, bundle.parent / "store"))
    specification = AcquisitionSpecification.expect(dataset.specification)
    bought = {purchase.market.name: purchase for purchase in read_online(dataset, read_files([files])).purchases}
    with one_thread():
        return [100 * value for value in accuracies(dataset, specification, bought[market], {})]
