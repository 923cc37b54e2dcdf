"""Acquisition baselines: within the budget, public data only, reproducible by seed; and the spending helpers."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from evaluators.kinds.acquisition.baselines.best_seller import choose as best_seller
from evaluators.kinds.acquisition.baselines.most_similar import choose as most_similar
from evaluators.kinds.acquisition.baselines.problem import MarketProblem
from evaluators.kinds.acquisition.baselines.proportional import choose as proportional
from evaluators.kinds.acquisition.pricing import Price
from evaluators.kinds.acquisition.reading import AcquisitionSubmission, read, read_online
from evaluators.kinds.acquisition.summaries import Summary
from evaluators.kinds.registry import kind_named
from evaluators.registry import baselines_for, write_baseline
from evaluators.scoring.score import score
from evaluators.submissions.uploads import read_files
from tests.markets import reference_market, write_market

INFOS = kind_named("acquisition").baselines
NAMES = pytest.mark.parametrize("name", INFOS)
GENERATOR = np.random.default_rng(0)
ADAPTER: TypeAdapter[Price] = TypeAdapter(Price)
DEMO = Path(__file__).resolve().parents[4] / "challenges" / "demo" / "gloss-market"

LINEAR = {"method": "linear", "full_price": 100}
FEE = {"method": "fixed-plus-unit", "fixed": 30, "unit": 1}


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    folder = tmp_path_factory.mktemp("market")
    return PreparedDataset.open(prepare(write_market(folder / "bundle"), folder / "store"))


def problem(budget: int, prices: list[dict[str, Any]], owned: list[int], **others: Any) -> MarketProblem:
    """A market with these sellers; fields that are not given are empty."""
    summaries = others.pop("summaries", [])
    empty = {"embedding": np.zeros((2, 1)), "classes": np.array([0, 1])}
    return MarketProblem(
        Fraction(budget),
        [ADAPTER.validate_python(price) for price in prices],
        owned,
        owned,
        summaries,
        **(empty | others),
    )


def written(name: str, dataset: PreparedDataset, folder: Path, seed: int = 0) -> dict[str, bytes]:
    write_baseline(INFOS[name], dataset, folder, seed=seed)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@NAMES
def test_its_files_pass_the_check(name: str, market: PreparedDataset, tmp_path: Path) -> None:
    assert written(name, market, tmp_path / "out").keys() == {"tea.csv", "ink.csv"}
    submission = read(market, read_files([tmp_path / "out"]))
    assert isinstance(submission, AcquisitionSubmission)
    for purchase in submission.purchases:
        assert purchase.cost <= 50
        assert (sum(purchase.n_rows) > 0) == (name != "nothing")


@NAMES
def test_the_same_seed_gives_the_same_files(name: str, market: PreparedDataset, tmp_path: Path) -> None:
    assert written(name, market, tmp_path / "one", 5) == written(name, market, tmp_path / "two", 5)
    seeds = {tuple(written(name, market, tmp_path / str(seed), seed).values()) for seed in range(8)}
    assert (len(seeds) > 1) == (name == "random-seller")


@NAMES
def test_it_sees_nothing_but_public_data(name: str, market: PreparedDataset, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(market.path, copy)
    for table in (copy / "tables").iterdir():
        if not table.name.startswith("buyer"):
            shutil.rmtree(table)
    blind = PreparedDataset.open(copy)
    assert written(name, blind, tmp_path / "without") == written(name, market, tmp_path / "with")


prices = st.one_of(
    st.builds(dict, method=st.just("linear"), full_price=st.floats(1, 100)),
    st.builds(dict, method=st.just("volume-discount"), full_price=st.floats(1, 100), discount=st.floats(0, 0.5)),
    st.builds(dict, method=st.just("fixed-plus-unit"), fixed=st.floats(0, 20), unit=st.floats(0.01, 2)),
)
sellers = st.lists(st.tuples(prices, st.integers(1, 500), st.floats(0, 3)), min_size=1, max_size=6)


@given(sellers, st.integers(1, 200))
def test_no_spending_exceeds_the_budget_or_what_is_owned(found: list[tuple[Any, int, float]], budget: int) -> None:
    market = problem(budget, [price for price, _, _ in found], [owned for _, owned, _ in found])
    for rows in (market.spend([weight for _, _, weight in found]), proportional(market, GENERATOR)):
        costs = [price.cost(*pair) for price, *pair in zip(market.prices, rows, market.owned, strict=True)]
        assert sum(costs) <= budget
        assert all(0 <= count <= owned for count, owned in zip(rows, market.owned, strict=True))


def test_what_a_sold_out_seller_leaves_goes_to_the_others() -> None:
    assert problem(100, [LINEAR, FEE], [50, 10]).spend([1, 1]) == [30, 10]
    assert problem(100, [LINEAR, LINEAR], [50, 10]).spend([1, 3]) == [12, 7]
    assert problem(300, [LINEAR, LINEAR], [50, 10]).spend([1, 3]) == [50, 10]
    assert problem(100, [LINEAR, LINEAR], [50, 10]).spend([0, 1]) == [0, 10]


def test_proportional_takes_the_same_part_of_all() -> None:
    assert proportional(problem(100, [LINEAR, LINEAR], [50, 10]), GENERATOR) == [25, 5]
    assert proportional(problem(1000, [LINEAR, LINEAR], [50, 10]), GENERATOR) == [50, 10]


def informed() -> MarketProblem:
    """Only the first dimension predicts the buyer's labels; the sellers' follow it partly, mostly, not, inversely."""
    embedding = np.array([[-1.0, 1], [-1, -1], [1, 1], [1, -1]])
    summaries = [
        Summary(100, np.array([0.0, 0.0]), np.array(correlation))
        for correlation in ([0.5, 0.1], [0.9, 0.1], [0.0, 0.6], [-0.9, 0.0])
    ]
    return problem(
        100, [LINEAR] * 4, [100] * 4, summaries=summaries, embedding=embedding, classes=np.array([0, 0, 1, 1])
    )


def test_agreement_is_one_for_the_same_nothing_for_none_and_less_for_the_opposite() -> None:
    market = informed()
    assert market.correlation.tolist() == [1, 0]
    assert market.agreements == pytest.approx([1 - 0.26, 1 - 0.02, 1 - 1.36, 1 - 3.61])
    assert best_seller(market, GENERATOR) == [0, 100, 0, 0]
    rows = most_similar(market, GENERATOR)
    assert rows[1] > rows[0] > 0
    assert rows[2:] == [0, 0]


def test_sellers_far_from_the_buyer_get_less() -> None:
    market = informed()
    near, far = Summary(100, np.array([0.0, 0.0]), np.array([0.9, 0.0])), None
    far = Summary(100, np.array([1.0, 0.0]), near.correlation)
    moved = problem(
        100, [LINEAR] * 2, [100] * 2, summaries=[near, far], embedding=market.embedding, classes=market.classes
    )
    assert moved.distances == pytest.approx([0, 0.5**0.5])
    rows = most_similar(moved, GENERATOR)
    assert rows[0] > 5 * rows[1] > 0


def test_on_the_demo_looking_beats_not_looking(tmp_path: Path) -> None:
    dataset = PreparedDataset.open(prepare(DEMO, tmp_path / "store"))
    scores = {}
    for name in INFOS:
        written(name, dataset, tmp_path / name)
        scores[name] = score(dataset, read_files([tmp_path / name])).score.value
    assert min(scores["best-seller"], scores["most-similar"]) > scores["proportional"] + 0.01
    assert scores["proportional"] > scores["uniform"] > scores["random-seller"]
    assert scores["nothing"] == pytest.approx(0.51)


def test_as_on_dataperf_s_site_nobody_buys_all_rows_or_none(tmp_path: Path) -> None:
    """A budget for everything: the site's evaluator failed where it could not draw or had nothing to train on."""
    changes = reference_market(scorer="online", metric="online_accuracy", seeds=[0])
    for task in changes["tasks"]:
        task["budget"] = 10_000
    dataset = PreparedDataset.open(prepare(write_market(tmp_path / "bundle", **changes), tmp_path / "store"))
    names = [info.name for info in baselines_for(dataset.specification)]
    assert names == [name for name in INFOS if name != "nothing"]
    for name in names:
        written(name, dataset, tmp_path / name)
        for purchase in read_online(dataset, read_files([tmp_path / name])).purchases:
            assert any(rows == owned - 1 for rows, owned in zip(purchase.n_rows, purchase.owned, strict=True)), name
