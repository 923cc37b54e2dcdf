"""SEALS: active learning among the nearest neighbours of the labelled rows.

Coleman et al. 2022, "Similarity search for efficient active learning and search of rare concepts": the rows of a rare
concept lie close together, so in every round the candidates are the ``NEIGHBOURS`` nearest neighbours of the labelled
rows, not the whole pool. The work per round grows with the number of labelled rows, and each labelled row is looked up
once. We use faiss' exact index; the paper uses an approximate one for billions of rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluators.kinds.selection.baselines.declaration import SelectionBaseline
from evaluators.kinds.selection.baselines.problem import Rows, SelectionProblem
from evaluators.kinds.selection.baselines.rounds import in_rounds

NEIGHBOURS = 100


def choose(problem: SelectionProblem, generator: np.random.Generator) -> Rows:
    """Half of the budget stratified at random, then in every round the least certain neighbours of labelled rows."""
    return in_rounds(problem, generator, Neighbourhood(problem))


BASELINE = SelectionBaseline(
    name="seals",
    title="SEALS: uncertainty among neighbours",
    meaning="uncertainty sampling among the 100 nearest neighbours of each labelled row",
    paper="Coleman et al. 2022, Similarity search for efficient active learning and search of rare concepts",
    choose=choose,
)


class Neighbourhood:
    """All rows of the pool that are among the nearest neighbours of an example or of a chosen row."""

    def __init__(self, problem: SelectionProblem) -> None:
        import faiss  # noqa: PLC0415 - not on the site, which lists this baseline

        self.embedding = problem.embedding
        self.index = faiss.IndexFlatL2(problem.embedding.shape[1])
        self.index.add(problem.embedding)
        self.inside = np.zeros(len(problem.embedding), bool)
        self.looked_up = np.empty(0, np.int64)
        if problem.examples is not None:
            self._add(problem.examples.embedding)

    def __call__(self, chosen: Rows) -> Rows:
        """The neighbourhood after the rows ``chosen`` have been labelled, in ascending order."""
        self._add(self.embedding[np.setdiff1d(chosen, self.looked_up)])
        self.looked_up = chosen
        return np.flatnonzero(self.inside)

    def _add(self, vectors: NDArray[np.float32]) -> None:
        if len(vectors):
            _, found = self.index.search(vectors, min(NEIGHBOURS, len(self.embedding)))
            self.inside[found.ravel()] = True
