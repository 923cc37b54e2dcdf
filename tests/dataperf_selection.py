"""Small random data in the layouts of DataPerf's selection challenges, and plain versions of their evaluators.

The evaluators here follow the public ones step by step (CoactiveAI/dataperf-vision-selection and
harvard-edge/dataperf-speech-example), with scikit-learn's own estimators and without optimizations.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from ruamel.yaml import YAML
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score
from sklearn.svm import SVC

CONCEPTS = ("Cupcake", "Hawk")
WORDS = ("fifty", "episode", "route", "job", "restaurant")
SEEDS = (5, 69, 98, 70, 95, 64, 37, 11, 4, 32)


def write_parquet(path: Path, ids: Sequence[str], vectors: NDArray[Any], names: tuple[str, str], **more: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {names[0]: pa.array(ids, pa.string()), names[1]: pa.array(list(vectors), pa.list_(pa.float32()))}
    pq.write_table(pa.table(columns | {name: pa.array(values, pa.string()) for name, values in more.items()}), path)


# --- vision


def image(number: int) -> str:
    return f"{number:016x}"


def write_vision(folder: Path, *, rows: int = 120, parts: int = 0, dimensions: int = 6, examples: bool = True) -> Path:
    """A pool of ``rows`` images, in one file or ``parts`` files; the first half of a concept's images are positives."""
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(rows, dimensions)).astype(np.float32)
    ids = [image(number) for number in range(rows)]
    pool, names = folder / "embeddings/train_emb_256_dataperf.parquet", ("ImageID", "embedding")
    for number, places in enumerate(np.array_split(np.arange(rows), parts or 1)):
        path = pool / f"part-{number:05d}-c000.snappy.parquet" if parts else pool
        write_parquet(path, [ids[place] for place in places], vectors[places], names)
    for number, concept in enumerate(CONCEPTS):
        test = generator.normal(size=(40, dimensions)).astype(np.float32)
        truth = ["1" if row[number] > 0 else "0" for row in test]
        path = folder / f"test_sets/alpha_test_set_{concept}_256.parquet"
        write_parquet(
            path, [image(10_000 + 100 * number + place) for place in range(40)], test, names, Confidence=truth
        )
        if examples:
            lines = ["LabelName,ImageID,Confidence,OriginalURL,DisplayName"]
            lines += [f"/m/1,{image(place)},1,https://example.org/{place}.jpg,{concept}" for place in (3, 500, 1)]
            (folder / "examples").mkdir(exist_ok=True)
            (folder / f"examples/alpha_example_set_{concept}.csv").write_text("\n".join(lines) + "\n")
    return folder


def vision_csv(rows: Iterable[tuple[str, object]]) -> bytes:
    return ("ImageID,Confidence\n" + "".join(f"{name},{label}\n" for name, label in rows)).encode()


def vision_rows(folder: Path, concept: str, numbers: Iterable[int]) -> list[tuple[str, object]]:
    """Some images of the pool, with the labels that they would have in the test set."""
    vectors = dict(_read(folder / "embeddings/train_emb_256_dataperf.parquet", ("ImageID", "embedding")))
    place = CONCEPTS.index(concept)
    return [(image(number), int(vectors[image(number)][place] > 0)) for number in numbers]


def public_vision(folder: Path, concept: str, rows: Iterable[tuple[str, object]]) -> dict[str, float]:
    """The offline evaluator: an inner join on the ids, then logistic regression on the labels as submitted."""
    vectors = dict(_read(folder / "embeddings/train_emb_256_dataperf.parquet", ("ImageID", "embedding")))
    joined = [(vectors[name].tolist(), str(label)) for name, label in rows if name in vectors]
    test = pq.read_table(folder / f"test_sets/alpha_test_set_{concept}_256.parquet").to_pydict()
    classifier = LogisticRegression(random_state=0).fit([row[0] for row in joined], [row[1] for row in joined])
    predicted = classifier.predict(test["embedding"]).tolist()
    return {
        "accuracy": accuracy_score(test["Confidence"], predicted),
        "recall": recall_score(test["Confidence"], predicted, pos_label="1"),
        "precision": precision_score(test["Confidence"], predicted, pos_label="1"),
        "f1": f1_score(test["Confidence"], predicted, pos_label="1"),
    }


# --- speech


SPOKEN = (*WORDS, "cat", "dog", "owl")
"""All words: the five targets and three others."""


def clip(word: str, number: int, language: str = "en") -> str:
    return f"{word}/common_voice_{language}_{number}.wav"


