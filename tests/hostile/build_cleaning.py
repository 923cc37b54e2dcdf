"""Create the corpus's files for cleaning challenges, see ``build``.

The challenges "ranking" (tasks jam and tea, 30 rows each), "ranking-2023" (DataPerf's 01g317, 40 rows) and "mending"
(six labels per task) are those of ``tests.cleanings``.
"""

from __future__ import annotations

from collections.abc import Iterable

ROWS = 30


def numbers(rows: Iterable[object] = range(ROWS), end: str = "\n") -> bytes:
    return "".join(f"{row}{end}" for row in rows).encode()


def replaced(place: int, text: str) -> bytes:
    """A valid ranking with one line replaced."""
    return numbers([*range(place), text, *range(place + 1, ROWS)])


def ids(rows: Iterable[int] = range(ROWS), name: str = "jam") -> bytes:
    return ("id\n" + "".join(f"{name}-{row:03d}\n" for row in rows)).encode()


def mended(*lines: str) -> bytes:
    return "\n".join(["id,label", *lines, ""]).encode()


FILES = {
    # Rankings by row number.
    "rank.txt": numbers(),
    "rank-backwards.txt": numbers(reversed(range(ROWS))),
    "rank-crlf.txt": numbers(end="\r\n"),
    "rank-bom.txt": b"\xef\xbb\xbf" + numbers(),
    "rank-blanks.txt": b"\n" + numbers(end=" \n\n"),
    "rank-zeros.txt": numbers(f"{row:03d}" for row in range(ROWS)),
    "rank-301.txt": numbers([*range(ROWS), 0]),
    "rank-short.txt": numbers(range(ROWS - 1)),
    "rank-twice.txt": replaced(5, "4"),
    "rank-from-1.txt": numbers(range(1, ROWS + 1)),
    "rank-negative.txt": replaced(0, "-1"),
    "rank-fraction.txt": replaced(1, "1.0"),
    "rank-exponent.txt": replaced(1, "1e0"),
    "rank-hex.txt": replaced(1, "0x1"),
    "rank-underscore.txt": replaced(10, "1_0"),
    "rank-arabic.txt": replaced(1, "\u0661"),
    "rank-superscript.txt": replaced(2, "\u00b2"),
    "rank-nan.txt": replaced(3, "NaN"),
    "rank-huge.txt": replaced(3, "9" * 4000),
    "rank-two-a-line.txt": b"0,1,2,3\n4,5\n",
    "rank-with-header.txt": b"row\n" + numbers(range(ROWS - 1)),
    "rank-empty.txt": b"",
    "rank-blank.txt": b" \n\r\n\t\n",
    "rank-nul.txt": replaced(7, "7\0"),
    "rank-utf-16.txt": b"\xff\xfe" + numbers().decode().encode("utf-16-le"),
    "rank-far-too-many.txt": numbers([0] * 20_000),
    "rank-markup.txt": replaced(9, "<script>alert(1)</script>"),
    "rank-one-again.txt": numbers([2] * 40),
    "rank-40.txt": numbers(range(40)),
    "seconds.txt": b"4.6976000021459186e-05",
    "seconds-negative.txt": b"-3\n",
    "seconds-infinite.txt": b"1e999\n",
    # Rankings by id.
    "rank-ids.csv": ids(),
    "rank-ids-tea.csv": ids(name="tea"),
    "rank-tasks.csv": b"task,id\n"
    + b"".join(b"%s,%s-%03d\n" % (n, n, r) for r in range(ROWS) for n in (b"jam", b"tea")),
    "rank-ids-no-header.csv": ids().removeprefix(b"id\n"),
    "rank-ids-unknown.csv": ids([*range(ROWS - 1), 777]),
    "rank-ids-twice.csv": ids([*range(ROWS - 1), 3]),
    "rank-with-labels.csv": mended("jam-000,apple"),
    # Labels.
    "mend.csv": mended("jam-001,bread", "jam-004,drop", '"jam-007","bread"'),
    "mend-unknown-class.csv": mended("jam-001,plum"),
    "mend-in-capitals.csv": mended("jam-001,Bread", "jam-004,DROP"),
    "mend-no-class.csv": mended("jam-001,"),
    "mend-number.csv": mended("jam-001,1"),
    "mend-same.csv": mended("jam-001,bread", "jam-000,apple"),
    "mend-over-budget.csv": mended(*(f"jam-{row:03d},drop" for row in range(7))),
    "mend-twice.csv": mended("jam-001,bread", "jam-001,drop"),
    "mend-unknown-id.csv": mended("jam-001,bread", "jam-999,drop"),
    "mend-row-number.csv": mended("1,bread"),
    "mend-ids-alone.csv": ids([1, 4]),
    "mend-nothing.csv": mended(),
    "mend-nan.csv": mended("jam-001,nan"),
    "mend-homoglyph.csv": mended("jam-001,\u0430pple"),
}
