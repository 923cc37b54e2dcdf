"""The colour tokens of the stylesheet: text reaches WCAG AA contrast on its background, in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SHEET = Path(__file__).resolve().parents[2] / "frontend/static/frontend/css/ratchet.css"
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", SHEET.read_text(encoding="utf-8")
    )
}
GROUNDS = ("ground", "sheet", "sunk")

TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3", "accent", "accent-hover") for ground in GROUNDS),
    *((mark, f"{mark}-wash") for mark in ("good", "bad", "warn", "accent")),
    *((ink, f"{wash}-wash") for ink in ("ink", "ink-2", "accent") for wash in ("good", "bad", "warn")),
    *((ink, "own") for ink in ("ink", "ink-2", "own-ink", "accent")),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("bad", "ground"),
    ("bad", "sheet"),
]
# Graphics like the edge of a field or a dot, which need less contrast than text.
SHAPES = [
    *(("rule-strong", ground) for ground in ("ground", "sheet")),
    *(("own-mark", ground) for ground in ("sheet", "own")),
    *((f"map-{number}", "sheet") for number in range(1, 9)),
]


def _luminance(colour: str) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[place : place + 2], 16)) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(first: str, second: str) -> float:
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(ink: str, ground: str, theme: int) -> None:
    assert _contrast(TOKENS[ink][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_can_be_seen(shape: str, ground: str, theme: int) -> None:
    assert _contrast(TOKENS[shape][theme], TOKENS[ground][theme]) >= 3


def test_colours_are_named_once() -> None:
    """These checks would miss a colour outside the tokens."""
    body = SHEET.read_text(encoding="utf-8").split(
        "/* -------------------------------------------------------------- elements */"
    )[1]
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", body)
