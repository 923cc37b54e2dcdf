"""Our numbers next to those of the public evaluators: ``./run python -m tests.parity [FOLDER]``.

FOLDER holds the parity set; the default is ``RATCHET_PARITY_DIR``, or a folder beside the repository. Every line is
computed by the command line: import, check, score with the reference scorer. Exits 1 if a number is out of tolerance.
"""

from __future__ import annotations

import argparse
import json
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

from tests.parity.folder import parity_folder

TOLERANCE = 1e-12
CURVE_EQUAL, CURVE_STEP = 298, 0.01
VISION_PARTS = 7


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    ours: float
    public: float
    agrees: bool
    note: str = ""

    def __str__(self) -> str:
        verdict = "equal" if self.ours == self.public else "within tolerance" if self.agrees else "OFF"
        return f"{self.name:52} {self.ours!r:>22} {self.public!r:>22}  {verdict}{self.note}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=parity_folder())
    folder = parser.parse_args().folder
    if folder is None:
        print("There is no parity set: name its folder.", file=sys.stderr)
        return 2
    expected = json.loads((folder / "reference_scores.json").read_bytes())
    print(f"{'':52} {'ours':>22} {'public':>22}")
    agree = True
    with tempfile.TemporaryDirectory() as work:
        for line in _lines(folder, Path(work), expected):
            print(line, flush=True)
            agree &= line.agrees
    print("All agree." if agree else "Some are off.")
    return 0 if agree else 1


def _lines(folder: Path, work: Path, expected: dict[str, Any]) -> Iterator[Line]:
    yield from _vision(folder / "vision-selection", work, expected["vision-selection"]["scores"])
    split = _split(folder / "vision-selection", work / "split")
    yield from _vision(split, work, expected["vision-selection"]["scores"], f" in {VISION_PARTS} parts")
    yield from _speech(folder / "speech-selection", work, expected["speech-selection"])
    yield from _acquisition(folder / "acquisition", work, expected["acquisition"])
    yield from _cleaning(folder / "vision-cleaning", work, expected["vision-cleaning"])


def _vision(source: Path, work: Path, expected: dict[str, Any], note: str = "") -> Iterator[Line]:
    bundle = _import("vision-selection", source, work)
    tasks = _score(bundle, source / "train_sets")["tasks"]
    for task, metrics in expected.items():
        for metric, value in metrics.items():
            yield _line(f"vision-selection{note} {task} {metric}", tasks[task][metric], value)


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


def _score(bundle: Path, *files: Path, scorer: str = "reference") -> dict[str, Any]:
    store = ("--store", bundle.parent / "store")
    _run("check", bundle, *files, "--scorer", scorer, *store)
    result: dict[str, Any] = json.loads(_run("score", bundle, *files, "--scorer", scorer, "--json", *store))
    return result


def _run(*arguments: str | Path) -> bytes:
    done = subprocess.run([sys.executable, "-m", "evaluators", *map(str, arguments)], capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, arguments))}: {done.stderr.decode()}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
