"""Tiny challenges of every kind whose hidden files hold canaries: names, ids and numbers that are nowhere else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.bundles import write_bundle
from tests.finals import add_final
from tests.kinds import write_acquisition, write_cleaning

VALUE = 8237.515625
"""In a hidden embedding; exact in every float type that is used."""

WRITERS: Mapping[str, Callable[[Path], Path]] = {
    "selection": lambda folder: add_final(write_bundle(folder)),
    "cleaning": write_cleaning,
    "acquisition": write_acquisition,
}
"""Kind → what writes a bundle of it. The selection has a hidden final part as well."""


@dataclass
class Secrets:
    """Texts by which something hidden could be recognised: names, ids and values; and plain digests of the files."""

    contents: set[str] = field(default_factory=lambda: {f"{VALUE:.2f}"})
    digests: set[str] = field(default_factory=set)


def write(
    kind: str, folder: Path, *, slug: str = "", mark: str = "canary", relabelled: bool = False
) -> tuple[Path, Secrets]:
    """The bundle, and what is secret about it.

    Args:
        slug: ``canary-KIND`` if it is empty.
        mark: what the names of hidden files and rows begin with. Bundles of the same kind and other marks have the same
            public files and the same scores, but hidden files of other names, ids, sizes and digests.
        relabelled: give every hidden row another label.
    """
    bundle = WRITERS[kind](folder)
    secrets = Secrets()
    slug = slug or f"canary-{kind}"
    content = json.loads((bundle / "challenge.yaml").read_text()) | {"slug": slug, "title": f"Title of {slug}"}
    text = json.dumps(content)
    public_ids = _public_ids(bundle)
    for number, path in enumerate(sorted((bundle / "hidden").iterdir())):
        name = f"{mark}-file-{kind}-{number}{path.suffix}"
        text = text.replace(json.dumps(f"hidden/{path.name}"), json.dumps(f"hidden/{name}"))
        if relabelled:
            _relabel(path)
        has_ids = _with_canaries(path, f"{mark}-id-{kind}-{number}", public_ids)
        path.rename(bundle / "hidden" / name)
        secrets.contents.add(name.removesuffix(path.suffix))
        if has_ids:
            secrets.contents.add(f"{mark}-id-{kind}-{number}")
        secrets.digests |= _digests((bundle / "hidden" / name).read_bytes())
    (bundle / "challenge.yaml").write_text(text)
    return bundle, secrets


def _public_ids(bundle: Path) -> set[str]:
    tables = [pq.read_table(path) for path in (bundle / "public").glob("*.parquet")]
    return {name for table in tables if "id" in table.column_names for name in table.column("id").to_pylist()}


def _with_canaries(path: Path, mark: str, public_ids: set[str]) -> bool:
    """Put canaries into a file; whether it has ids of its own."""
    table = pq.read_table(path)
    own = False
    if "id" in table.column_names:
        ids: list[Any] = table.column("id").to_pylist()
        # The true labels of public rows name these rows, which is no secret.
        named = [name if name in public_ids else f"{mark}-{row}" for row, name in enumerate(ids)]
        own = not public_ids.issuperset(ids)
        table = table.set_column(table.column_names.index("id"), "id", pa.array(named))
    if "embedding" in table.column_names:
        place = table.column_names.index("embedding")
        vectors = table.column("embedding").to_pylist()
        vectors[0][0] = VALUE
        table = table.set_column(place, "embedding", pa.array(vectors, table.schema.field(place).type))
    table = table.replace_schema_metadata({"mark": mark})
    pq.write_table(table, path, compression="none", use_dictionary=False)
    return own


def _relabel(path: Path) -> None:
    """Each class becomes the next one."""
    table = pq.read_table(path)
    labels = table.column("label").to_pylist()
    classes = sorted(set(labels))
    turned = [classes[(classes.index(label) + 1) % len(classes)] for label in labels]
    pq.write_table(table.set_column(table.column_names.index("label"), "label", pa.array(turned)), path)


def _digests(content: bytes) -> set[str]:
    """The plain digests that somebody could use to test guesses of a small file."""
    return {hashlib.new(name, content).hexdigest() for name in ("md5", "sha1", "sha256", "sha512")}
