"""Write the archives in ``bundles/``: ``python -m tests.hostile.build_bundles``.

Each is a small selection challenge (or a cleaning or a market, if its name begins so) with a single error. The verdict
for each is declared in ``verdicts-bundles.yaml``. The archive of a million members is too large to commit;
``million_members`` creates it quickly.
"""

from __future__ import annotations

import io
import json
import struct
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.cleanings import write_cleaning
from tests.hostile.build import archive, encrypted
from tests.markets import write_market

BUNDLES = Path(__file__).resolve().parent / "bundles"
EPOCH = (2026, 1, 1, 0, 0, 0)
CLASSES = ("apple", "bread", "chair")
Files = dict[str, bytes]

SPECIFICATION = """\
format: 1
kind: selection
slug: kitchen
title: Kitchen
summary: Choose a few rows.
domain: vision
licence: CC0-1.0
labels: known
classes: [apple, bread, chair]
tasks:
  - name: things
    title: Things
budget: 6
model:
  name: logistic-regression
  parameters: {C: 1.0}
metric: accuracy
seeds: [0]
pool:
  files: [public/pool.parquet]
  label: label
test:
  files: [hidden/test.csv]
  label: label
phases:
  - name: Open
    starts: 2027-03-01 09:00
    ends: 2027-04-01 09:00
    time_zone: Europe/Berlin
    daily_limit: 5
  - name: Final
    starts: 2027-04-02
    ends: 2027-05-01
    review_ends: 2027-05-15
"""


def rows(name: str, count: int, *, dimensions: int = 4, seed: int = 0) -> dict[str, list[Any]]:
    """Columns of a table: row i has the class ``i % 3`` and the id ``NAME-00i``."""
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(count, dimensions)).round(3)
    vectors[np.arange(count), np.arange(count) % 3] += 3
    return {
        "id": [f"{name}-{row:03d}" for row in range(count)],
        "embedding": vectors.tolist(),
        "label": [CLASSES[row % 3] for row in range(count)],
    }


def parquet(columns: dict[str, list[Any]]) -> bytes:
    kinds = {"embedding": pa.list_(pa.float32())}
    content = io.BytesIO()
    arrays = {name: pa.array(values, kinds.get(name, pa.string())) for name, values in columns.items()}
    pq.write_table(pa.table(arrays), content)
    return content.getvalue()


def csv(columns: dict[str, list[Any]]) -> bytes:
    vectors = columns["embedding"]
    head = ["id", *(f"embedding{number}" for number in range(len(vectors[0]))), "label"]
    lines = [",".join(head)]
    for name, vector, label in zip(columns["id"], vectors, columns["label"], strict=True):
        lines.append(",".join([name, *map(str, vector), label]))
    return ("\n".join(lines) + "\n").encode()


def good() -> Files:
    return {
        "challenge.yaml": SPECIFICATION.encode(),
        "public/pool.parquet": parquet(rows("pool", 12)),
        "hidden/test.csv": csv(rows("test", 9, seed=1)),
    }


def yaml(*changes: tuple[str, str], **files: bytes) -> Files:
    """The valid bundle with parts of its specification's text replaced."""
    text = SPECIFICATION
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return good() | {"challenge.yaml": text.encode()} | files


def pool(change: Callable[[dict[str, list[Any]]], None]) -> Files:
    columns = rows("pool", 12)
    change(columns)
    return good() | {"public/pool.parquet": parquet(columns)}


def test(change: Callable[[dict[str, list[Any]]], None]) -> Files:
    columns = rows("test", 9, seed=1)
    change(columns)
    return good() | {"hidden/test.csv": csv(columns)}


def put(column: str, row: int, value: Any) -> Callable[[dict[str, list[Any]]], None]:
    def change(columns: dict[str, list[Any]]) -> None:
        columns[column][row] = value

    return change


def array(values: Any) -> bytes:
    content = io.BytesIO()
    np.save(content, values, allow_pickle=True)
    return content.getvalue()


