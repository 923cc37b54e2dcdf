"""DataPerf's speech selection (harvard-edge/dataperf-speech-example) as a bundle.

For each language, ``source`` has a folder ``dataperf_LANG_data`` with ``allowed_training_set.yaml`` and ``eval.yaml``,
which list the ids of each target word and of the nontargets. Their embeddings are in ``train_embeddings/WORD.parquet``
and ``eval_embeddings/WORD.parquet``. Each language becomes two tasks, of at most 25 and at most 60 clips.

The pool contains only the allowed clips, each word's in the order of its file, because the evaluator trains on them in
this order. Listed clips without an embedding are left out, as in the evaluator.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from evaluators.bundles.importers.notes import ImportNotes, named, root_of
from evaluators.bundles.importers.reading import entries
from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.tables.writing import TableWriter, batches, new_bundle

NONTARGET = "nontarget"
BUDGETS = (25, 60)
SEEDS = [5, 69, 98, 70, 95, 64, 37, 11, 4, 32]
_FOLDER = re.compile(r"dataperf_([A-Za-z]+)_data")
_ID, _EMBEDDING = "clip_id", "mswc_embedding_vector"
LANGUAGES = {"en": "English", "id": "Indonesian", "pt": "Portuguese"}

DESCRIPTION = """\
Choose the clips from which a keyword spotter learns five target words and to leave all other words alone: for each
language at most 25 clips on one board and at most 60 on the other.

This is the *speech selection* challenge of DataPerf (2023) with the data as published. Files made for it are scored as
its offline evaluator scores them. `score --scorer online` gives the number of the site's beta, `--scorer corrected` the
one without quirks.
"""

RULES = """\
- One file for each board, as many boards as you like: `en_25_train.json` with
  `{"targets": {"WORD": ["ID", …], …}, "nontargets": ["ID", …]}`, or `en_25.csv` with the header `id`.
- At most 25 or 60 clips, of the allowed training set only. A clip that is listed twice counts twice.
- Name clips of all five words and nontargets. The offline evaluator numbers the classes by the words that you name, so
  that one left out shifts the others; the corrected scorer refuses such a file, and clips that are listed twice.
"""

DATA_CARD = """\
**Source.** harvard-edge/dataperf-speech-example, part of DataPerf (2023): embeddings of one-second clips of the
Multilingual Spoken Words Corpus by a keyword model, 1024 numbers each.

**Changed.** Only the form: the clips that may be chosen are one table for each language, with the word that is spoken.
"""


@dataclass(frozen=True, slots=True)
class _Listing:
    """The ids in a YAML file, in the listed order."""

    targets: dict[str, list[str]]
    nontargets: list[str]

    @property
    def nontargets_by_word(self) -> dict[str, list[str]]:
        """Nontarget ids by word. A clip's word is its folder: ``cat/common_voice_en_1.wav``."""
        words: dict[str, list[str]] = {}
        for name in self.nontargets:
            words.setdefault(name.partition("/")[0], []).append(name)
        return words


def import_bundle(source: Path, bundle: Path) -> list[str]:
    """Write one bundle with every language in ``source``; return what was noticed, in sentences.

    Raises:
        BundleError: there is no language, or a file isn't in the published format.
    """
    notes = ImportNotes(source)
    source = root_of(source, looks_like)
    languages = _languages(source)
    specification = _specification()
    with new_bundle(bundle, specification) as work:
        for language, folder in languages.items():
            allowed, evaluated = (_listing(folder / name) for name in ("allowed_training_set.yaml", "eval.yaml"))
            words = sorted(evaluated.targets)
            if sorted(allowed.targets) != words:
                message = "the target words are not those of allowed_training_set.yaml."
                raise BundleError(Problem(message, file=f"{folder.name}/eval.yaml"))
            _each_once(evaluated.nontargets, f"{folder.name}/eval.yaml")
            notes.use(folder / "allowed_training_set.yaml")
            notes.use(folder / "eval.yaml")
            without = _write_clips(
                allowed, folder / "train_embeddings", work / "public" / f"{language}-pool.parquet", notes
            )
            without += _write_clips(
                evaluated, folder / "eval_embeddings", work / "hidden" / f"{language}-eval.parquet", notes
            )
            if without:
                notes.say(f"{folder.name} lists {without} clips without an embedding; they are left out.")
            specification["tasks"] += [_task(language, words, budget) for budget in BUDGETS]
    return notes.sentences(specification["licence"])


