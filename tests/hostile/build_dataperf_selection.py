"""Create the files for DataPerf's selection challenges: label maps and word lists, valid, wrong and hostile.

The ids are those of ``tests.dataperf_selection``: images 0 to 119, and twenty clips of each word, of which every fifth
isn't allowed.
"""

from __future__ import annotations

import json
from typing import Any

from tests.dataperf_selection import WORDS, allowed_clips, clip, image


def dump(value: Any) -> bytes:
    return json.dumps(value).encode()


def labels(**changes: Any) -> dict[str, Any]:
    """Four images with labels; ``changes`` replace labels, ``i7`` for image 7."""
    chosen: dict[str, Any] = {image(number): number % 2 for number in range(4)}
    return chosen | {image(int(name[1:])): value for name, value in changes.items()}


def words(language: str = "en", *, each: int = 2, nontargets: int = 5, **changes: Any) -> dict[str, Any]:
    """A valid choice of clips; ``changes`` replace the clips of a word."""
    targets: dict[str, Any] = {word: allowed_clips(word, language)[:each] for word in WORDS}
    spoken = [name for word in ("cat", "dog", "owl") for name in allowed_clips(word, language)]
    return {"targets": targets | changes, "nontargets": spoken[:nontargets]}


def doubled(value: dict[str, Any], key: str) -> bytes:
    """The same JSON with one key repeated at the end of its object."""
    text = dump(value).decode()
    return text.replace(f'"{key}":', f'"{key}": [], "{key}":', 1).encode()


WITHOUT_JOB = words() | {"targets": {word: ids for word, ids in words()["targets"].items() if word != "job"}}

