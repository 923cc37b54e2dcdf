"""A slope chart: for each entry a line from its old rank to its new one, with names at both ends.

x is in percent of the width, y in pixels: the drawing fits any screen and its text keeps its size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

ROW = 18
TOP = 14
LEFT, RIGHT = 36.0, 64.0
"""Where the lines begin and end, in percent; the names are outside."""

MAX_NAME = 14


@dataclass(frozen=True, slots=True)
class Slope:
    """One entry; one without a rank is placed below all others."""

    label: str
    old: int | None
    new: int | None
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class SlopeLine:
    y_old: float
    y_new: float
    old: str
    new: str
    title: str
    kind: Literal["own", "up", "down", "same"]


@dataclass(frozen=True, slots=True)
class SlopePlot:
    """``height`` in pixels; lines run from ``left`` to ``right`` percent. ``omitted`` entries are not drawn."""

    lines: list[SlopeLine]
    height: int
    omitted: int
    description: str
    left: float = LEFT
    right: float = RIGHT


def slope_plot(slopes: Sequence[Slope], *, most: int = 40) -> SlopePlot | None:
    """The best ``most`` entries before or after, and the reader's own; None if there is nothing to draw."""
    drawn = [one for one in slopes if one.is_own or min(one.old or most + 1, one.new or most + 1) <= most]
    if not drawn:
        return None
    olds = _places([one.old for one in drawn], [one.new for one in drawn])
    news = _places([one.new for one in drawn], [one.old for one in drawn])
    lines = [
        SlopeLine(
            y_old=TOP + olds[index] * ROW,
            y_new=TOP + news[index] * ROW,
            old=_text(one.old, one.label, before=True),
            new=_text(one.new, one.label, before=False),
            title=f"{one.label}: {one.old or 'not ranked'} → {one.new or 'not ranked'}",
            kind=_kind(one),
        )
        for index, one in enumerate(drawn)
    ]
    # The reader's entries are drawn last, so that no other line covers them.
    lines.sort(key=lambda line: ("same", "down", "up", "own").index(line.kind))
    return SlopePlot(lines, TOP + len(drawn) * ROW, len(slopes) - len(drawn), _description(slopes))


def _places(ranks: Sequence[int | None], others: Sequence[int | None]) -> list[int]:
    """The row of each entry: equal ranks get consecutive rows, entries without a rank come last."""
    last = len(ranks) + max((rank for rank in (*ranks, *others) if rank is not None), default=0)
    order = sorted(range(len(ranks)), key=lambda index: (ranks[index] or last, others[index] or last))
    rows = [0] * len(ranks)
    for row, index in enumerate(order):
        rows[index] = row
    return rows


def _text(rank: int | None, label: str, *, before: bool) -> str:
    name = label if len(label) <= MAX_NAME else label[: MAX_NAME - 1] + "…"
    shown = str(rank) if rank is not None else "–"
    return f"{name}  {shown}" if before else f"{shown}  {name}"


def _kind(one: Slope) -> Literal["own", "up", "down", "same"]:
    if one.is_own:
        return "own"
    if one.old == one.new:
        return "same"
    return "up" if one.old is None or (one.new is not None and one.new < one.old) else "down"


def _description(slopes: Sequence[Slope]) -> str:
    kinds = [_kind(Slope(one.label, one.old, one.new)) for one in slopes]
    return (
        f"{kinds.count('up')} entries rose, {kinds.count('down')} fell and {kinds.count('same')} kept their rank; "
        "the table has them all."
    )
