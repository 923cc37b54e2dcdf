"""Does a good choice of data pay off? The scores of all baselines on all demo challenges, as Markdown.

Every baseline runs with five seeds. A challenge distinguishes skill from luck if the best baseline that looks at the
data beats the best that does not by more than either varies between seeds.

``python -m tests.benchmarks.baseline_tables PAGES`` also writes each table into the page that contains
``<!-- baselines SLUG -->``, up to ``<!-- /baselines -->``. See ``baselines`` for the environment.
"""

from __future__ import annotations

import re
import statistics
import sys
import tempfile
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluators.datasets import PreparedDataset, open_bundle
from evaluators.registry import METRICS, BaselineInfo, baselines_for, write_baseline
from evaluators.scoring.score import score
from evaluators.submissions import read_files

TREE = Path(__file__).resolve().parents[2]
DEMO = TREE / "challenges" / "demo"
SEEDS = range(5)
BLIND = ("random", "nothing", "uniform", "proportional", "random-seller")
"""The baselines that do not look at the data."""


@dataclass(frozen=True, slots=True)
class Scores:
    """A baseline's score by seed; ``sign`` is −1 for metrics where lower is better, so that higher merit is better."""

    info: BaselineInfo
    values: list[float]
    sign: int

    @property
    def mean(self) -> float:
        return statistics.fmean(self.values)

    @property
    def spread(self) -> float:
        return max(self.values) - min(self.values)

    @property
    def merit(self) -> float:
        return self.sign * self.mean

    @property
    def worst(self) -> float:
        return min(self.sign * value for value in self.values)

    @property
    def best(self) -> float:
        return max(self.sign * value for value in self.values)

    @property
    def row(self) -> str:
        return f"| {self.info.title} | {self.mean:.4f} | {min(self.values):.4f} | {max(self.values):.4f} |"


def _main(pages: Sequence[Path]) -> None:
    for bundle in sorted(path.parent for path in DEMO.glob("*/challenge.yaml")):
        with tempfile.TemporaryDirectory() as folder:
            dataset = open_bundle(bundle, Path(folder) / "store")
            text = _section(dataset, [_scores(info, dataset) for info in baselines_for(dataset.specification)])
        print(f"\n## {dataset.specification.title}\n\n{text}", flush=True)
        for page in pages:
            _fill(page, bundle.name, text)


def _scores(info: BaselineInfo, dataset: PreparedDataset) -> Scores:
    known: dict[tuple[bytes, ...], float] = {}
    values = []
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            write_baseline(info, dataset, Path(folder), seed=seed)
            uploads = read_files([Path(folder)])
        files = tuple(upload.content for upload in uploads)
        # Many baselines are deterministic: their files, and so their scores, are the same for every seed.
        if files not in known:
            known[files] = score(dataset, uploads).score.value
        values.append(known[files])
    return Scores(info, values, 1 if METRICS[dataset.specification.metric].direction == "maximize" else -1)


def _section(dataset: PreparedDataset, found: list[Scores]) -> str:
    specification = dataset.specification
    ranked = sorted(found, key=lambda scores: scores.merit, reverse=True)
    better = "higher" if specification.direction == "maximize" else "lower"
    return "\n".join(
        [
            f"`{specification.metric}` over {len(SEEDS)} seeds of the baseline, {better} is better:",
            "",
            "| baseline | mean | least | most |",
            "|---|---|---|---|",
            *(scores.row for scores in ranked),
            "",
            _verdict(ranked),
        ]
    )


def _verdict(ranked: list[Scores]) -> str:
    """Whether the choice matters: the best baseline that looks at the data against the best that does not."""
    informed = next(scores for scores in ranked if scores.info.name not in BLIND)
    blind = [scores for scores in ranked if scores.info.name in BLIND]
    gap, spread = informed.merit - blind[0].merit, max(informed.spread, blind[0].spread)
    luckiest = max(scores.best for scores in blind)
    return textwrap.fill(
        f"The best baseline that looks at the data, *{informed.info.title}*, is {gap:.4f} ahead of the best that does "
        f"not, *{blind[0].info.title}*: {'more' if gap > spread else '**not more**'} than the {spread:.4f} that either "
        f"moves from seed to seed. Its worst seed {'is' if informed.worst > luckiest else '**is not**'} better than "
        f"the best of all that do not look.",
        width=120,
    )


def _fill(page: Path, slug: str, text: str) -> None:
    start, end = f"<!-- baselines {slug} -->", "<!-- /baselines -->"
    before = page.read_text(encoding="utf-8")
    after = re.sub(f"{start}.*?{end}", lambda _: f"{start}\n{text}\n{end}", before, flags=re.DOTALL)
    page.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    _main([Path(name) for name in sys.argv[1:]])