FILES = {
    # Valid label maps.
    "map.json": dump(labels()),
    "map-texts.json": dump({name: str(label) for name, label in labels().items()}),
    "map-indented.json": b"\xef\xbb\xbf" + json.dumps(labels(), indent=4).replace("\n", "\r\n").encode(),
    "map-as-csv.csv": "".join(
        ["ImageID,Confidence\n", *(f"{name},{one}\n" for name, one in labels().items())]
    ).encode(),
    # Label maps with an invalid label.
    "map-1.0.json": dump(labels(i2=1.0)),
    "map-exponent.json": dump(labels()).replace(b": 1}", b": 1e0}"),
    "map-minus-zero.json": dump(labels()).replace(b": 0", b": -0", 1),
    "map-true.json": dump(labels(i1=True)),
    "map-null.json": dump(labels(i1=None)),
    "map-nested.json": dump(labels(i1={"label": 1}, i2=[1])),
    "map-nan.json": dump(labels(i1=float("nan"))),
    "map-huge-number.json": dump(labels()).replace(b": 1}", b": " + b"9" * 6000 + b"}"),
    "map-of-tasks.json": dump({"Cupcake": labels(), "Hawk": labels()}),
    # Label maps with wrong keys.
    "map-doubled-key.json": doubled(labels(), image(1)).replace(b": []", b": 0"),
    "map-unknown-id.json": dump(labels(i999=1)),
    "map-only-unknown-ids.json": dump({image(998): 1, image(999): 0}),
    "map-empty-id.json": dump(labels() | {"": 1}),
    "map-prototype.json": dump(labels() | {"__proto__": 1, "constructor": 0}),
    "map-nul-id.json": dump(labels() | {image(5) + "\0": 1}),
    "map-surrogate-id.json": dump(labels() | {"\ud800": 1}),
    "map-terminal-escapes.json": dump(labels() | {"\x1b]0;owned\x07": 1}),
    "map-surrogate-label.json": dump(labels(i1="\ud800")),
    "map-label-of-escapes.json": dump(labels(i1="\x1b]0;owned\x07\n2026-01-01 INFO all is well")),
    "map-nul-behind-a-label.json": dump({image(0): "1", image(1): "1\0"}),
    "map-long-label.json": dump(labels(i1="1" * 40_000)),
    "map-too-many-rows.json": dump({f"{number:x}": 2 for number in range(20_001)}),
    "map-accents.json": dump(labels() | {"a" + "\u0301" * 40_000 + "\u0323" * 40_000: 1}),
    "map-outer-accents.json": dump({"a" + "\u0301" * 40_000 + "\u0323" * 40_000: labels(), "b": labels()}),
    "words-accents.json": dump(words(**{"a" + "\u0301" * 4_000 + "\u0323" * 4_000: []})),
    "map-many-labels.csv": b"ImageID,Confidence\n" + b"".join(b"%016x,%d\n" % (n % 120, n) for n in range(5_000)),
    "map-one-class.json": dump(dict.fromkeys(labels(), 1)),
    # JSON of another structure, or not JSON at all.
    "empty-object.json": b"{}",
    "empty-list.json": b"[]",
    "list-of-ids.json": dump(list(labels())),
    "lines.json": b"".join(dump({name: label}) + b"\n" for name, label in labels().items()),
    "python.json": str(labels()).encode(),
    "comment.json": b"// mine\n" + dump(labels()),
    "trailing-comma.json": dump(labels()).replace(b"}", b",}"),
    "cut.json": dump(labels())[:-4],
    "deep.json": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "deep-lists.json": b'{"targets": {"job": ' + b"[" * 5000 + b"]" * 5000 + b'}, "nontargets": []}',
    "latin-1.json": json.dumps(labels() | {"pööl": 1}, ensure_ascii=False).encode("latin-1"),
    "utf-16.json": json.dumps(labels()).encode("utf-16"),
    # Valid word lists.
    "words-en.json": dump(words()),
    "words-pt.json": dump(words("pt", each=9, nontargets=15)),
    # Word lists with other keys.
    "words-without-job.json": dump(WITHOUT_JOB),
    "words-job-empty.json": dump(words(job=[])),
    "words-unknown-word.json": dump(words(jobs=[clip("job", 3001)])),
    "words-nontarget-as-word.json": dump(words(nontarget=[clip("cat", 5001)])),
    "words-doubled.json": doubled(words(), "job"),
    "words-without-nontargets.json": dump({"targets": words()["targets"]}),
    "words-without-targets.json": dump({"nontargets": words()["nontargets"]}),
    "words-comment.json": dump(words() | {"method": "farthest points"}),
    # Word lists of another structure.
    "words-targets-a-list.json": dump(words() | {"targets": words()["targets"]["job"]}),
    "words-one-clip-as-text.json": dump(words(job=clip("job", 3001))),
    "words-numbers.json": dump(words(job=[3001, None, clip("job", 3001), ["x"]])),
    # Word lists with wrong clips.
    "words-other-word.json": dump(words(fifty=[clip("job", 3001)], job=[clip("job", 3002)])),
    "words-nontarget-listed-as-word.json": dump(words(job=[clip("dog", 6001)])),
    "words-not-allowed.json": dump(words(job=[clip("job", 3000)])),
    "words-to-evaluate.json": dump(words(job=[clip("job", 3501)])),
    "words-other-language.json": dump(words(job=[clip("job", 3001, "pt")])),
    "words-swapped-en.json": dump({"targets": {"job": [clip("job", 3001)]}, "nontargets": [clip("cat", 5001)]}),
    "words-swapped-pt.json": dump(
        {"targets": {"job": [clip("job", 3001, "pt")]}, "nontargets": [clip("cat", 5001, "pt")]}
    ),
    "words-path.json": dump(words(job=["../../etc/passwd"])),
    "clips-with-hostile-labels.json": dump(
        {clip("job", 3001): "\x1b]0;owned\x07\n2026-01-01 INFO all is well", clip("job", 3002): "x" * 60_000}
    ),
    "words-surrogate.json": dump(words(job=["\ud800"])),
    "words-too-many.json": dump(words(job=["x"] * 10_000)).replace(b" ", b""),
    "words-clip-twice.json": dump(words(job=[clip("job", 3001), clip("job", 3001)])),
    "words-over-by-one.json": dump(words(each=3, nontargets=11)),
    "words-nothing.json": dump({"targets": {word: [] for word in WORDS}, "nontargets": []}),
}
