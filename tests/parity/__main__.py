"""Our numbers next to those of DataPerf's evaluators: ``./run python -m tests.parity [FOLDER]``.

FOLDER holds the parity set; the default is ``RATCHET_PARITY_DIR``, or a folder beside the repository. Every line is
computed by the command line: import, check, score. Exits 1 if a number is out of tolerance. ``reference`` stands beside
the offline evaluators on today's libraries, ``reference-2023`` beside the same on those of 2023, ``online`` beside the
site's, as it rounded, with some thirty variants of the files (see ``variants``).
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from evaluators.cli.main import ExitCode
from tests.parity.draws import every_draw
from tests.parity.folder import parity_folder
from tests.parity.variants import Files, acquisition_variants, speech_variants, vision_variants

TOLERANCE = 1e-12
CURVE_EQUAL, CURVE_STEP = 298, 0.01
VISION_PARTS = 7


F1, SHOWN_F1 = "f1 (0..1, unrounded)", "score since 2023-03-15 (F1 x 100, 3 decimals)"
SPEECH_BY_VERSION = "offline speech evaluator (10 seeds, macro F1), by scikit-learn version"
VISION_VARIANTS = "variants of the Cupcake file, 2023-03-15"
ACQUISITION_2023, HALF_DIGIT = 0.76619, 5e-6
"""The offline score with the libraries of 2023; only five digits of it are given."""

REFUSED = math.nan
GIVEN_ANYWAY = {
    "one label 2": "the model answers 2, which is wrong here and ended the site's evaluator",
    "nested": "the form before 15 March 2023",
}
"""Variants that ended the site's evaluator and get a score here."""


class Refusal(Exception):
    """A check refuses the files."""


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    ours: float
    public: float
    agrees: bool
    note: str = ""

    def __str__(self) -> str:
        verdict = "equal" if self.ours == self.public else "within tolerance" if self.agrees else "OFF"
        if math.isnan(self.public) and self.agrees:
            verdict = "refused" if math.isnan(self.ours) else "given"
        return f"{self.name:72} {_shown(self.ours):>22} {_shown(self.public):>22}  {verdict}{self.note}"


def _shown(value: float) -> str:
    return "none" if math.isnan(value) else repr(value)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=parity_folder())
    folder = parser.parse_args().folder
    if folder is None:
        print("There is no parity set: name its folder.", file=sys.stderr)
        return 2
    expected = json.loads((folder / "reference_scores.json").read_bytes())
    online = json.loads((folder / "online_scores.json").read_bytes())
    print(f"{'':72} {'ours':>22} {'theirs':>22}")
    agree = True
    with tempfile.TemporaryDirectory() as work:
        for line in _lines(folder, Path(work), expected, online):
            print(line, flush=True)
            agree &= line.agrees
    print("All agree." if agree else "Some are off.")
    return 0 if agree else 1


def _lines(folder: Path, work: Path, expected: dict[str, Any], online: dict[str, Any]) -> Iterator[Line]:
    then, offline = online["libraries of the time"], online[SPEECH_BY_VERSION]
    yield from _vision(folder / "vision-selection", work, expected["vision-selection"]["scores"])
    split = _split(folder / "vision-selection", work / "split")
    yield from _vision(split, work, expected["vision-selection"]["scores"], f" in {VISION_PARTS} parts")
    yield from _vision_2023(folder / "vision-selection", work, then["vision-selection"])
    yield from _speech(folder / "speech-selection", work, expected["speech-selection"])
    yield from _speech_2023(folder / "speech-selection", work, then["speech-selection"], offline["1.1.3, 1.3.2"])
    yield from _acquisition(folder / "acquisition", work, expected["acquisition"])
    yield from _acquisition_2023(folder / "acquisition", work, then["acquisition"])
    yield from _cleaning(folder / "vision-cleaning", work, expected["vision-cleaning"])
    yield from _cleaning_2023(folder / "vision-cleaning", work, online["vision-cleaning"])


def _vision(source: Path, work: Path, expected: dict[str, Any], note: str = "") -> Iterator[Line]:
    bundle = _import("vision-selection", source, work)
    tasks = _score(bundle, source / "train_sets")["tasks"]
    for task, metrics in expected.items():
        for metric, value in metrics.items():
            yield _line(f"vision-selection{note} {task} {metric}", tasks[task][metric], value)