def looks_like(folder: Path) -> bool:
    """Whether the challenge's data lie in this folder."""
    return any(_FOLDER.fullmatch(path.name) for path in folder.glob("dataperf_*_data"))


def _languages(source: Path) -> dict[str, Path]:
    matched = ((_FOLDER.fullmatch(path.name), path) for path in entries(source) if path.is_dir())
    found = {match[1]: path for match, path in matched if match is not None}
    if not found:
        raise BundleError(Problem("there is no folder dataperf_LANG_data.", file=source.name))
    return found


def _listing(path: Path) -> _Listing:
    try:
        content = YAML(typ="safe", pure=True).load(path)
    except OSError as error:
        raise BundleError(Problem("the file is missing or cannot be read.", file=path.name)) from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise BundleError(Problem("is not valid YAML.", file=path.name)) from error
    try:
        targets = {str(word): [str(name) for name in ids or ()] for word, ids in content["targets"].items()}
        return _Listing(targets, [str(name) for name in content["nontargets"] or ()])
    except (TypeError, KeyError, AttributeError) as error:
        message = "is not a mapping of 'targets', ids by word, and 'nontargets', ids."
        raise BundleError(Problem(message, file=path.name)) from error


def _each_once(ids: list[str], file: str) -> None:
    # The evaluator would count a repeated clip twice; a table has each row only once.
    doubled = next((name for name, times in Counter(ids).items() if times > 1), None)
    if doubled is not None:
        raise BundleError(Problem(f"the nontarget {quoted(doubled)} is listed twice.", file=file))


def _write_clips(listing: _Listing, folder: Path, target: Path, notes: ImportNotes) -> int:
    """Write the listed clips, each with its spoken word and its class; return how many have no embedding."""
    listed = [(word, word, ids) for word, ids in listing.targets.items()]
    listed += [(word, NONTARGET, ids) for word, ids in listing.nontargets_by_word.items()]
    missing = 0
    with TableWriter(target) as writer:
        for word, label, ids in listed:
            missing += len(set(ids))
            for rows in _clips(notes.use(named(folder, f"{word}.parquet")), ids):
                writer.add(_labelled(rows, label, word))
                missing -= len(rows)
    return missing


def _clips(path: Path, ids: list[str]) -> Iterator[pa.Table]:
    """Yield the listed rows of a word's file, in the order of the file."""
    spelled = {unicodedata.normalize(form, name) for form in ("NFC", "NFD") for name in ids if not name.isascii()}
    wanted = pa.array([*ids, *spelled], pa.string())
    for rows in batches(path, [_ID, _EMBEDDING]):
        names = rows[_ID].cast(pa.string())
        yield pa.table({"id": names, "embedding": rows[_EMBEDDING]}).filter(pc.is_in(names, wanted))


def _labelled(rows: pa.Table, label: str, word: str) -> pa.Table:
    with_label = rows.append_column("label", pa.array([label] * len(rows), pa.string()))
    return with_label.append_column("word", pa.array([word] * len(rows), pa.string()))


def _task(language: str, words: list[str], budget: int) -> dict[str, Any]:
    return {
        "name": f"{language}_{budget}",
        "title": f"{LANGUAGES.get(language, language)}, at most {budget} clips",
        "classes": [NONTARGET, *words],
        "budget": budget,
        "pool": {"files": [f"public/{language}-pool.parquet"], "label": "label", "group": "word"},
        "test": {"files": [f"hidden/{language}-eval.parquet"], "label": "label"},
    }


def _specification() -> dict[str, Any]:
    return {
        "format": 1,
        "kind": "selection",
        "slug": "speech-selection",
        "title": "DataPerf speech selection",
        "summary": "Choose at most 25 or 60 clips from which a keyword spotter learns five words of a language.",
        "domain": "speech",
        "licence": "As DataPerf publishes it, see dataperf.org; clips of the Multilingual Spoken Words Corpus",
        "description": DESCRIPTION,
        "rules": RULES,
        "data_card": DATA_CARD,
        "labels": "known",
        "model": {"name": "keyword-vote"},
        "metric": "macro_f1",
        "seeds": SEEDS,
        "every_class": True,
        "partial": True,
        "scorer": "reference",
        "reference": "dataperf-speech-selection",
        "tasks": [],
    }
