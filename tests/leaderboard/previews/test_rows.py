"""What the sandbox wrote as a preview is parsed, and not trusted."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest

from leaderboard.previews.rows import parse_rows

ROWS = {"ids": ["a", "b"], "labels": ["x", "y"]}
TEXTS = json.dumps(ROWS).encode()


def saved(pixels: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, pixels, allow_pickle=True)
    return file.getvalue()


def test_rows_and_their_pixels_are_taken() -> None:
    pixels = np.arange(32, dtype=np.uint8).reshape(2, 4, 4)
    rows = parse_rows(TEXTS, saved(pixels))
    assert (len(rows), rows.labels, rows.places) == (2, ["x", "y"], {"a": 0, "b": 1})
    assert rows.pixels is not None
    np.testing.assert_array_equal(rows.pixels, pixels)


def test_labels_and_pixels_may_be_absent() -> None:
    rows = parse_rows(json.dumps(ROWS | {"labels": []}).encode(), None)
    assert (rows.labels, rows.pixels) == ([], None)


@pytest.mark.parametrize(
    "texts",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        json.dumps(ROWS | {"ids": ["a", 1]}).encode(),
        json.dumps(ROWS | {"ids": ["a" * 201, "b"]}).encode(),
        json.dumps(ROWS | {"labels": ["x"]}).encode(),
        json.dumps(ROWS | {"more": 1}).encode(),
        b"[" * 100_000,
    ],
    ids=range(9),
)
def test_what_is_no_rows_is_refused(texts: bytes) -> None:
    with pytest.raises(ValueError):
        parse_rows(texts, None)


@pytest.mark.parametrize(
    "pixels",
    [
        b"",
        b"PK\x05\x06" + bytes(18),
        saved(np.array([[None]])),
        saved(np.zeros((2, 3, 4), np.uint8)),
        saved(np.zeros((3, 4, 4), np.uint8)),
        saved(np.zeros((2, 65, 65), np.uint8)),
        saved(np.zeros((2, 4, 4), np.float32)),
        saved(np.asfortranarray(np.zeros((2, 4, 4), np.uint8))),
        saved(np.uint8(1)),
        saved(np.zeros((2, 4, 4), np.uint8))[:-1],
        saved(np.zeros((2, 4, 4), np.uint8)).replace(b"\x01\x00", b"\x09\x00", 1),
        saved(np.zeros((2, 4, 4), np.uint8)).replace(b"(2, 4, 4)", b"(2, 4 4) "),
    ],
    ids=range(12),
)
def test_what_is_no_pixels_is_refused(pixels: bytes) -> None:
    with pytest.raises(ValueError):
        parse_rows(TEXTS, pixels)