def npy(vectors: Any, ids: Files) -> Files:
    """The valid bundle with its pool as an array and a separate file of ids."""
    table = "  files: [public/pool.npy]\n  ids: public/pool.csv"
    files = yaml(("  files: [public/pool.parquet]", table))
    del files["public/pool.parquet"]
    return files | {"public/pool.npy": array(vectors)} | ids


def ids(count: int) -> Files:
    columns = rows("pool", count)
    lines = ["id,label", *(f"{name},{label}" for name, label in zip(columns["id"], columns["label"], strict=True))]
    return {"public/pool.csv": ("\n".join(lines) + "\n").encode()}


def written(write: Callable[..., Path], change: Callable[[Path], None] | None = None, **changes: Any) -> Files:
    """The files of a bundle that another test module writes."""
    with tempfile.TemporaryDirectory() as name:
        folder = write(Path(name), **changes)
        if change is not None:
            change(folder)
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def truth_without_a_row(folder: Path) -> None:
    path = folder / "hidden/jam-truth.parquet"
    pq.write_table(pq.read_table(path).slice(1), path)


def summaries_of_others(folder: Path) -> None:
    path = folder / "public/tea-summaries.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content[:2]))
    (folder / "public/ink-summaries.json").write_text('[{"row_number": 1,]')


PHASES = SPECIFICATION[SPECIFICATION.index("phases:") :]
ALIASES = "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}' if number else 'x'] * 9)}]\n" for number in range(9)
)

RIGHT: dict[str, Files] = {
    "right.zip": good(),
    "right-with-notes.zip": good() | {"README.md": b"Notes.\n", "LICENSE-DATA.txt": b"CC0\n"},
    "right-in-a-folder-from-a-mac.zip": {f"kitchen/{name}": data for name, data in good().items()}
    | {"kitchen/.DS_Store": b"\0Bud1", "__MACOSX/kitchen/._challenge.yaml": b"\0\5\26\7"},
    "right-npy.zip": npy(np.array(rows("pool", 12)["embedding"], np.float32), ids(12)),
    "cleaning-right.zip": written(write_cleaning, slug="jam-and-tea"),
    "market-right.zip": written(write_market, slug="tea-and-ink"),
}

