"""Pages show rows that a job has read; until then, and if it can't, they say so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from challenges.models import DatasetVersion, Phase
from evaluators import sandbox
from evaluators.specification import Table
from frontend.rows import public_data
from frontend.rows.public_data import NoRows, PublicData
from leaderboard.jobs import awaiting
from leaderboard.models import Job, User
from leaderboard.previews.rows import PublicRows
from tests import factories, kinds
from tests.bundles import write_bundle

Load = Callable[..., Phase]
ROWS_PAGE = "/challenges/tiny-cleaning/rows/"


@pytest.fixture(autouse=True)
def read_anew() -> Iterator[None]:
    public_data._rows.cache_clear()
    yield
    public_data._rows.cache_clear()


@pytest.fixture
def version(load: Load, tmp_path: Path) -> DatasetVersion:
    bundle = kinds.write_cleaning(tmp_path / "b", names=("cats", "dogs"), pixels=kinds.squares(), reveal="fixes")
    return load(bundle).dataset_version


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> mock.Mock:
    """Nothing is done while a request waits; how often one waited."""
    waits = mock.Mock()
    monkeypatch.setattr(awaiting, "pause", waits)
    monkeypatch.setattr(awaiting, "SECONDS", 0)
    monkeypatch.setattr(public_data, "ended_soon", mock.Mock(wraps=awaiting.ended_soon))
    return public_data.ended_soon  # type: ignore[return-value]


@pytest.fixture
def no_sandbox() -> Iterator[None]:
    with mock.patch.object(sandbox, "work", side_effect=AssertionError("a sandbox in a request")):
        yield


CATS, DOGS = (Table(files=[f"public/{name}.parquet"], label="label") for name in ("cats", "dogs"))


def test_small_tables_are_there_at_once(version: DatasetVersion, client: Client) -> None:
    assert client.get(ROWS_PAGE).content.decode().count("<img") == kinds.ROWS


def test_what_another_process_read_is_not_read_again(
    version: DatasetVersion, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with mock.patch.object(sandbox, "work", wraps=sandbox.work) as working:
        first = PublicData(version).rows(CATS)
        public_data._rows.cache_clear()
        second = PublicData(version).rows(CATS)
    assert working.call_count == Job.objects.count() == 1
    assert isinstance(first, PublicRows)
    assert isinstance(second, PublicRows)
    assert first.ids == second.ids
    np.testing.assert_array_equal(first.pixels, second.pixels)
    with django_assert_num_queries(1):
        assert PublicData(version).rows(CATS) is second


def test_no_sandbox_runs_in_a_request(version: DatasetVersion, client: Client, request: pytest.FixtureRequest) -> None:
    PublicData(version).rows(CATS)
    public_data._rows.cache_clear()
    request.getfixturevalue("no_sandbox")
    assert client.get(ROWS_PAGE).content.decode().count("<img") == kinds.ROWS


@pytest.mark.usefixtures("no_sandbox")
def test_until_rows_are_read_the_page_says_so(version: DatasetVersion, client: Client, no_worker: mock.Mock) -> None:
    for _ in range(3):
        answer = client.get(f"{ROWS_PAGE}?table=0&label=cat")
        text = answer.content.decode()
        assert "The rows are being read" in text
        assert 'hx-get="/challenges/tiny-cleaning/rows/?table=0&amp;label=cat"' in text
        assert '<noscript><meta http-equiv="refresh"' in text
        assert "no-store" in answer.headers["Cache-Control"]
    assert (Job.objects.count(), no_worker.call_count) == (1, 1)


def test_rows_appear_where_the_page_asks_for_them(
    version: DatasetVersion, client: Client, no_worker: mock.Mock
) -> None:
    client.get(ROWS_PAGE)
    factories.run_queue()
    text = client.get(ROWS_PAGE).content.decode()
    assert text.count("<img") == kinds.ROWS
    assert 'id="rows"' in text
    assert "hx-trigger" not in text
    assert "refresh" not in text


def test_a_page_waits_once_for_all_its_tables(version: DatasetVersion, no_worker: mock.Mock) -> None:
    public = PublicData(version)
    assert [public.rows(CATS), public.rows(DOGS)] == [NoRows.READING, NoRows.READING]
    assert (Job.objects.count(), no_worker.call_count) == (2, 1)


def test_a_submission_is_shown_while_its_rows_are_being_read(
    version: DatasetVersion, client: Client, user: User, no_worker: mock.Mock
) -> None:
    ranking = kinds.ranking(reveal=True)
    files = {f"{name}.txt": "\n".join(map(str, range(kinds.ROWS))).encode() for name in ("cats", "dogs")}
    made = factories.submission(version.phases.get(), user, files=files)
    both = {key: {"cats": value["pets"], "dogs": value["pets"]} for key, value in ranking.items() if key != "seeds"}
    result = both | {"seeds": [{"seed": 0, "tasks": both["tasks"]}]}
    factories.evaluate(made, factories.scored(made.evaluation, 0.25, **result))
    client.force_login(user)
    notice = 'The rows are being read. <a href="">Reload</a>'
    text = client.get(f"/submissions/{made.pk}/").content.decode()
    assert text.count(notice) == 2
    assert "pets-0" in text
    factories.run_queue()
    text = client.get(f"/submissions/{made.pk}/").content.decode()
    assert notice not in text


def test_a_fault_of_ours_is_told_and_not_called_too_large(version: DatasetVersion, client: Client) -> None:
    with mock.patch.object(sandbox, "work", side_effect=sandbox.WorkFailed("timeout", "")) as working:
        for _ in range(3):
            text = client.get(ROWS_PAGE).content.decode()
            assert "Not available at the moment" in text
            assert "Too much for a page" not in text
    assert working.call_count == 2


def test_a_table_without_rows_is_shown(version: DatasetVersion) -> None:
    with mock.patch.object(sandbox, "work", return_value=b'{"ids": [], "labels": []}'):
        assert isinstance(PublicData(version).rows(CATS), PublicRows)


def test_rows_of_other_formats_are_shown_too(load: Load, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "b")
    np.save(bundle / "public/extra.npy", np.ones((2, 8), np.float32))
    (bundle / "public/extra.csv").write_text("id,label\none,apple\ntwo,bread\n")
    table = {"files": ["public/extra.npy"], "ids": "public/extra.csv", "label": "label"}
    content = json.loads((bundle / "challenge.yaml").read_text()) | {"examples": table}
    (bundle / "challenge.yaml").write_text(json.dumps(content))
    rows = PublicData(load(bundle).dataset_version).rows(Table.model_validate(table))
    assert isinstance(rows, PublicRows)
    assert (rows.ids, rows.labels) == (["one", "two"], ["apple", "bread"])
