"""Import DataPerf's acquisition: the published layout, complete or with gaps, and errors in other layouts."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluators.bundles.importers import number_table
from evaluators.bundles.importers.acquisition import import_bundle
from evaluators.bundles.importers.number_table import number_batches
from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from evaluators.kinds.acquisition.reading import read_reference
from evaluators.kinds.acquisition.specification import AcquisitionSpecification
from evaluators.kinds.acquisition.summaries import read_summary
from evaluators.problems.problem import BundleError
from evaluators.scoring.score import score
from evaluators.specification.reading import read_specification
from evaluators.submissions.uploads import Upload

SELLERS = 11
"""More than ten sellers, because sorted as text 10 comes before 2."""


def rows(number: int, count: int = 12, digits: str = "%.6g") -> tuple[str, NDArray[np.float64]]:
    """A table of numbers, as text and as an array."""
    generator = np.random.default_rng(number)
    values = np.column_stack([generator.normal(size=(count, 3)), np.arange(count) % 2])
    lines = [",".join(digits % value for value in row) for row in values]
    return "\n".join(lines) + "\n", np.array([[float(cell) for cell in line.split(",")] for line in lines])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Markets 0 and 2 with features, market 1 without; all without summaries."""
    folder = tmp_path / "source"
    for market in (0, 1, 2):
        info, features = folder / "marketinfo" / str(market), folder / "features" / str(market)
        for part in (info / "price", info / "data_buyer", features):
            part.mkdir(parents=True)
        (info / "price" / "budget.txt").write_text("150")
        (info / "price" / "price.txt").write_text("\n".join(f"lin,{60 + seller}" for seller in range(SELLERS)))
        (info / "data_buyer" / "20.csv").write_text(rows(100 + market, 20)[0])
        for seller in range(SELLERS if market != 1 else 0):
            (features / f"{seller}.csv").write_text(rows(seller + SELLERS * market, 12 + seller)[0])
    return folder


def imported(source: Path, tmp_path: Path) -> tuple[AcquisitionSpecification, PreparedDataset]:
    bundle = tmp_path / f"bundle-{len(list(tmp_path.iterdir()))}"
    import_bundle(source, bundle)
    specification = read_specification(bundle)
    assert isinstance(specification, AcquisitionSpecification)
    return specification, PreparedDataset.open(prepare(bundle, tmp_path / "store"))


def test_everything_is_where_it_was(source: Path, tmp_path: Path) -> None:
    specification, dataset = imported(source, tmp_path)
    assert [market.name for market in specification.tasks] == ["0", "2"]
    assert specification.classes == ["0", "1"]
    assert (specification.scorer, specification.reference) == ("reference", "dataperf-acquisition")
    assert specification.seeds == list(range(10))
    market = specification.tasks[1]
    assert market.budget == 150
    assert [seller.name for seller in market.sellers] == [str(number) for number in range(SELLERS)]
    assert [seller.price.cost(1, 1) for seller in market.sellers] == [60 + number for number in range(SELLERS)]
    for number, name in enumerate(market.seller_tables):
        _, expected = rows(number + 2 * SELLERS, 12 + number)
        table = dataset.table(name)
        assert table.embedding.dtype == np.float64
        assert np.array_equal(table.embedding, expected[:, :-1])
        assert np.array_equal(table.labels, expected[:, -1])
    assert np.array_equal(dataset.table("buyer-2").embedding, rows(102, 20)[1][:, :-1])


def test_prices_may_have_blanks_as_the_public_evaluator_reads_them(source: Path, tmp_path: Path) -> None:
    prices = "\r\n".join(f" lin, {60 + seller} " for seller in range(SELLERS))
    (source / "marketinfo" / "0" / "price" / "price.txt").write_text(prices + "\r\n\r\n", newline="")
    specification, _ = imported(source, tmp_path)
    assert [seller.price.cost(1, 1) for seller in specification.tasks[0].sellers] == list(range(60, 60 + SELLERS))


def test_what_is_hidden_can_be_read_by_its_owner_alone(source: Path, tmp_path: Path) -> None:
    import_bundle(source, tmp_path / "bundle")
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "bundle" / "hidden").iterdir()}
    assert (stat.S_IMODE((tmp_path / "bundle" / "hidden").stat().st_mode), modes) == (0o700, {0o600})
    assert stat.S_IMODE((tmp_path / "bundle" / "public").stat().st_mode) & 0o500 == 0o500


def test_a_submission_made_for_it_is_scored(source: Path, tmp_path: Path) -> None:
    _, dataset = imported(source, tmp_path)
    line = ", ".join(["5"] * SELLERS).encode()
    uploads = [Upload("0.csv", line), Upload("2.txt", line)]
    assert [purchase.n_rows for purchase in read_reference(dataset, uploads).purchases] == [[5] * SELLERS] * 2
    for scorer in ("reference", "reference-knn"):
        assert score(dataset, uploads, scorer=scorer).tasks.keys() == {"0", "2"}


def test_numbers_of_single_precision_stay_so(source: Path, tmp_path: Path) -> None:
    """``numpy.savetxt`` writes more digits than float32 has, but the numbers are still exactly those of float32."""
    single = np.random.default_rng(0).normal(size=(30, 3)).astype(np.float32)
    lines = [",".join([*(f"{value:.18e}" for value in row), "1.0"]) for row in single]
    (source / "features" / "0" / "4.csv").write_text("\n".join(lines))
    _, dataset = imported(source, tmp_path)
    assert dataset.table("seller-0-4").embedding.dtype == np.float32
    assert np.array_equal(dataset.table("seller-0-4").embedding, single)
    assert dataset.table("seller-0-4").labels.tolist() == [1] * 30
    assert dataset.table("seller-0-3").embedding.dtype == np.float64


