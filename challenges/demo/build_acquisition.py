"""Build the data files of the demo challenge *gloss-market* from a public table.

    python challenges/demo/build_acquisition.py FOLDER

FOLDER holds ``wordnet_nouns_minilm384_f16.parquet`` (WordNet 3.0 noun glosses with all-MiniLM-L6-v2 embeddings). Each
seller's rows are drawn from it by the recipes below; prices and titles are in the bundle's ``challenge.yaml``.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

SEED = 2026
BUNDLE = Path(__file__).parent / "gloss-market"
DIMENSIONS = 64
CLASSES = ["other", "wanted"]

BUYER_ROWS = 100
TEST_ROWS = 800
SAMPLE_ROWS = 5

BINS = 10
DIGITS = 5

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Recipe:
    """How to draw one seller's ``rows``; the other numbers are fractions between 0 and 1.

    ``wanted`` is the fraction of rows that belong to the concept, ``near`` the fraction of the other rows that come
    from neighbouring categories, ``wrong`` the fraction of labels that are flipped. ``claims`` names a category that
    is wrongly labelled as wanted.
    """

    rows: int
    wanted: float = 0.5
    near: float = 0.5
    wrong: float = 0.02
    claims: str | None = None


@dataclass(frozen=True)
class Concept:
    """A market: the buyer wants to tell glosses of ``category`` from others, half of which come from ``near``."""

    category: str
    near: tuple[str, ...]
    sellers: dict[str, Recipe]


MARKETS = {
    "food": Concept(
        "noun.food",
        ("noun.plant", "noun.animal", "noun.substance"),
        {
            "harbour-lane": Recipe(500),
            "quick-labels": Recipe(800, wrong=0.4),
            "wide-world": Recipe(600, near=0.0),
            "everyday": Recipe(1200, wanted=0.05),
            "market-garden": Recipe(300, near=1.0),
            "orchard": Recipe(700, wanted=0.3, claims="noun.plant"),
            "bargain-bin": Recipe(1500, wanted=0.2, wrong=0.6),
            "corner-shop": Recipe(400, wrong=0.1),
        },
    ),
    "body": Concept(
        "noun.body",
        ("noun.animal", "noun.plant", "noun.artifact"),
        {
            "bargain-bin": Recipe(1200, wanted=0.2, wrong=0.6),
            "hill-street": Recipe(400),
            "wide-world": Recipe(600, near=0.0, wrong=0.05),
            "menagerie": Recipe(500, wanted=0.3, claims="noun.animal"),
            "night-school": Recipe(300, wanted=0.7, wrong=0.05),
            "everyday": Recipe(900, wanted=0.1),
            "quick-labels": Recipe(500, wrong=0.2),
        },
    ),
    "artifact": Concept(
        "noun.artifact",
        ("noun.object", "noun.substance", "noun.group", "noun.possession"),
        {
            "quick-labels": Recipe(1000, wrong=0.35),
            "raw-materials": Recipe(600, claims="noun.substance"),
            "wide-world": Recipe(900, near=0.0),
            "workshop": Recipe(400),
            "bargain-bin": Recipe(1500, wrong=0.6),
            "borderline": Recipe(500, near=1.0),
            "one-of-a-kind": Recipe(800, wanted=0.95),
            "corner-shop": Recipe(700, wrong=0.1),
            "old-mill": Recipe(1100, wrong=0.2),
        },
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    nouns = pq.read_table(parser.parse_args().folder / "wordnet_nouns_minilm384_f16.parquet")
    nouns = nouns.set_column(nouns.column_names.index("category"), "category", nouns["category"].cast(pa.string()))
    embedding = components(nouns)
    for folder in ("public", "hidden"):
        (BUNDLE / folder).mkdir(parents=True, exist_ok=True)
    free = unique(nouns["gloss"].to_pylist())
    for number, (name, concept) in enumerate(MARKETS.items()):
        supply = Supply(nouns, free, concept, np.random.default_rng((SEED, number)))
        build_market(nouns, embedding, name, supply)
        free = np.concatenate(list(supply.left.values()))  # rows public in one market must not be hidden in another


def components(nouns: pa.Table) -> NDArray[np.float16]:
    """The first principal components of all embeddings, with the same signs on every machine."""
    vectors = nouns["embedding"].combine_chunks().flatten().to_numpy().reshape(len(nouns), -1).astype(np.float64)
    vectors -= vectors.mean(axis=0)
    _, directions = np.linalg.eigh(vectors.T @ vectors)
    chosen = directions[:, ::-1][:, :DIMENSIONS]
    chosen *= np.sign(chosen[np.abs(chosen).argmax(axis=0), np.arange(DIMENSIONS)])
    return (vectors @ chosen).astype(np.float16)


def unique(texts: list[str]) -> Rows:
    """The first row of each text."""
    return np.array(sorted({text: row for row, text in reversed(list(enumerate(texts)))}.values()))


class Supply:
    """Glosses that have not been taken yet, in random order."""

    def __init__(self, nouns: pa.Table, free: Rows, concept: Concept, generator: np.random.Generator) -> None:
        category = np.array(nouns["category"].to_pylist())
        rows = generator.permutation(np.sort(free))
        near = np.isin(category[rows], concept.near)
        wanted = category[rows] == concept.category
        self.category = category
        self.concept = concept
        self.generator = generator
        self.left = {"wanted": rows[wanted], "near": rows[near], "far": rows[~wanted & ~near]}

    def take(self, recipe: Recipe) -> Rows:
        """Rows in the proportions of the recipe, shuffled."""
        wanted = round(recipe.rows * recipe.wanted)
        near = round((recipe.rows - wanted) * recipe.near)
        parts = {"wanted": wanted, "near": near, "far": recipe.rows - wanted - near}
        taken = []
        for part, count in parts.items():
            if count > len(self.left[part]):
                raise ValueError(f"{self.concept.category}: only {len(self.left[part])} rows are left of '{part}'")
            taken.append(self.left[part][:count])
            self.left[part] = self.left[part][count:]
        return self.generator.permutation(np.concatenate(taken))

    def labels(self, rows: Rows, recipe: Recipe) -> NDArray[np.int64]:
        """The labels as the seller states them, right or wrong."""
        said = np.isin(self.category[rows], [self.concept.category, recipe.claims or self.concept.category])
        wrong = self.generator.choice(len(rows), round(len(rows) * recipe.wrong), replace=False)
        said[wrong] = ~said[wrong]
        return said.astype(np.int64)


def build_market(nouns: pa.Table, embedding: NDArray[np.float16], name: str, supply: Supply) -> None:
    concept = supply.concept
    right = Recipe(BUYER_ROWS, wrong=0.0)
    buyer, test = supply.take(right), supply.take(Recipe(TEST_ROWS, wrong=0.0))
    public, hidden = BUNDLE / "public", BUNDLE / "hidden"
    write(hidden / f"{name}-test.parquet", nouns, embedding, test, supply.labels(test, right), texts=["id"])
    labels = supply.labels(buyer, right)
    write(public / f"{name}-buyer.parquet", nouns, embedding, buyer, labels, texts=["id", "word", "gloss"])
    summaries, samples, shown = [], [], []
    for seller, recipe in concept.sellers.items():
        rows = supply.take(replace(recipe, rows=recipe.rows + SAMPLE_ROWS))
        labels = supply.labels(rows, recipe)
        sold, said = rows[SAMPLE_ROWS:], labels[SAMPLE_ROWS:]
        write(hidden / f"{name}-{seller}.parquet", nouns, embedding, sold, said, texts=[])
        summaries.append(summary(embedding[sold].astype(np.float64), said))
        samples.append(rows[:SAMPLE_ROWS])
        shown.append(labels[:SAMPLE_ROWS])
    (public / f"{name}-summaries.json").write_text(json.dumps(summaries, separators=(",", ":")))
    sellers = pa.array([seller for seller in concept.sellers for _ in range(SAMPLE_ROWS)])
    write(
        public / f"{name}-samples.parquet",
        nouns,
        embedding,
        np.concatenate(samples),
        np.concatenate(shown),
        texts=["word", "gloss"],
        seller=sellers,
    )


def summary(vectors: NDArray[np.float64], labels: NDArray[np.int64]) -> dict[str, Any]:
    """The public summary of a seller's rows, in the format of DataPerf's sellers."""
    histograms, correlations = {}, {}
    for place, values in enumerate(vectors.T):
        sizes, edges = np.histogram(values, bins=BINS)
        histograms[str(place)] = {f"{number}_size": size for number, size in enumerate(sizes.tolist())} | {
            f"{number}_range": round(edge, DIGITS) for number, edge in enumerate(edges.tolist())
        }
        correlations[str(place)] = round(float(np.corrcoef(values, labels)[0, 1]), DIGITS)
    return {
        "row_number": len(labels),
        "column_number": DIMENSIONS + 1,
        "hist": histograms,
        "label_correlation": correlations,
        "class_counts": dict(zip(CLASSES, np.bincount(labels, minlength=len(CLASSES)).tolist(), strict=True)),
    }


def write(
    path: Path,
    nouns: pa.Table,
    embedding: NDArray[np.float16],
    rows: Rows,
    labels: NDArray[np.int64],
    *,
    texts: list[str],
    seller: pa.Array | None = None,
) -> None:
    """Write rows of the public table with these texts and labels; samples also name their sellers."""
    columns: dict[str, Any] = {} if seller is None else {"seller": seller}
    columns |= {name: nouns[name].take(pa.array(rows)) for name in texts}
    columns["label"] = pa.array([CLASSES[label] for label in labels.tolist()])
    columns["embedding"] = pa.FixedSizeListArray.from_arrays(pa.array(embedding[rows].ravel()), DIMENSIONS)
    pq.write_table(pa.table(columns), path, compression="zstd", compression_level=19, use_dictionary=["label"])


if __name__ == "__main__":
    main()
