"""The final split of a test set is prepared separately, and the test split contains nothing of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaluators.datasets.preparing import open_bundle, prepare, prepare_splits
from evaluators.problems.problem import BundleError
from evaluators.specification.challenge import TEST_SPLITS
from evaluators.specification.reading import parse_specification, read_specification
from tests import cleanings, markets
from tests.bundles import good_files, write_bundle
from tests.command_line import call
from tests.evaluators.conftest import ROOT
from tests.finals import add_final, without_final

WRITERS: dict[str, Callable[[Path], Path]] = {
    "selection": write_bundle,
    "cleaning": cleanings.write_cleaning,
    "acquisition": markets.write_market,
}


@pytest.fixture(params=WRITERS)
def bundle(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return add_final(WRITERS[request.param](tmp_path / "bundle"))


def change(bundle: Path, change: Callable[[dict[str, Any]], object]) -> None:
    content = json.loads((bundle / "challenge.yaml").read_text())
    change(content)
    (bundle / "challenge.yaml").write_text(json.dumps(content))


def test_a_part_is_the_challenge_that_knows_of_no_other(bundle: Path) -> None:
    whole = read_specification(bundle)
    assert whole.has_final
    for part in TEST_SPLITS:
        alone = parse_specification(without_final(bundle, part=part))
        assert whole.on_split(part) == alone
        assert not alone.has_final
        assert "final" not in json.dumps(whole.on_split("test").model_dump(mode="json"))
    assert {name for name in whole.data_files if "final" in name}
    shown, final = (set(whole.on_split(part).data_files) for part in TEST_SPLITS)
    assert set(whole.data_files) == shown | final
    assert {name.replace("test", "final") for name in shown} == final


def test_both_parts_are_prepared_and_the_shown_one_is_as_if_it_were_alone(bundle: Path, tmp_path: Path) -> None:
    shown, final = prepare_splits(bundle, tmp_path / "store")
    assert shown.digest != final.digest
    assert b"final" not in b"".join(path.read_bytes() for path in shown.path.rglob("*.json"))
    for part, dataset in zip(TEST_SPLITS, (shown, final), strict=True):
        assert prepare(bundle, tmp_path / "store", split=part) == dataset.path
        plain = shutil.copytree(bundle, tmp_path / part)
        (plain / "challenge.yaml").write_text(json.dumps(without_final(bundle, part=part)))
        assert prepare(plain, tmp_path / "store") == dataset.path
    for dataset, rows in ((shown, None), (final, 12)):
        for name in dataset.specification.test_tables().values():
            assert rows is None or dataset.counts[name] == rows


def test_a_final_part_for_all_tasks_stands_for_a_tasks_own_test(tmp_path: Path) -> None:
    bundle = add_final(write_bundle(tmp_path / "bundle"))
    shutil.copy(bundle / "hidden/test.parquet", bundle / "hidden/own.parquet")
    own = {"files": ["hidden/own.parquet"], "label": "label"}
    change(bundle, lambda content: content["tasks"][0].update(test=own))
    final = read_specification(bundle).on_split("final")
    assert final.test_tables() == {"apple": "test", "bread": "test"}
    assert final.tables()["test"].table.files == ["hidden/final.parquet"]


def test_a_row_in_both_parts_is_refused(tmp_path: Path) -> None:
    bundle = add_final(write_bundle(tmp_path / "bundle"), rename="")
    with pytest.raises(BundleError, match="hidden/final.parquet, field 'id': the id 'test-000' is in the final"):
        prepare_splits(bundle, tmp_path / "store")


def test_a_final_row_that_is_public_is_refused(tmp_path: Path) -> None:
    bundle = add_final(write_bundle(tmp_path / "bundle"))
    shutil.copy(bundle / "public/pool.parquet", bundle / "hidden/final.parquet")
    with pytest.raises(BundleError, match="is in the hidden table 'test' and in the public 'pool'"):
        prepare_splits(bundle, tmp_path / "store")


def test_without_a_final_part_there_is_none(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    assert [dataset.path for dataset in prepare_splits(bundle, tmp_path / "s")] == [prepare(bundle, tmp_path / "s")]
    with pytest.raises(BundleError, match="field 'final': this challenge keeps no part of its test set for the end"):
        open_bundle(bundle, tmp_path / "s", split="final")


def wrong(bundle: Path) -> str:
    with pytest.raises(BundleError) as caught:
        read_specification(bundle)
    return str(caught.value)


def test_a_final_part_is_like_the_test(bundle: Path) -> None:
    places = json.loads((bundle / "challenge.yaml").read_text())
    own = "final" not in places

    def each(**changes: Any) -> None:
        def change_each(content: dict[str, Any]) -> None:
            for place in content["tasks"] if own else [content]:
                place["final"] = place["final"] | changes

        change(bundle, change_each)

    each(label=None)
    assert "final: it names the columns" in wrong(bundle) or "names the columns of ids" in wrong(bundle)
    each(label="label", files=["public/final.parquet"])
    assert "its rows are hidden: their files belong in hidden/" in wrong(bundle)
    shown = next(name for name in read_part(places).data_files if name.startswith("hidden/"))
    each(files=[shown])
    assert "one of its files is also in another table" in wrong(bundle)


def read_part(content: dict[str, Any]) -> Any:
    return parse_specification(content).on_split("test")


def test_all_tasks_have_a_final_part_or_none_has(tmp_path: Path) -> None:
    bundle = add_final(markets.write_market(tmp_path / "bundle"))
    change(bundle, lambda content: content["tasks"][1].pop("final"))
    assert "the task 'ink' has none, and others have" in wrong(bundle)
    change(bundle, lambda content: content["tasks"][0].pop("test"))
    assert "the task 'tea' has no test beside it" in wrong(bundle)


def test_a_challenge_without_has_the_digest_that_it_always_had(tmp_path: Path) -> None:
    """Fields of later versions, ``final`` and ``ids``, are written only if they are used."""
    for name, write in WRITERS.items():
        specification = read_specification(write(tmp_path / name))
        for content in (specification.model_dump(mode="json"), specification.scoring_part()):
            assert '"final"' not in json.dumps(content)
            assert '"ids"' not in json.dumps(content)
    demo = ROOT / "challenges/demo/digits"
    expected = "3e4d96c1d799abce02e5d6fa65bdf2e2c1f6d70de5cdd4f61acdb116276032b6"
    assert prepare(demo, tmp_path / "store").name == expected


def test_the_command_line_knows_the_parts(tmp_path: Path) -> None:
    bundle = add_final(write_bundle(tmp_path / "bundle"))
    files = tmp_path / "mine"
    files.mkdir()
    for name, content in good_files().items():
        (files / name).write_bytes(content)
    store = ("--store", tmp_path / "store")
    prepared = call("prepare", bundle, *store).stdout.decode().split()
    assert len(prepared) == 2
    for part, path in zip(TEST_SPLITS, prepared, strict=True):
        assert call("prepare", bundle, *store, "--part", part).stdout.decode().split() == [path]
        scored = call("score", bundle, files, *store, "--part", part, "--json")
        assert scored.stdout == call("score", path, files, "--json").stdout
        assert scored.returncode == 0
        assert call("check", bundle, files, *store, "--part", part).returncode == 0
    assert call("score", bundle, files, *store, "--json").stdout != scored.stdout
