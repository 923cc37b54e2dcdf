"""Import DataPerf's vision selection from whichever of its files are present."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evaluators.bundles.importers import vision_selection
from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from evaluators.problems.problem import BundleError
from evaluators.specification.reading import read_specification
from evaluators.tables import writing
from tests.dataperf_selection import CONCEPTS, image, write_vision

POOL = Path("embeddings/train_emb_256_dataperf.parquet")


def imported(source: Path, bundle: Path) -> dict[str, bytes]:
    vision_selection.import_bundle(source, bundle)
    return {str(path.relative_to(bundle)): path.read_bytes() for path in sorted(bundle.rglob("*")) if path.is_file()}


def opened(source: Path, folder: Path) -> PreparedDataset:
    vision_selection.import_bundle(source, folder / "bundle")
    return PreparedDataset.open(prepare(folder / "bundle", folder / "store"))


def test_everything_arrives(tmp_path: Path) -> None:
    dataset = opened(write_vision(tmp_path / "source"), tmp_path)
    specification: Any = dataset.specification
    assert [task.name for task in specification.tasks] == list(CONCEPTS)
    assert (specification.budget, specification.scorer, specification.partial) == (1000, "reference", False)
    pool = dataset.table("pool")
    source = pq.read_table(tmp_path / "source" / POOL).to_pydict()
    assert pool.ids() == source["ImageID"]
    assert np.array_equal(pool.embedding, np.array(source["embedding"], np.float32))
    test = pq.read_table(tmp_path / "source/test_sets/alpha_test_set_Hawk_256.parquet").to_pydict()
    assert [str(label) for label in dataset.table("test-Hawk").labels] == test["Confidence"]
    # Image 500 isn't in the pool, so it has no embedding.
    assert dataset.table("examples-Hawk").ids() == [image(3), image(1)]
    assert np.array_equal(dataset.table("examples-Hawk").embedding, pool.vectors(np.array([3, 1])))


@pytest.mark.parametrize("parts", [1, 7, 72])
def test_however_the_pool_was_split_the_bundle_is_the_same(
    parts: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "GROUP_ROWS", 16)
    whole = imported(write_vision(tmp_path / "whole"), tmp_path / "one")
    split = write_vision(tmp_path / "split", parts=parts)
    for name in ("_SUCCESS", "._SUCCESS.crc", ".part-00000.parquet.crc", "_metadata"):
        (split / POOL / name).write_bytes(b"")
    assert imported(split, tmp_path / "other") == whole


def test_what_is_missing_is_left_out(tmp_path: Path) -> None:
    source = write_vision(tmp_path / "source")
    (source / "test_sets/alpha_test_set_Cupcake_256.parquet").unlink()
    (source / "examples/alpha_example_set_Hawk.csv").unlink()
    dataset = opened(source, tmp_path)
    assert list(dataset.counts) == ["pool", "test-Hawk"]


def test_lists_may_be_called_as_other_writers_call_them(tmp_path: Path) -> None:
    """Spark calls a list's items ``element`` where other writers use ``item``; ids may be large strings."""
    source = write_vision(tmp_path / "source", parts=2)
    first, second = sorted((source / POOL).iterdir())
    rows = pq.read_table(second)
    kind = pa.list_(pa.field("item", pa.float32()))
    renamed = rows.set_column(1, "embedding", rows["embedding"].cast(kind))
    pq.write_table(renamed.set_column(0, "ImageID", rows["ImageID"].cast(pa.large_string())), second)
    assert len(opened(source, tmp_path).table("pool")) == len(pq.read_table(first)) + len(rows)


EXAMPLES = {
    "Latin-1": "ImageID,Confidence\nkäfer,1\n".encode("latin-1"),
    "a short row": b"Confidence,ImageID\n1\n",
    "no header": b"img-1,1\n",
}


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("no pool", "train_emb_256_dataperf.parquet: there is no such file, nor a folder with parts of it."),
        ("empty pool", "train_emb_256_dataperf.parquet: there is no such file, nor a folder with parts of it."),
        ("no tests", "there is no test_sets/alpha_test_set_CONCEPT_256.parquet."),
        ("no parquet", "alpha_test_set_Hawk_256.parquet: is not a readable parquet file."),
        ("no column", "alpha_test_set_Hawk_256.parquet, field 'Confidence': there is no such column."),
        ("other types", "pool.parquet: was to get rows of other types: id string, embedding list<item: double>."),
        ("Latin-1", "alpha_example_set_Hawk.csv: the file is missing or is no CSV in UTF-8."),
        ("a short row", "alpha_example_set_Hawk.csv, line 2: has fewer cells than the header."),
        ("no header", "alpha_example_set_Hawk.csv, line 1: has not the columns ImageID and Confidence."),
        ("strange concept", "field 'tasks.2.name'"),
    ],
)
def test_a_broken_source_is_named_and_leaves_nothing(broken: str, said: str, tmp_path: Path) -> None:
    source = write_vision(tmp_path / "source", parts=2)
    hawk = source / "test_sets/alpha_test_set_Hawk_256.parquet"
    if broken in ("no pool", "empty pool"):
        shutil.rmtree(source / POOL)
        if broken == "empty pool":
            (source / POOL).mkdir()
            (source / POOL / "_SUCCESS").touch()
    elif broken == "no tests":
        shutil.rmtree(source / "test_sets")
    elif broken == "no parquet":
        hawk.write_bytes(b"PAR1")
    elif broken == "no column":
        pq.write_table(pq.read_table(hawk).drop_columns(["Confidence"]), hawk)
    elif broken in EXAMPLES:
        (source / "examples/alpha_example_set_Hawk.csv").write_bytes(EXAMPLES[broken])
    elif broken == "strange concept":
        shutil.copy(hawk, hawk.with_name("alpha_test_set_Zoo !_256.parquet"))
    else:
        second = sorted((source / POOL).iterdir())[1]
        rows = pq.read_table(second)
        pq.write_table(rows.set_column(1, "embedding", rows["embedding"].cast(pa.list_(pa.float64()))), second)
    with pytest.raises(BundleError) as caught:
        vision_selection.import_bundle(source, tmp_path / "bundle")
    assert said in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    vision_selection.import_bundle(write_vision(tmp_path / "source"), tmp_path / "bundle")
    assert read_specification(tmp_path / "bundle").slug == "vision-selection"
