"""One sentence on each model and each parameter, to help organizers choose."""

from __future__ import annotations

MODEL_MEANINGS = {
    "logistic-regression": "A linear classifier: quick, the same at every run, and the usual choice on embeddings.",
    "nearest-neighbours": "The nearest chosen rows vote: shows gaps in a choice, suffers from wrong labels.",
    "keyword-vote": "Six classifiers vote, as in DataPerf's speech challenge: for rare keywords and a handful of rows.",
    "linear-adamw": "Two linear layers, as in DataPerf's cleaning challenge: for two classes only.",
}

PARAMETERS = {
    "C": ("logistic-regression", "Regularisation C", "Larger values trust the chosen rows more. Default 1."),
    "max_iter": ("logistic-regression", "Iterations", "At most so many steps of the solver. Default 100."),
    "balanced": (
        "logistic-regression",
        "Weight classes by their rarity",
        "Rows of rare classes count for more. Default no.",
    ),
    "k": ("nearest-neighbours", "Neighbours k", "How many vote. Default 5."),
}
"""For each parameter: its model, its title, what it does."""
