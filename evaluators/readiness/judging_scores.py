"""Findings about the baselines' scores, and those that apply to one kind of challenge only."""

from __future__ import annotations

from collections.abc import Iterator

from evaluators.kinds.acquisition.facts import MarketFacts
from evaluators.kinds.cleaning.facts import CleaningFacts
from evaluators.readiness.bootstrap import smallest_difference
from evaluators.readiness.report import BaselineScore, Finding, Noise, TaskFacts

PERFECT = 0.99
LEVELS = 4
"""With fewer resolvable steps between random and the best score, most entries on the leaderboard would be tied."""

MOSTLY_WRONG = 0.5


def score_findings(direction: str, baselines: list[BaselineScore], noise: Noise | None) -> Iterator[Finding]:
    """Findings about noise and headroom; ``direction`` is ``maximize`` or ``minimize``."""
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
    if _is_perfect(direction, noise.random):
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


def cleaning_findings(cleaning: list[CleaningFacts], tasks: list[TaskFacts]) -> Iterator[Finding]:
    """Findings about wrong labels: there are none, or they do not lower the model's accuracy."""
    rows = {task.task: task.test_rows for task in tasks}
    for facts in cleaning:
        part = facts.wrong / facts.rows
        gain = facts.accuracy_clean - facts.accuracy_noisy
        if not facts.wrong:
            yield Finding(
                code="labels-all-right",
                severity="blocker",
                title="No label is wrong",
                measured=f"0 of {facts.rows} labels differ from the truth",
                value=0,
                why="There is nothing to find.",
                remedy="Give the noisy labels as those of the training rows, the right ones as the truth.",
                where=facts.task,
            )
            continue
        if part > MOSTLY_WRONG:
            yield Finding(
                code="labels-mostly-wrong",
                severity="warning",
                title="Most labels are wrong",
                measured=f"{facts.wrong} of {facts.rows} labels differ from the truth",
                value=part,
                why="Methods that find wrong labels believe the majority; here the majority is wrong.",
                remedy="Look whether truth and training rows have been mixed up, or make fewer labels wrong.",
                where=facts.task,
            )
        if gain <= 0:
            yield Finding(
                code="cleaning-gains-nothing",
                severity="blocker",
                title="Right labels make the model no better",
                measured=f"accuracy {facts.accuracy_noisy:.4f} with the wrong labels, {facts.accuracy_clean:.4f} "
                "without",
                value=gain,
                why="Whoever mends everything gains nothing.",
                remedy="Make more labels wrong, or wrong in a way that misleads: by class, not at random.",
                where=facts.task,
            )
        elif gain < smallest_difference(rows[facts.task]) / 2:
            yield Finding(
                code="cleaning-gains-little",
                severity="warning",
                title="Right labels make the model hardly better",
                measured=f"accuracy {facts.accuracy_noisy:.4f} with the wrong labels, {facts.accuracy_clean:.4f} "
                f"without; {rows[facts.task]} test rows",
                value=gain,
                why="What can be gained is about as large as what the choice of the test rows changes.",
                remedy="Make more labels wrong, or take more test rows.",
                where=facts.task,
            )


def market_findings(markets: list[MarketFacts], *, public_test: list[str]) -> Iterator[Finding]:
    """Findings about markets; ``public_test`` names the tasks that are tested on public rows."""
    for market in markets:
        if not market.affordable_sellers:
            yield Finding(
                code="budget-buys-nothing",
                severity="blocker",
                title="The budget buys nothing",
                measured=f"{market.budget:g} buys no row from any of {market.sellers} sellers",
                value=market.budget,
                why="The only submission that is allowed is an empty one.",
                remedy="Raise the budget or lower the prices.",
                where=market.task,
            )
        elif market.budget >= market.everything:
            yield Finding(
                code="budget-buys-everything",
                severity="warning",
                title="The budget buys everything",
                measured=f"everything costs {market.everything:g}, the budget is {market.budget:g}",
                value=market.budget / market.everything,
                why="Nobody has to choose.",
                remedy="Lower the budget or raise the prices.",
                where=market.task,
            )
    for task in public_test:
        yield Finding(
            code="test-rows-public",
            severity="warning",
            title="Accuracy is measured on rows that everyone can see",
            measured="the market has no hidden test rows",
            why="A purchase can be tuned to the very rows that it is measured on.",
            remedy="Give hidden test rows.",
            where=task,
        )
