"""Create the files of the forms in which DataPerf's site and repositories took submissions, see ``build``.

The ids are those of ``tests.dataperf_selection``, ``tests.cleanings`` and ``tests.markets``. The verdicts, and the
score that each form must get from each scorer, are in ``verdicts-forms.yaml``.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from ruamel.yaml import YAML

from tests.dataperf_selection import SPOKEN, WORDS, allowed_clips, image

EPOCH = (2026, 1, 1, 0, 0, 0)
CUPCAKE = {image(number): number % 2 for number in range(20, 44)}
HAWK = {image(number): int(number % 3 == 0) for number in range(20, 44)}


def dump(value: Any) -> bytes:
    return json.dumps(value).encode()


def csv(labels: dict[str, Any], header: str = "ImageID,Confidence") -> bytes:
    return (header + "\n" + "".join(f"{name},{label}\n" for name, label in labels.items())).encode()


def archive(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def with_doubled(labels: dict[str, int]) -> bytes:
    """The same labels, with a wrong one for the first id before the right one."""
    first = next(iter(labels))
    return dump(labels).replace(b"{", f'{{"{first}": {1 - labels[first]}, '.encode(), 1)


def spark(labels: dict[str, int], folder: str, parts: int = 1) -> dict[str, bytes]:
    """A folder as Spark writes it, with ``parts`` part files."""
    members = {f"{folder}/_SUCCESS": b"", f"{folder}/._SUCCESS.crc": b"crc\0\0\0\2\0\0\0\0\0"}
    rows = list(labels.items())
    for number in range(parts):
        name = f"part-{number:05d}-4d1c9f6e-2b7a-4c51-9f36-0d3a7f1f6c11-c000.csv"
        members[f"{folder}/{name}"] = csv(dict(rows[number::parts]))
        members[f"{folder}/.{name}.crc"] = b"crc\0\0\0\2\0\1\xfe\xff"
    return members


def words(*, each: int = 2, nontargets: int = 5, **changes: Any) -> dict[str, Any]:
    """A choice of clips; ``changes`` replace the clips of a word."""
    targets: dict[str, Any] = {word: allowed_clips(word)[:each] for word in WORDS}
    spoken = [name for word in SPOKEN[len(WORDS) :] for name in allowed_clips(word)]
    return {"targets": targets | changes, "nontargets": spoken[:nontargets]}


def as_yaml(value: Any) -> bytes:
    text = io.BytesIO()
    YAML(typ="safe", pure=True).dump(value, text)
    return text.getvalue()


def without(value: dict[str, Any], word: str) -> dict[str, Any]:
    return value | {"targets": {name: ids for name, ids in value["targets"].items() if name != word}}


RANKING = [(7 * place) % 40 for place in range(40)]
SETS = {"Cupcake.json": dump(CUPCAKE), "Hawk.json": dump(HAWK)}

FILES = {
    # Vision: the sets of two concepts.
    "form-cupcake.json": dump(CUPCAKE),
    "form-hawk.json": dump(HAWK),
    "form-hawk-nested.json": dump({"Hawk": HAWK}),
    "form-hawk-nested-under-any-key.json": dump({"train_set": HAWK}),
    "form-hawk-two-outer-keys.json": dump({"first": HAWK, "second": CUPCAKE}),
    "form-all-concepts.json": dump({"Cupcake": CUPCAKE, "hawk": HAWK}),
    "form-hawk-1.0.json": dump({name: float(label) for name, label in HAWK.items()}),
    "form-hawk-booleans.json": dump({name: bool(label) for name, label in HAWK.items()}),
    "form-hawk-texts.json": dump({name: str(label) for name, label in HAWK.items()}),
    "form-hawk-doubled.json": with_doubled(HAWK),
    "form-hawk-bom.json": b"\xef\xbb\xbf" + dump(HAWK),
    "form-hawk-unknown-ids.json": dump(HAWK | {image(number): 1 for number in range(900, 902)}),
    "form-hawk-one-2.json": dump(HAWK | {image(20): 2}),
    "form-hawk-positives.json": dump(dict.fromkeys(HAWK, 1)),
    "form-hawk-1001-ids.json": dump(HAWK | {image(number): 1 for number in range(1000, 1977)}),
    "form-hawk.csv": csv(HAWK),
    "form-hawk-id-label.csv": csv(HAWK, "id,label"),
    "form-hawk-1.0.csv": csv({name: float(label) for name, label in HAWK.items()}),
    "form-hawk-one-1.0.csv": csv(HAWK | {image(21): "1.0"}),
    "form-hawk-twice.csv": csv(HAWK) + f"{image(20)},0\n".encode(),
    "form-spark.zip": archive(spark(CUPCAKE, "train_sets/Cupcake.csv") | spark(HAWK, "train_sets/Hawk.csv")),
    "form-spark-parts.zip": archive(spark(CUPCAKE, "Cupcake") | spark(HAWK, "Hawk", parts=3)),
    "form-mac.zip": archive(
        {f"mine/{name}": content for name, content in SETS.items()}
        | {f"__MACOSX/mine/._{name}": b"\0\5\x16\7" for name in SETS}
        | {"mine/.DS_Store": b"\0Bud1", "mine/._Hawk.json": b"\0\5\x16\7"}
    ),
    "form-described.zip": archive(
        SETS | {"description.txt": b"Farthest points.\n", "README.md": b"# Mine\n", "code/train.py": b"print(1)\n"}
    ),
    # Speech: one board.
    "form-words.json": dump(words()),
    "form-words-reversed.json": dump(words() | {"targets": dict(reversed(words()["targets"].items()))}),
    "form-words-clip-again.json": dump(words(job=allowed_clips("job")[:1] * 3)),
    "form-words-nontarget-again.json": dump(words() | {"nontargets": words()["nontargets"][:1] * 3}),
    "form-words-without-job.json": dump(without(words(), "job")),
    "form-words-job-empty.json": dump(words(job=[])),
    "form-words-doubled.json": dump(words()).replace(b'"job":', b'"job": ["x"], "job":', 1),
    "form-words-26.json": dump(words(each=4, nontargets=6)),
    "form-words-120.json": dump(words(each=16, nontargets=40)),
    "form-words-121.json": dump(words(each=16, nontargets=41)),
    "form-words-no-nontargets.json": dump(words(nontargets=0)),
    "form-words-only-nontargets.json": dump({"targets": {}, "nontargets": words()["nontargets"]}),
    "form-words-comment.json": dump(words() | {"method": "farthest points"}),
    "form-words.yaml": as_yaml(words()),
    # Cleaning: one task of 40 rows.
    "form-ranking.txt": "".join(f"{row}\n" for row in RANKING).encode(),
    "form-ranking-as-int-reads.txt": "".join(f" +{row} \r\n" for row in RANKING).encode(),
    "form-ranking-short.txt": "".join(f"{row}\n" for row in RANKING[:15]).encode(),
    "form-ranking-long.txt": "".join(f"{row}\n" for row in [*RANKING, *RANKING[:5]]).encode(),
    "form-ranking-one-row.txt": b"7\n" * 40,
    "form-ranking-of-floats.txt": "".join(f"{row}\n" for row in RANKING).replace("7\n", "7.0\n", 1).encode(),
    "form-ranking-from-1.txt": "".join(f"{row + 1}\n" for row in RANKING).encode(),
    "form-ranking-seconds.txt": b"12.5\n",
    # Acquisition: markets of three sellers.
    "form-list.txt": b"10,30,4",
    "form-list-as-int-reads.txt": b" +10 ,3_0, 004 \n",
    "form-list-of-any-script.txt": "١٠,३०,4".encode(),
    "form-list-of-floats.txt": b"10.0,30.0,4.0\n",
    "form-list-comma-behind.txt": b"10,30,4,\n",
    "form-list-two-lines.txt": b"10,30,4\n10,30,4\n",
    "form-list-one-more.txt": b"10,30,4,0\n",
    "form-list-all-rows.txt": b"0,0,20\n",
    "form-list-nothing.txt": b"0,0,0\n",
    "form-list-over-budget.txt": b"39,59,19\n",
}
