"""Bundles of organizers are prepared in the sandbox, and the result is adopted only if it can't do any harm."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evaluators.datasets import sandboxed
from evaluators.datasets.preparing import prepare, prepare_splits
from evaluators.datasets.sandboxed import prepare_in_sandbox
from evaluators.problems.problem import BundleError
from evaluators.sandbox import OUTPUT, Availability, SandboxUnavailable, WorkFailed
from tests import cleanings, markets
from tests.bundles import write_bundle
from tests.finals import add_final

Tamper = Callable[[Path], object]


def content_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("write", [write_bundle, cleanings.write_cleaning, markets.write_market])
def test_it_is_what_preparing_here_makes(write: Callable[[Path], Path], tmp_path: Path) -> None:
    bundle = add_final(write(tmp_path / "bundle"))
    here = prepare_splits(bundle, tmp_path / "here")
    there = prepare_in_sandbox(bundle, tmp_path / "there")
    assert [dataset.digest for dataset in there] == [dataset.digest for dataset in here]
    for mine, theirs in zip(here, there, strict=True):
        assert theirs.path == tmp_path / "there" / mine.digest
        assert content_of(theirs.path) == content_of(mine.path)
        assert (theirs.specification, theirs.sources, theirs.counts) == (mine.specification, mine.sources, mine.counts)
    assert {path.name for path in (tmp_path / "there").iterdir()} == {dataset.digest for dataset in here}


def test_it_is_for_its_owner_alone_and_cannot_be_written_to(tmp_path: Path) -> None:
    dataset = prepare_in_sandbox(write_bundle(tmp_path / "bundle"), tmp_path / "store")[0]
    for path in (dataset.path, *dataset.path.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o400), path


def test_new_texts_come_with_the_dataset_that_is_there_already(tmp_path: Path) -> None:
    first = prepare_in_sandbox(write_bundle(tmp_path / "bundle"), tmp_path / "store")[0]
    again = prepare_in_sandbox(write_bundle(tmp_path / "bundle", title="Tinier"), tmp_path / "store")[0]
    assert (again.path, again.specification.title) == (first.path, "Tinier")


def test_the_bundles_faults_come_out_all_at_once(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    (bundle / "hidden/test.parquet").write_bytes(b"no")
    (bundle / "public/pool.parquet").write_bytes(b"no")
    with pytest.raises(BundleError) as caught:
        prepare_in_sandbox(bundle, tmp_path / "store")
    files = [problem.file for problem in caught.value.problems]
    assert files == ["public/pool.parquet", "hidden/test.parquet"]
    assert list((tmp_path / "store").iterdir()) == []


def test_a_folder_that_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"the bundle has no challenge\.yaml"):
        prepare_in_sandbox(tmp_path / "nothing", tmp_path / "store")


def test_a_link_in_the_bundle_leads_nowhere(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    secret = shutil.move(bundle / "public/examples.parquet", tmp_path / "examples.parquet")
    (bundle / "public/examples.parquet").symlink_to(secret)
    with pytest.raises(BundleError, match=r"public/examples\.parquet: the file is missing or cannot be read"):
        prepare_in_sandbox(bundle, tmp_path / "store")


def test_without_a_sandbox_nothing_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = partial(Availability, False, "none here")
    monkeypatch.setitem(sandboxed.work.__globals__["in_use"].__globals__, "availability", refused)
    with pytest.raises(SandboxUnavailable, match="none here"):
        prepare_in_sandbox(write_bundle(tmp_path / "bundle"), tmp_path / "store")


def edit(path: Path, change: Callable[[Any], object]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.chmod(0o600)
    path.write_text(json.dumps(content))


def array(path: Path, change: Callable[[Any], Any]) -> None:
    values = np.load(path, allow_pickle=False)
    path.unlink()
    np.save(path, change(values), allow_pickle=True)


def with_first(value: Any) -> Callable[[Any], Any]:
    def change(values: Any) -> Any:
        values[0] = value
        return values

    return change


def append(path: Path, content: bytes) -> None:
    path.chmod(0o600)
    with path.open("ab") as file:
        file.write(content)


def replace_by_link(path: Path, target: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    path.symlink_to(target)


def own(made: Path, name: str) -> None:
    """Replace a file by a link to the same content inside the folder."""
    moved = made.parent / "elsewhere"
    shutil.move(made / name, moved)
    (made / name).symlink_to(moved)


POOL = "tables/pool"
TAMPERED: dict[str, Tamper] = {
    "a file more": lambda made: (made / "more.npy").touch(),
    "a folder more": lambda made: (made / "tables/more").mkdir(),
    "a file less": lambda made: (made / POOL / "labels.npy").unlink(),
    "a link to a host's file": lambda made: replace_by_link(made / "manifest.json", Path("/etc/passwd")),
    "a link for the specification": lambda made: own(made, "specification.json"),
    "a link for an array": lambda made: own(made, f"{POOL}/embedding.npy"),
    "a link for a folder": lambda made: own(made, POOL),
    "a pipe": lambda made: ((made / "manifest.json").unlink(), os.mkfifo(made / "manifest.json")),
    "another rule": lambda made: edit(made / "specification.json", lambda content: content.update(budget=5)),
    "no specification": lambda made: edit(made / "specification.json", lambda content: content.clear()),
    "nested without end": lambda made: append(made / "specification.json", b"[" * 100_000),
    "a long specification": lambda made: append(made / "specification.json", b" " * 4 * 2**20),
    "another source": lambda made: edit(made / "manifest.json", lambda content: content["sources"][0].update(size=1)),
    "another digest": lambda made: edit(made / "manifest.json", lambda content: content.update(digest="0" * 64)),
    "another format": lambda made: edit(made / "manifest.json", lambda content: content.update(format=3)),
    "a table less": lambda made: edit(made / "manifest.json", lambda content: content["tables"].pop("pool")),
    "more rows": lambda made: edit(made / "manifest.json", lambda content: content["tables"].update(pool=61)),
    "rows as text": lambda made: edit(made / "manifest.json", lambda content: content["tables"].update(pool="60")),
    "a row that is not there": lambda made: array(made / POOL / "rows.npy", with_first(60)),
    "a row before the first": lambda made: array(made / POOL / "rows.npy", with_first(-1)),
    "a row twice": lambda made: array(made / POOL / "rows.npy", lambda rows: rows * 0),
    "rows of another type": lambda made: array(made / POOL / "rows.npy", lambda rows: rows.astype("<i8")),
    "ids not sorted": lambda made: array(made / POOL / "ids.npy", lambda ids: ids[::-1]),
    "an id twice": lambda made: array(made / POOL / "ids.npy", lambda ids: np.repeat(ids[:1], len(ids))),
    "an id that is no text": lambda made: array(made / POOL / "ids.npy", with_first(b"\0\xff")),
    "an empty id": lambda made: array(made / POOL / "ids.npy", with_first(b"")),
    "wide ids": lambda made: array(made / POOL / "ids.npy", lambda ids: ids.astype("S129")),
    "ids that are objects": lambda made: array(made / POOL / "ids.npy", lambda ids: ids.astype(object)),
    "a class that is none": lambda made: array(made / POOL / "labels.npy", with_first(3)),
    "a negative class": lambda made: array(made / POOL / "labels.npy", with_first(-1)),
    "labels in a square": lambda made: array(made / POOL / "labels.npy", lambda labels: labels.reshape(-1, 1)),
    "too few vectors": lambda made: array(made / POOL / "embedding.npy", lambda vectors: vectors[:-1]),
    "vectors of whole numbers": lambda made: array(made / POOL / "embedding.npy", lambda v: v.astype("<i4")),
    "big-endian vectors": lambda made: array(made / POOL / "embedding.npy", lambda v: v.astype(">f4")),
    "vectors by column": lambda made: array(made / POOL / "embedding.npy", np.asfortranarray),
    "vectors in a list": lambda made: array(made / POOL / "embedding.npy", lambda vectors: vectors[:, 0].copy()),
    "a file that goes on": lambda made: append(made / POOL / "embedding.npy", b"x"),
    "an archive": lambda made: append(made / POOL / "labels.npy", b"") or _archive(made / POOL / "labels.npy"),
    "no array": lambda made: _text(made / POOL / "labels.npy"),
    "a group that is none": lambda made: array(made / POOL / "groups.npy", with_first(2)),
    "groups without names": lambda made: edit(made / POOL / "groups.json", lambda names: names.append(1)),
}


def _archive(path: Path) -> None:
    values = np.load(path, allow_pickle=False)
    with path.open("wb") as file:
        np.savez(file, values)


def _text(path: Path) -> None:
    path.chmod(0o600)
    path.write_text("x")


def grouped(folder: Path) -> Path:
    """A bundle whose pool also has groups."""
    bundle = write_bundle(folder, pool={"files": ["public/pool.parquet"], "label": "label", "group": "source"})
    table = pq.read_table(bundle / "public/pool.parquet")
    table = table.append_column("source", pa.array(["one", "two"] * (len(table) // 2)))
    pq.write_table(table, bundle / "public/pool.parquet")
    return bundle


def tampered(monkeypatch: pytest.MonkeyPatch, bundle: Path, tamper: Tamper, printed: str = "{0}/{1}\n") -> None:
    """Make the work in the sandbox end with a dataset changed by ``tamper``."""

    def work(arguments: list[str], *, folder: Path, output: Path) -> bytes:
        made = prepare(bundle, output)
        tamper(made)
        return printed.format(OUTPUT, made.name).encode()

    monkeypatch.setattr(sandboxed, "work", work)


@pytest.mark.parametrize("case", TAMPERED)
def test_what_nothing_of_ours_would_make_is_refused(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = grouped(tmp_path / "bundle")
    tampered(monkeypatch, bundle, TAMPERED[case])
    with pytest.raises(WorkFailed) as caught:
        prepare_in_sandbox(bundle, tmp_path / "store")
    assert caught.value.reason == "result"
    assert list((tmp_path / "store").iterdir()) == []


def test_the_same_without_tampering_is_adopted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = grouped(tmp_path / "bundle")
    tampered(monkeypatch, bundle, lambda made: None)
    assert prepare_in_sandbox(bundle, tmp_path / "store")[0].path.is_dir()


@pytest.mark.parametrize(
    "printed", ["", "{0}/../{1}\n", "{0}/{1}\n{0}/{1}\n", "{1}\n", "/etc/{1}\n", "{0}/{1}\nmore\n", "{0}/" + "0" * 64]
)
def test_only_the_digests_that_are_there_are_taken(
    printed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    tampered(monkeypatch, bundle, lambda made: None, printed)
    with pytest.raises(WorkFailed):
        prepare_in_sandbox(bundle, tmp_path / "store")


def test_sources_that_changed_meanwhile_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    tampered(monkeypatch, bundle, lambda made: append(bundle / "public/pool.parquet", b"x"))
    with pytest.raises(WorkFailed, match="the digest is another"):
        prepare_in_sandbox(bundle, tmp_path / "store")
