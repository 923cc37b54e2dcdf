"""Import DataPerf's vision cleaning: the published layout, complete or in part, and errors in other layouts."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evaluators.bundles.importers.vision_cleaning import import_bundle
from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from evaluators.kinds.cleaning.specification import CleaningSpecification
from evaluators.problems.problem import BundleError
from evaluators.specification.reading import read_specification
from tests.cleanings import write_debugging


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_debugging(tmp_path / "source")


def imported(source: Path, tmp_path: Path) -> tuple[CleaningSpecification, PreparedDataset]:
    import_bundle(source, tmp_path / "bundle")
    specification = read_specification(tmp_path / "bundle")
    assert isinstance(specification, CleaningSpecification)
    return specification, PreparedDataset.open(prepare(tmp_path / "bundle", tmp_path / "store"))


def test_everything_is_where_it_was(source: Path, tmp_path: Path) -> None:
    specification, dataset = imported(source, tmp_path)
    assert [(task.name, task.title) for task in specification.tasks] == [
        ("01g317", "Person"),
        ("01g317-flipped", "Person (flipped)"),
    ]
    assert (specification.scorer, specification.reference) == ("reference", "dataperf-vision-cleaning")
    assert (specification.partial, specification.seeds, specification.reveal) == (True, [42], "fixes")
    for name, plan in specification.plans.items():
        published = pq.read_table(source / f"embeddings/{name}_train_0.3_40.parquet")
        train, truth = dataset.table(plan.train), dataset.table(plan.truth)
        assert train.ids() == published["filename"].to_pylist()  # a ranking refers to rows by number
        assert np.array_equal(train.embedding, np.stack(published["encoding"].to_pylist()))
        assert train.labels.tolist() == published["label"].to_pylist()
        with (source / f"data/dataset_{name}_train.csv").open() as file:
            labels = {row["ImageID"]: int(row["hv_label"]) for row in csv.DictReader(file)}
        assert truth.labels[truth.rows_of(train.ids())].tolist() == [labels[name] for name in train.ids()]
        assert int((train.labels != truth.labels).sum()) == 12
        test = pq.read_table(source / f"embeddings/{name}_test_50.parquet")
        assert np.array_equal(dataset.table(plan.test).embedding, np.stack(test["encoding"].to_pylist()))
        assert dataset.table(plan.test).labels.tolist() == test["label"].to_pylist()
        assert plan.validation is not None
        assert len(dataset.table(plan.validation)) == 10


def test_the_tasks_that_are_there_are_taken(source: Path, tmp_path: Path) -> None:
    (source / "embeddings/01g317_test_50.parquet").unlink()
    (source / "embeddings/01g317-flipped_val_10.parquet").unlink()
    (source / "embeddings/notes_train_me.parquet").write_bytes(b"")
    specification, _ = imported(source, tmp_path)
    assert [task.name for task in specification.tasks] == ["01g317-flipped"]
    assert specification.plans["01g317-flipped"].validation is None


def test_an_image_that_occurs_twice_is_two_rows(source: Path, tmp_path: Path) -> None:
    path = source / "embeddings/01g317_train_0.3_40.parquet"
    table = pq.read_table(path)
    names = table["filename"].to_pylist()
    pq.write_table(table.set_column(0, "filename", pa.array([names[0], names[0], *names[2:]])), path)
    specification, dataset = imported(source, tmp_path)
    train = dataset.table(specification.plans["01g317"].train)
    truth = dataset.table(specification.plans["01g317"].truth)
    assert train.ids()[:2] == [names[0], f"{names[0]}-2"]
    assert len(set(truth.labels[truth.rows_of(train.ids()[:2])].tolist())) == 1


def test_the_same_source_gives_the_same_bundle(source: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        import_bundle(source, tmp_path / name)
    files = [path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file()]
    assert len(files) == 9
    assert all((tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes() for path in files)


def wrong_label(source: Path) -> None:
    path = source / "embeddings/01g317_train_0.3_40.parquet"
    table = pq.read_table(path)
    pq.write_table(table.set_column(2, "label", pa.array([2] * 40)), path)


def wrong_truth(source: Path) -> None:
    path = source / "data/dataset_01g317_train.csv"
    path.write_text(path.read_text().replace(",1", ",yes", 1))


def truth_without_a_row(source: Path) -> None:
    path = source / "data/dataset_01g317_train.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]))


def truth_without_a_header(source: Path) -> None:
    path = source / "data/dataset_01g317_train.csv"
    path.write_text("\n".join(path.read_text().splitlines()[1:]))


def truth_in_latin_1(source: Path) -> None:
    path = source / "data/dataset_01g317_train.csv"
    path.write_bytes(path.read_bytes() + "käfer,1\n".encode("latin-1"))


def nothing(source: Path) -> None:
    for path in (source / "data").iterdir():
        path.unlink()


def two_training_sets(source: Path) -> None:
    path = source / "embeddings/01g317_train_0.3_40.parquet"
    path.with_name("01g317_train_0.2_40.parquet").write_bytes(path.read_bytes())


def two_test_sets(source: Path) -> None:
    path = source / "embeddings/01g317_test_50.parquet"
    path.with_name("01g317_test_51.parquet").write_bytes(path.read_bytes())


def no_parquet(source: Path) -> None:
    (source / "embeddings/01g317_test_50.parquet").write_bytes(b"PAR1")


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (wrong_label, "'2' is not 0 or 1"),
        (wrong_truth, "'yes' is not 0 or 1"),
        (truth_without_a_row, "has no label of '"),
        (truth_without_a_header, "has not the columns ImageID and hv_label"),
        (truth_in_latin_1, "dataset_01g317_train.csv: the file is missing or is no CSV in UTF-8"),
        (nothing, "there is no task with"),
        (two_training_sets, "two training sets of 01g317"),
        (two_test_sets, "two files of test rows"),
        (no_parquet, "not a readable parquet file"),
    ],
)
def test_a_source_that_is_not_right_leaves_nothing_behind(
    source: Path, tmp_path: Path, break_it: Callable[[Path], None], message: str
) -> None:
    break_it(source)
    with pytest.raises(BundleError, match=message):
        import_bundle(source, tmp_path / "bundle")
    assert [path.name for path in tmp_path.iterdir()] == ["source"]