def test_summaries_that_are_missing_are_computed(source: Path, tmp_path: Path) -> None:
    specification, dataset = imported(source, tmp_path)
    found = json.loads(dataset.document(specification.tasks[0].summaries))
    assert len(found) == SELLERS
    _, expected = rows(3, 15)
    assert found[3]["row_number"] == 15
    assert found[3]["class_counts"] == {"0": 8, "1": 7}
    correlation = np.corrcoef(expected[:, 1], expected[:, -1])[0, 1]
    assert found[3]["label_correlation"]["1"] == pytest.approx(correlation, rel=1e-5)


def test_summaries_and_samples_that_are_there_are_taken_over(source: Path, tmp_path: Path) -> None:
    folder = source / "marketinfo" / "0" / "summary"
    folder.mkdir()
    histogram = {f"{number}_size": 1 for number in range(10)} | {f"{number}_range": number for number in range(11)}
    published: dict[str, Any] = {
        "row_number": 30000,
        "column_number": 4,
        "hist": dict.fromkeys("0123", histogram),
        "label_correlation": {"0": 0.5, "1": float("nan"), "2": -0.5},
    }
    (folder / "7.csv.json").write_text(json.dumps(published))
    (folder / "7.csvsamples.csv").write_text("1.5 2.5 3.5 1.0\n-1.5 -2.5 -3.5 0.0\n")
    specification, dataset = imported(source, tmp_path)
    document = dataset.document("public/0-summaries.json")
    assert b"NaN" not in document
    assert json.loads(document)[7] == published | {"label_correlation": {"0": 0.5, "1": None, "2": -0.5}}
    assert read_summary(json.loads(document)[7]).correlation.tolist() == [0.5, 0, -0.5]
    assert specification.tasks[0].samples is not None
    assert specification.tasks[1].samples is None
    samples = dataset.table("samples-0")
    assert samples.embedding.tolist() == [[1.5, 2.5, 3.5], [-1.5, -2.5, -3.5]]
    assert samples.labels.tolist() == [1, 0]
    assert samples.groups is not None
    assert samples.groups[1] == ["7"]


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("marketinfo/0/price/budget.txt", "many", "0/budget.txt: 'many' is not an amount."),
        ("marketinfo/0/price/budget.txt", None, "price/budget.txt: the file is missing"),
        ("marketinfo/0/price/price.txt", "lin,100", "features/0: price.txt has prices of 1 sellers"),
        ("marketinfo/0/price/price.txt", "log,100", "0/price.txt: there is no pricing 'log', only 'lin'."),
        ("marketinfo/0/price/price.txt", "lin,1 lin,2", "0/price.txt: 'lin,1 lin,2' is not a price like 'lin,100'."),
        ("marketinfo/0/price/price.txt", b"lin,1\xe9", "price/price.txt: the file is missing or is no text in UTF-8."),
        ("marketinfo/0/summary/0.csv.json", '{"row_number": 3', "summary/0.csv.json: is not valid JSON."),
        ("marketinfo/0/price/price.txt", "100", "0/price.txt: '100' is not a price like 'lin,100'."),
        ("marketinfo/0/data_buyer/20.csv", None, "data_buyer/20.csv: the file is missing"),
        ("features/0/3.csv", None, "features/0: price.txt has prices of 11 sellers, but"),
        ("features/0/20.csv", "1,2\n", "features/0: price.txt has prices of 11 sellers, but"),
        ("features/0/mine.csv", "1,2\n", "features/0/mine.csv: is not named by a seller's number."),
        ("features/0/3.csv", "", "0/3.csv: has no vector and label in its first line."),
        ("features/0/3.csv", "a,b,c,d\n", "0/3.csv: is not a table of numbers."),
        ("features/0/3.csv", "1,2,3,0\n1,2,3\n", "0/3.csv: is not a table of numbers."),
        ("features/0/3.csv", "1,2,,0\n", "0/3.csv: is not a table of numbers."),
        ("features/0/3.csv", '1,2,"3",0\n', "0/3.csv: is not a table of numbers."),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_left_behind(
    source: Path, tmp_path: Path, path: str, content: str | bytes | None, said: str
) -> None:
    if content is None:
        (source / path).unlink()
    else:
        (source / path).parent.mkdir(exist_ok=True)
        (source / path).write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(BundleError) as caught:
        import_bundle(source, tmp_path / "bundles" / "new")
    assert said in str(caught.value)
    assert not list(tmp_path.glob("bundles/*"))


def test_a_source_without_a_whole_market_is_refused(source: Path, tmp_path: Path) -> None:
    shutil.rmtree(source / "features")
    with pytest.raises(BundleError, match="no market with both"):
        import_bundle(source, tmp_path / "bundle")


def test_number_batches_are_what_numpy_reads_a_block_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "numbers.csv"
    text = "1e-300, 2.5 ,-0.1,1\n0.30000000000000004,17976931348623157e292,4.9e-324,0\n" + rows(5, 300, "%.17g")[0]
    path.write_text(text)
    monkeypatch.setattr(number_table, "BLOCK_BYTES", 2000)
    batches = list(number_batches(path))
    assert len(batches) > 5
    assert np.array_equal(np.concatenate(batches), np.loadtxt(path, delimiter=","))