WRONG: dict[str, Files] = {
    # The text of challenge.yaml.
    "yaml-bad-indent.zip": yaml(("domain: vision", "  domain: vision")),
    "yaml-uneven-indent.zip": yaml(("  label: label\ntest:", "   label: label\ntest:")),
    "yaml-tab.zip": yaml(("  - name: things", "\t- name: things")),
    "yaml-missing-colon.zip": yaml(("budget: 6", "budget 6")),
    "yaml-colon-in-a-text.zip": yaml(("summary: Choose", "summary: Task: choose")),
    "yaml-open-quote.zip": yaml(("title: Kitchen", "title: 'Kitchen")),
    "yaml-open-bracket.zip": yaml(("[apple, bread, chair]", "[apple, bread, chair")),
    "yaml-field-twice.zip": yaml(("domain: vision", "domain: vision\ntitle: Kitchens")),
    "yaml-list-behind-a-name.zip": yaml(("seeds: [0]", "seeds: - 0")),
    "yaml-latin-1.zip": good() | {"challenge.yaml": SPECIFICATION.replace("Kitchen", "Küche").encode("latin-1")},
    "yaml-control-character.zip": yaml(("Choose a few", "Choose \x07 a few")),
    "yaml-nul-escape.zip": yaml(("title: Kitchen", 'title: "Kit\\0chen"')),
    "yaml-alias-bomb.zip": yaml(("format: 1", f"{ALIASES}format: 1")),
    "yaml-holds-itself.zip": yaml(("[apple, bread, chair]", "&c [*c]")),
    "yaml-python-object.zip": yaml(("title: Kitchen", "title: !!python/object/apply:os.system [id]")),
    "yaml-deep.zip": yaml(("seeds: [0]", f"seeds: {'[' * 40}0{']' * 40}")),
    "yaml-empty.zip": good() | {"challenge.yaml": b"# nothing yet\n"},
    "yaml-two-documents.zip": yaml(("model:", "---\nmodel:")),
    "yaml-too-large.zip": good() | {"challenge.yaml": SPECIFICATION.encode() + b"#" * 64 * 1024 * 1024},
    # The values of challenge.yaml.
    "unknown-kind.zip": yaml(("kind: selection", "kind: selektion")),
    "unknown-field.zip": yaml(("budget: 6", "bugdet: 6")),
    "wrong-enum.zip": yaml(("domain: vision", "domain: visoin")),
    "wrong-metric.zip": yaml(("metric: accuracy", "metric: acuracy")),
    "wrong-model.zip": yaml(("name: logistic-regression", "name: logistic_regression")),
    "wrong-parameter.zip": yaml(("{C: 1.0}", "{c: 1.0, max_iter: 0}")),
    "missing-fields.zip": yaml(("licence: CC0-1.0\n", ""), ("seeds: [0]\n", "")),
    "title-is-a-number.zip": yaml(("title: Kitchen", "title: 2027")),
    "budget-is-a-text.zip": yaml(("budget: 6", "budget: six")),
    "test-in-public.zip": yaml(("hidden/test.csv", "public/test.csv")),
    "path-up-in-files.zip": yaml(("hidden/test.csv", "hidden/../../test.csv")),
    "many-at-once.zip": yaml(
        ("format: 1", "format: one"),
        ("slug: kitchen", "slug: My Kitchen"),
        ("domain: vision", "domain: pictures"),
        ("seeds: [0]", "seeds: [0, -1]"),
        ("daily_limit: 5", "daily_limit: 0"),
    )
    | {"public/pool.parquet": b"not parquet"},
    # Phases.
    "phase-ends-before-it-starts.zip": yaml(("ends: 2027-04-01 09:00", "ends: 2027-02-01 09:00")),
    "phases-overlap.zip": yaml(("starts: 2027-04-02", "starts: 2027-03-31")),
    "phase-without-end-before-another.zip": yaml(("    ends: 2027-04-01 09:00\n", "")),
    "phase-in-no-time-zone.zip": yaml(("Europe/Berlin", "Europe/Berln")),
    "phase-at-no-time.zip": yaml(("2027-03-01 09:00", "1st of March")),
    "phase-limit-0.zip": yaml(("daily_limit: 5", "daily_limit: 0")),
    "phase-review-before-its-end.zip": yaml(("2027-05-15", "2027-04-15")),
    "phases-of-one-name.zip": yaml(("name: Final", "name: open")),
    # Files.
    "file-missing.zip": {name: data for name, data in good().items() if name != "public/pool.parquet"},
    "file-misspelt.zip": {name.replace("pool", "Pool"): data for name, data in good().items()},
    "file-unknown.zip": good() | {"hidden/answers.csv": b"id,label\n"},
    "no-challenge-yaml.zip": {name: data for name, data in good().items() if name != "challenge.yaml"},
    "column-missing.zip": pool(lambda columns: columns.update(category=columns.pop("label"))),
    "id-twice.zip": pool(put("id", 7, "pool-002")),
    "id-empty.zip": test(put("id", 4, "")),
    "id-in-pool-and-test.zip": test(put("id", 4, "pool-004")),
    "dimension-of-a-table.zip": good() | {"hidden/test.csv": csv(rows("test", 9, dimensions=5, seed=1))},
    "dimension-of-a-row.zip": pool(put("embedding", 5, [1.0, 2.0])),
    "nan.zip": pool(put("embedding", 5, [1.0, float("nan"), 2.0, 3.0])),
    "infinite.zip": test(put("embedding", 2, [1.0, float("inf"), 2.0, 3.0])),
    "label-misspelt.zip": test(put("label", 3, "aple")),
    "label-missing.zip": pool(put("label", 3, None)),
    "label-without-examples.zip": test(lambda columns: columns.update(label=["apple", "bread", "apple"] * 3)),
    "budget-larger-than-the-pool.zip": yaml(("budget: 6", "budget: 60")),
    "embedding-constant.zip": pool(lambda columns: columns.update(embedding=[[0.5, 0.5, 0.5, 0.5]] * 12)),
    "embedding-of-texts.zip": test(put("embedding", 1, ["1.0", "two", "3.0", "4.0"])),
    "parquet-cut.zip": good() | {"public/pool.parquet": parquet(rows("pool", 12))[:-40]},
    "parquet-is-text.zip": good() | {"public/pool.parquet": csv(rows("pool", 12))},
    "table-without-rows.zip": good() | {"public/pool.parquet": parquet({"id": [], "embedding": [], "label": []})},
    "npy-of-objects.zip": npy(np.array([[1.0, None], [2.0, "x"]], object), ids(12)),
    "npy-of-other-rows.zip": npy(np.array(rows("pool", 10)["embedding"], np.float32), ids(12)),
    "npy-lying.zip": npy(np.zeros((12, 4), np.float32), ids(12)),
    "cleaning-truth-of-others.zip": written(write_cleaning, truth_without_a_row, slug="jam-and-tea"),
    "market-summaries.zip": written(write_market, summaries_of_others, slug="tea-and-ink"),
    "faults-in-every-file.zip": pool(put("id", 7, "pool-002"))
    | {"hidden/test.csv": test(put("label", 3, "aple"))["hidden/test.csv"]},
}
_lying = WRONG["npy-lying.zip"]
_lying["public/pool.npy"] = _lying["public/pool.npy"].replace(b"(12, 4)", b"(999,4)")