def allowed_clips(word: str, language: str = "en") -> list[str]:
    """The allowed clips of a word: all of its twenty except every fifth."""
    return [clip(word, 1000 * SPOKEN.index(word) + number, language) for number in range(20) if number % 5]


def write_speech(
    folder: Path, *, languages: Sequence[str] = ("en",), dimensions: int = 24, spread: float = 2.5
) -> Path:
    """For each word, twenty clips to choose from, of which every fifth isn't allowed, and ten clips to evaluate."""
    for language in languages:
        generator = np.random.default_rng(sum(language.encode()))
        data = folder / f"dataperf_{language}_data"
        centres = generator.normal(size=(len(SPOKEN), dimensions))
        for split, count in (("train", 20), ("eval", 10)):
            listing: dict[str, Any] = {"targets": {}, "nontargets": []}
            for place, word in enumerate(SPOKEN):
                first = 1000 * place + (500 if split == "eval" else 0)
                ids = [clip(word, first + number, language) for number in range(count)]
                vectors = centres[place] + spread * generator.normal(size=(count, dimensions))
                path = data / f"{split}_embeddings/{word}.parquet"
                names = ("clip_id", "mswc_embedding_vector")
                write_parquet(path, ids, vectors.astype(np.float32), names)
                listed = allowed_clips(word, language) if split == "train" else ids
                if word in WORDS:
                    listing["targets"][word] = listed
                else:
                    listing["nontargets"] += listed
            name = "allowed_training_set.yaml" if split == "train" else "eval.yaml"
            (data / name).write_text(json.dumps(listing))  # JSON is valid YAML
    return folder


def allowed(folder: Path, language: str = "en") -> dict[str, Any]:
    """The clips that may be chosen: ``{"targets": {word: ids}, "nontargets": ids}``."""
    content: dict[str, Any] = json.loads((folder / f"dataperf_{language}_data/allowed_training_set.yaml").read_text())
    return content


def speech_choice(
    folder: Path, language: str = "en", *, each: int = 2, nontargets: int = 5, seed: int = 0
) -> dict[str, Any]:
    """A valid submission: some clips of each word and some nontargets, in random order."""
    generator = np.random.default_rng(seed)
    listing = allowed(folder, language)
    words = _draw(list(WORDS), len(WORDS), generator)
    targets = {word: _draw(listing["targets"][word], each, generator) for word in words}
    return {"targets": targets, "nontargets": _draw(listing["nontargets"], nontargets, generator)}


def _draw(ids: list[str], count: int, generator: np.random.Generator) -> list[str]:
    return [ids[place] for place in generator.permutation(len(ids))[:count]]


def public_speech(folder: Path, choice: dict[str, Any], language: str = "en", seeds: Iterable[int] = SEEDS) -> float:
    """The offline evaluator: macro F1 of the voting classifier, averaged over the seeds."""
    data = folder / f"dataperf_{language}_data"
    train, labels = _dataset(choice, data / "train_embeddings")
    test, truth = _dataset(YAML(typ="safe", pure=True).load(data / "eval.yaml"), data / "eval_embeddings")
    scores = []
    for seed in seeds:
        estimators = [("svm", SVC(probability=True, random_state=seed)), ("lr", LogisticRegression(random_state=seed))]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            predicted = VotingClassifier(estimators, voting="soft").fit(train, labels).predict(test)
        scores.append(f1_score(truth, predicted, average="macro"))
    return float(np.mean(scores))


def _dataset(listing: dict[str, Any], folder: Path) -> tuple[NDArray[Any], NDArray[Any]]:
    numbers = {word: number for number, word in enumerate(sorted(listing["targets"]), start=1)}
    vectors, labels = [], []
    for word, ids in listing["targets"].items():
        for name, vector in _clips(folder, word):
            if name in ids:
                vectors.append(vector)
                labels.append(numbers[word])
    by_word: dict[str, list[str]] = {}
    for name in listing["nontargets"]:
        by_word.setdefault(name.split("/")[0], []).append(name)
    for word, ids in by_word.items():
        known = dict(_clips(folder, word))
        vectors += [known[name] for name in ids]
        labels += [0] * len(ids)
    return np.array(vectors), np.array(labels, float)


def _clips(folder: Path, word: str) -> list[tuple[str, NDArray[Any]]]:
    return _read(folder / f"{word}.parquet", ("clip_id", "mswc_embedding_vector"))


def _read(path: Path, names: tuple[str, str]) -> list[tuple[str, NDArray[Any]]]:
    table = pq.read_table(path)
    vectors = table[names[1]].to_numpy(zero_copy_only=False)
    return list(zip(table[names[0]].to_pylist(), vectors, strict=True))