def _vision_2023(source: Path, work: Path, expected: dict[str, Any]) -> Iterator[Line]:
    bundle = _import("vision-selection", source, work)
    offline = _score(bundle, source / "train_sets", scorer="reference-2023")["tasks"]
    online = _score(bundle, source / "train_sets", scorer="online")
    for task in offline:
        yield _line(f"vision-selection reference-2023 {task} f1", offline[task]["f1"], expected[task][F1])
        yield _line(f"vision-selection online {task}", online["tasks"][task]["online_f1"], expected[task][SHOWN_F1])
    board = expected["board"]["mean of 3-decimal scores"]
    yield _line("vision-selection online board", online["score"]["value"], board)
    for name, files in vision_variants(source / "train_sets").items():
        found = _outcome(bundle, files, work, scorer="online", task="Cupcake", metric="online_f1")
        yield _variant(f"vision-selection online, {name}", found, expected[VISION_VARIANTS][name])


def _speech_2023(source: Path, work: Path, expected: dict[str, Any], offline: dict[str, float]) -> Iterator[Line]:
    bundle = _import("speech-selection", source, work)
    files = sorted(source.glob("*_train.json"))
    then = _score(bundle, *files, scorer="reference-2023")["tasks"]
    online = _score(bundle, *files, scorer="online")["tasks"]
    for task, values in expected.items():
        yield _line(f"speech-selection reference-2023 {task} macro_f1", then[task]["macro_f1"], offline[task])
        shown = online[task]["online_balanced_accuracy"]
        yield _line(f"speech-selection online {task}", shown, values["score 2023-03-15 (x 100, 3 decimals)"])
        for name, files_of in speech_variants(source / f"{task}_train.json", task).items():
            found = _outcome(bundle, files_of, work, scorer="online", task=task, metric="online_balanced_accuracy")
            yield _variant(f"speech-selection online {task}, {name}", found, values["variants, 2023-03-15"][name])


def _acquisition_2023(source: Path, work: Path, expected: dict[str, Any]) -> Iterator[Line]:
    bundle = _import("acquisition", source, work)
    files = source / "submission/my"
    then = _score(bundle, files, scorer="reference-2023")["score"]["value"]
    yield Line("acquisition reference-2023 score", then, ACQUISITION_2023, abs(then - ACQUISITION_2023) <= HALF_DIGIT)
    result = _score(bundle, files, scorer="online")
    for market in result["tasks"]:
        values = expected[f"market_{market}"]
        shown = result["tasks"][market]["online_accuracy"]
        yield _line(f"acquisition online {market}", shown, values["score with random.seed(0)"])
        drawn = every_draw(bundle, files, market)
        for seed, value in enumerate(values["scores with random.seed(0..19)"]):
            yield _line(f"acquisition online {market}, random.seed({seed})", drawn[seed], value)
        for name, sets in acquisition_variants(files, market, values["rows owned"]).items():
            found = _outcome(bundle, sets, work, scorer="online", task=market, metric="online_accuracy")
            yield _variant(f"acquisition online {market}, {name}", found, values["variants"][name])
    board = expected["board, equal weights, random.seed(0) before each market"]
    yield _line("acquisition online board", result["score"]["value"], board)


def _cleaning_2023(source: Path, work: Path, expected: dict[str, Any]) -> Iterator[Line]:
    bundle = _import("vision-cleaning", source, work)
    for task, methods in expected.items():
        for method, values in methods.items():
            file = source / f"submissions/{task}_{method}.txt"
            for scorer, metric, theirs in (
                ("reference-2023", "fraction_fixes", values["fraction_fixes"]),
                ("online", "online_fraction_fixes", values["score (100 x round(fraction, 4))"]),
            ):
                ours = _score(bundle, file, scorer=scorer, curves=False)["tasks"][task][metric]
                yield _line(f"vision-cleaning {scorer} {task} {method}", ours, theirs)


def _outcome(bundle: Path, files: Files, work: Path, *, scorer: str, task: str, metric: str) -> float:
    """The metric of files that stand in memory, or ``REFUSED``."""
    folder = Path(tempfile.mkdtemp(dir=work))
    for name, content in files.items():
        (folder / name).write_bytes(content)
    try:
        return float(_score(bundle, folder, scorer=scorer, curves=False)["tasks"][task][metric])
    except Refusal:
        return REFUSED


