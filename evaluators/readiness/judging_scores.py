"""Findings about the baselines' scores."""

from __future__ import annotations

from collections.abc import Iterator

from evaluators.kinds.findings import Finding
from evaluators.learning.metrics.base import Metric
from evaluators.readiness.report import BaselineScore, Noise

PERFECT = 0.99
LEVELS = 4
"""With fewer resolvable steps between random and the best score, most entries on the leaderboard would be tied."""


def score_findings(metric: Metric, baselines: list[BaselineScore], noise: Noise | None) -> Iterator[Finding]:
    """Findings about noise and headroom of scores by ``metric``."""
    direction = metric.direction
    if noise is None or noise.random is None or noise.headroom is None:
        yield Finding(
            code="baselines-missing",
            severity="warning",
            title="Noise and headroom are not known",
            measured="no score of a random baseline",
            why="Without it nobody can say whether a good score is good.",
            remedy="Give examples with labels, or a pool with labels: then the baselines can be made.",
        )
        return
    if _is_perfect(direction, noise.random / metric.factor):
        yield Finding(
            code="perfect-from-random",
            severity="blocker",
            title="A random submission is perfect",
            measured=f"random scores {noise.random:.4f}",
            value=noise.random,
            why="There is nothing left to win, and every entry will have the same score.",
            remedy="Lower the budget, take a harder task, or test on rows that are harder.",
        )
        return
    yield from _headroom(direction, noise, noise.random, noise.headroom)
    if len(baselines) and len(baselines[0].seeds) == 1:
        yield Finding(
            code="seed-alone",
            severity="note",
            title="There is one seed",
            measured="1 seed",
            value=1,
            why="How much a score hangs on single rows is not seen; only the test rows count in the intervals.",
            remedy="Train on a part of the rows (subsample) under several seeds.",
        )


def _headroom(direction: str, noise: Noise, random: float, headroom: float) -> Iterator[Finding]:
    sign = 1 if direction == "maximize" else -1
    if headroom < noise.resolvable:
        yield Finding(
            code="no-headroom",
            severity="blocker",
            title="There is nothing to gain that could be told from noise",
            measured=f"random scores {random:.4f}, the best {random + sign * headroom:.4f}; differences below "
            f"{noise.resolvable:.4f} are noise",
            value=headroom,
            why="The order of the board would be luck.",
            remedy="Take more test rows or seeds, lower the budget, or choose a task where the choice matters.",
        )
        return
    if noise.best is not None and sign * (noise.best - random) < -noise.resolvable:
        yield Finding(
            code="random-is-best",
            severity="warning",
            title="Random is better than all that know more",
            measured=f"random scores {random:.4f}, the best other baseline {noise.best:.4f}",
            value=sign * (noise.best - random),
            why="Either knowing the rows does not help here, or something is turned round.",
            remedy="Look whether examples and test rows mean the same classes. If so, say it in the description.",
        )
    elif noise.best is not None and sign * (noise.best - random) < noise.resolvable:
        yield Finding(
            code="baselines-tie",
            severity="note",
            title="No baseline is better than random by more than the noise",
            measured=f"random scores {random:.4f}, the best other {noise.best:.4f}; differences below "
            f"{noise.resolvable:.4f} are noise",
            value=sign * (noise.best - random),
            why="There may be much to gain, but the well-known ways do not gain it: the first entries may all tie.",
            remedy="Take more test rows or seeds. If the difficulty is meant, publish all the same.",
        )
    if noise.resolvable * LEVELS > headroom:
        yield Finding(
            code="noise-large",
            severity="warning",
            title="The board can tell few levels apart",
            measured=f"differences below {noise.resolvable:.4f} are noise, and {headroom:.4f} is all there is to gain",
            value=headroom / noise.resolvable if noise.resolvable else headroom,
            why=f"Fewer than {LEVELS} entries can be told apart; the others will tie.",
            remedy="Take more test rows, more seeds, or a larger part of the rows for each seed.",
        )


def _is_perfect(direction: str, random: float) -> bool:
    return random >= PERFECT if direction == "maximize" else random <= 1 - PERFECT