def with_member(name: str, content: bytes = b"x", *, mode: int = 0o100644) -> bytes:
    """The valid bundle with one additional member."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for member, data, bits in [*((key, value, 0o100644) for key, value in good().items()), (name, content, mode)]:
            info = zipfile.ZipInfo(member, EPOCH)
            info.filename = member
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, bits << 16
            file.writestr(info, data)
    return made.getvalue()


def claiming(size: int) -> bytes:
    """The valid bundle whose members all claim to have this size."""
    content = bytearray(archive(list(good().items())))
    for magic, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.find(magic)
        while at >= 0:
            struct.pack_into("<I", content, at + place, size)
            at = content.find(magic, at + 4)
    return bytes(content)


def million_members() -> bytes:
    """An archive whose directory lists a million names; all of them refer to one empty member."""
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, 33, 0, 0, 0, 1, 0) + b"x"
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
    directory = entry * 1_000_000
    end_64 = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1_000_000, 1_000_000, len(directory), len(local)
    )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(local) + len(directory), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return local + directory + end_64 + locator + end


ARCHIVES: dict[str, bytes] = {
    "zip-path-up.zip": with_member("../../public/pool.parquet"),
    "zip-path-absolute.zip": with_member("/etc/cron.d/pool"),
    "zip-path-backslash.zip": with_member("..\\..\\pool.parquet"),
    "zip-path-drive.zip": with_member("C:/pool.parquet"),
    "zip-link.zip": with_member("public/link.parquet", b"/etc/passwd", mode=0o120777),
    "zip-device.zip": with_member("public/zero.parquet", b"", mode=0o020666),
    "zip-encrypted.zip": encrypted(archive(list(good().items()))),
    "zip-in-a-zip.zip": archive([("kitchen.zip", archive(list(good().items())))]),
    "zip-as-parquet.zip": archive(list((good() | {"public/pool.parquet": archive([("pool.parquet", b"x")])}).items())),
    "zip-names-differ-in-capitals.zip": with_member("Public/pool.parquet"),
    "zip-name-twice.zip": with_member("public/pool.parquet"),
    "zip-cut.zip": archive(list(good().items()))[:-60],
    "zip-bzip2.zip": archive(list(good().items()), compression=zipfile.ZIP_BZIP2),
    "zip-wrong-checksum.zip": archive(list(good().items()), compression=zipfile.ZIP_STORED).replace(
        b"test-004", b"test-404"
    ),
    "zip-bomb.zip": claiming(0x7FFFFFF0),
    "zip-is-a-text.zip": SPECIFICATION.encode(),
    "zip-empty.zip": archive([]),
}


def main() -> None:
    BUNDLES.mkdir(exist_ok=True)
    for name, files in (RIGHT | WRONG).items():
        (BUNDLES / name).write_bytes(archive(list(files.items())))
    for name, content in ARCHIVES.items():
        (BUNDLES / name).write_bytes(content)


if __name__ == "__main__":
    main()