def _variant(name: str, ours: float, theirs: dict[str, Any] | float) -> Line:
    """A line for a variant; where the site's evaluator failed, ours must refuse, or give more than it did."""
    if isinstance(theirs, float):
        return _line(name, ours, theirs)
    if "score" in theirs:
        return _line(name, ours, theirs["score"])
    for reason, note in GIVEN_ANYWAY.items():
        if reason in name:
            return Line(name, ours, REFUSED, not math.isnan(ours), f": {note}")
    return Line(name, ours, REFUSED, math.isnan(ours))


def _speech(source: Path, work: Path, expected: dict[str, Any]) -> Iterator[Line]:
    bundle = _import("speech-selection", source, work)
    tasks = _score(bundle, *sorted(source.glob("*_train.json")))["tasks"]
    for task, metrics in expected.items():
        yield _line(f"speech-selection {task} macro_f1", tasks[task]["macro_f1"], metrics["macro_f1"])


def _acquisition(source: Path, work: Path, expected: dict[str, Any]) -> Iterator[Line]:
    bundle = _import("acquisition", source, work)
    for model, scorer in (("lr", "reference"), ("knn", "reference-knn")):
        result = _score(bundle, source / "submission/my", scorer=scorer)
        for market, values in expected["accuracy"][model].items():
            for theirs, metric in (("acc", "accuracy"), ("cost", "cost")):
                yield _line(f"acquisition {scorer} {market} {metric}", result["tasks"][market][metric], values[theirs])
        yield _line(f"acquisition {scorer} score", result["score"]["value"], expected["official_score"][model])


def _cleaning(source: Path, work: Path, expected: dict[str, Any]) -> Iterator[Line]:
    bundle = _import("vision-cleaning", source, work)
    for task, values in expected.items():
        for method, fraction in values["fraction_fixes"].items():
            result = _score(bundle, source / f"submissions/{task}_{method}.txt")
            yield _line(
                f"vision-cleaning {task} {method} fraction_fixes", result["tasks"][task]["fraction_fixes"], fraction
            )
            yield _line(
                f"vision-cleaning {task} {method} accuracy before",
                result["tasks"][task]["accuracy_before"],
                values["before"],
            )
            yield _curve(f"vision-cleaning {task} {method} curve", result["curves"][task], values["curves"][method])


def _curve(name: str, ours: list[float], theirs: list[float]) -> Line:
    """``ours`` and ``public`` are the means for display; the comparison is point by point."""
    distances = np.abs(np.subtract(ours, theirs)) if len(ours) == len(theirs) else np.array([np.inf])
    equal = int((distances < TOLERANCE).sum())
    agrees = equal >= CURVE_EQUAL and distances.max() <= CURVE_STEP + TOLERANCE
    return Line(name, float(np.mean(ours)), float(np.mean(theirs)), bool(agrees), f": {equal} of {len(theirs)} points")


def _line(name: str, ours: float, public: float) -> Line:
    return Line(name, ours, public, abs(ours - public) <= TOLERANCE)


def _split(source: Path, target: Path) -> Path:
    """The same data with the pool in part files."""
    shutil.copytree(source, target)
    pool = next((target / "embeddings").glob("*.parquet"))
    table = pq.read_table(pool)
    pool.unlink()
    pool.mkdir()
    for number, rows in enumerate(np.array_split(np.arange(len(table)), VISION_PARTS)):
        pq.write_table(table.slice(int(rows[0]), len(rows)), pool / f"part-{number:05d}.parquet")
    return target


def _import(challenge: str, source: Path, work: Path) -> Path:
    bundle = work / f"bundle-{len(list(work.glob('bundle-*')))}"
    _run("import", challenge, source, bundle)
    return bundle


def _score(bundle: Path, *files: Path, scorer: str = "reference", curves: bool = True) -> dict[str, Any]:
    """Check and score.

    Raises:
        Refusal: the check refuses the files.
    """
    store = ("--store", bundle.parent / "store")
    _run("check", bundle, *files, "--scorer", scorer, *store)
    more = () if curves else ("--no-curves",)
    result: dict[str, Any] = json.loads(_run("score", bundle, *files, "--scorer", scorer, "--json", *more, *store))
    return result


def _run(*arguments: str | Path) -> bytes:
    done = subprocess.run([sys.executable, "-m", "evaluators", *map(str, arguments)], capture_output=True, check=False)
    if done.returncode == ExitCode.SUBMISSION_FAULT and arguments[0] == "check":
        raise Refusal
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, arguments))}: {done.stderr.decode()}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
