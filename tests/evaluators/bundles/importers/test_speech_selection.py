"""Import DataPerf's speech selection from whichever languages are present."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from ruamel.yaml import YAML

from evaluators.bundles.importers import speech_selection
from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from evaluators.problems.problem import BundleError
from tests.dataperf_selection import SPOKEN, WORDS, allowed, allowed_clips, clip, write_speech


def opened(source: Path, folder: Path) -> PreparedDataset:
    speech_selection.import_bundle(source, folder / "bundle")
    return PreparedDataset.open(prepare(folder / "bundle", folder / "store"))


def test_everything_arrives(tmp_path: Path) -> None:
    dataset = opened(write_speech(tmp_path / "source", languages=("pt", "en")), tmp_path)
    specification: Any = dataset.specification
    assert {task.name: task.budget for task in specification.tasks} == {
        "en_25": 25,
        "en_60": 60,
        "pt_25": 25,
        "pt_60": 60,
    }
    assert (specification.scorer, specification.partial, specification.every_class) == ("reference", True, True)
    assert specification.plans["en_60"].labels == ["nontarget", *sorted(WORDS)]
    # Both tasks of a language share the same tables.
    assert dataset.counts == {"pool-en_25": 128, "pool-pt_25": 128, "test-en_25": 80, "test-pt_25": 80}


def test_the_pool_has_the_allowed_clips_in_the_order_of_their_files(tmp_path: Path) -> None:
    """Words in the listed order; a word's clips in the order of its parquet file, not of the list."""
    source = write_speech(tmp_path / "source")
    path = source / "dataperf_en_data/allowed_training_set.yaml"
    listing = json.loads(path.read_text())
    listing["targets"] = {
        word: listing["targets"][word][::-1] for word in ("route", "job", "fifty", "restaurant", "episode")
    }
    listing["nontargets"].reverse()
    path.write_text(json.dumps(listing))
    pool = opened(source, tmp_path).table("pool-en_25")
    spoken = ["route", "job", "fifty", "restaurant", "episode", "owl", "dog", "cat"]
    assert pool.ids() == [name for word in spoken for name in allowed_clips(word)]
    assert pool.groups is not None
    numbers, names = pool.groups
    assert [names[number] for number in numbers] == [name.partition("/")[0] for name in pool.ids()]
    row = pool.rows_of([clip("job", 3007)])
    source_rows = pq.read_table(source / "dataperf_en_data/train_embeddings/job.parquet").to_pydict()
    assert pool.vectors(row)[0].tolist() == source_rows["mswc_embedding_vector"][7]


def test_listings_in_every_style_of_yaml_are_the_same(tmp_path: Path) -> None:
    source = write_speech(tmp_path / "source")
    expected = opened(source, tmp_path / "one")
    for style in (True, False):
        for name in ("allowed_training_set.yaml", "eval.yaml"):
            path = source / "dataperf_en_data" / name
            writer = YAML(typ="safe", pure=True)
            writer.default_flow_style = style
            writer.sort_base_mapping_type_on_output = False
            listing = writer.load(path)
            with path.open("w") as file:
                writer.dump(listing, file)
        assert opened(source, tmp_path / str(style)).table("test-en_25").ids() == expected.table("test-en_25").ids()


def test_a_listed_clip_without_an_embedding_is_left_out(tmp_path: Path) -> None:
    source = write_speech(tmp_path / "source")
    path = source / "dataperf_en_data/allowed_training_set.yaml"
    listing = allowed(source)
    listing["targets"]["job"].append(clip("job", 9999))
    path.write_text(json.dumps(listing))
    assert len(opened(source, tmp_path).table("pool-en_25")) == len(SPOKEN) * 16


def test_a_file_is_no_source(tmp_path: Path) -> None:
    (tmp_path / "source.zip").touch()
    with pytest.raises(BundleError, match=r"source.zip: is not a folder that can be read\."):
        speech_selection.import_bundle(tmp_path / "source.zip", tmp_path / "bundle")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("no language", "there is no folder dataperf_LANG_data."),
        ("no listing", "eval.yaml: the file is missing or cannot be read."),
        ("no YAML", "eval.yaml: is not valid YAML."),
        ("a list", "eval.yaml: is not a mapping of 'targets', ids by word, and 'nontargets', ids."),
        ("other words", "dataperf_en_data/eval.yaml: the target words are not those of allowed_training_set.yaml."),
        (
            "a nontarget twice",
            "dataperf_en_data/eval.yaml: the nontarget 'owl/common_voice_en_7509.wav' is listed twice.",
        ),
        ("no file of a word", "job.parquet: is not a readable parquet file."),
    ],
)
def test_a_broken_source_is_named_and_leaves_nothing(broken: str, said: str, tmp_path: Path) -> None:
    source = write_speech(tmp_path / "source")
    data = source / "dataperf_en_data"
    if broken == "no language":
        data.rename(source / "dataperf_data")
    elif broken == "no listing":
        (data / "eval.yaml").unlink()
    elif broken == "no YAML":
        (data / "eval.yaml").write_text("targets: [")
    elif broken == "a list":
        (data / "eval.yaml").write_text("- cat/1.wav\n")
    elif broken == "other words":
        (data / "eval.yaml").write_text(json.dumps({"targets": {"cat": []}, "nontargets": []}))
    elif broken == "a nontarget twice":
        listing = json.loads((data / "eval.yaml").read_text())
        listing["nontargets"].append(listing["nontargets"][-1])
        (data / "eval.yaml").write_text(json.dumps(listing))
    else:
        (data / "train_embeddings/job.parquet").unlink()
    with pytest.raises(BundleError) as caught:
        speech_selection.import_bundle(source, tmp_path / "bundle")
    assert said in str(caught.value)
    shutil.rmtree(source)
    assert not list(tmp_path.iterdir())
