"""The command line: ``python -m evaluators check|score|baseline|prepare|…``.

``score`` is the very command that the site runs in its sandbox. BUNDLE is a challenge's bundle, or a dataset prepared
from it; FILES are files, folders or zip archives. Results go to standard output, everything else to standard error.

Exit codes: 0, 1 the submission is at fault (for ``reproduce``: SOURCE has no challenge, or a submission that no scorer
takes), 2 the call is at fault (or the bundle), 70 and above: we are; an import, a preparation or a reproduction that
was told to end by SIGTERM cleans up and leaves by 143.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from evaluators.bundles.importers import IMPORTERS
from evaluators.cli import bundles, drafting, readiness, reproduce, rows
from evaluators.cli.absent import without
from evaluators.cli.stopping import stoppable
from evaluators.datasets.keyed import KEY_CHARACTERS
from evaluators.datasets.prepared import PreparedDataset, is_prepared
from evaluators.datasets.preparing import open_bundle, prepare, prepare_splits
from evaluators.kinds.registry import every_kind
from evaluators.learning.entries import load
from evaluators.learning.procfs import look_at_procfs
from evaluators.problems.problem import BundleError, ExitCode, SubmissionError, quoted
from evaluators.registry import UnknownScorer, baselines_for, write_baseline
from evaluators.scoring.checking import check
from evaluators.scoring.publishing import published
from evaluators.scoring.result import Result
from evaluators.specification.challenge import TEST_SPLITS
from evaluators.submissions.uploads import Upload, read_files

EVERY = "all"


def main(arguments: Sequence[str]) -> int:
    """Run one command; return its exit code."""
    look_at_procfs()
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], None] = options.command
    try:
        command(options)
    except SubmissionError as error:
        if getattr(options, "json", False):
            problems = [problem.as_dict() for problem in error.problems]
            print(json.dumps({"problems": problems}))
        print(error, file=sys.stderr)
        return ExitCode.SUBMISSION_FAULT
    except BundleError as error:
        if getattr(options, "json", False):
            print(json.dumps({"problems": [problem.as_dict() for problem in error.problems], "omitted": error.omitted}))
        print(error, file=sys.stderr)
        return ExitCode.USAGE
    except (FileNotFoundError, UnknownScorer) as error:
        print(error, file=sys.stderr)
        return ExitCode.USAGE
    except MemoryError:
        return ExitCode.OUT_OF_MEMORY
    except Exception:
        traceback.print_exc()
        return ExitCode.OUR_FAULT
    return ExitCode.SUCCESS


def _check(options: argparse.Namespace) -> None:
    dataset, uploads = _inputs(options)
    print("\n".join(check(dataset, uploads, scorer=options.scorer).lines))


# scikit-learn imports pandas if it is installed: a third of a second and 60 MB that scoring doesn't need.
_lean = without("pandas")


@_lean
def load_scoring() -> None:
    """Import what ``score`` may need for any challenge."""
    import_module("evaluators.scoring.score")
    for scorer in (scorer for kind in every_kind() for scorer in kind.scorers):
        load(scorer.reading)
        scorer.load()
        scorer.load(curves=False)


@_lean
def _score(options: argparse.Namespace) -> None:
    started = time.perf_counter()
    # Only this command needs scikit-learn and faiss, which take most of a second to load.
    scoring = import_module("evaluators.scoring.score")
    timings = {"imports": time.perf_counter() - started}
    dataset, uploads = _inputs(options)
    curves = options.curves and options.json  # the table shows none
    result: Result = scoring.score(dataset, uploads, scorer=options.scorer, curves=curves, timings=timings)
    if options.json:
        content = result.to_bytes()
        sys.stdout.buffer.write(published(content, key=options.key) if options.key else content)
        sys.stdout.flush()
    else:
        print(_table(result))
    if options.timings:
        print(json.dumps(timings), file=sys.stderr)


def _table(result: Result) -> str:
    """The scores as text for people: a line for each task, then the final score."""
    metrics = list(next(iter(result.tasks.values())))
    width = max(len(name) for name in [*result.tasks, "task"])
    lines = ["  ".join(["task".ljust(width), *(f"{name:>17}" for name in metrics)])]
    for task, scores in result.tasks.items():
        lines.append("  ".join([task.ljust(width), *(f"{scores[name]:17.6f}" for name in metrics)]))
    drawn = {task: slices["draws"] for task, slices in result.slices.items() if "draws" in slices}
    lines += ["", *(reproduce.draws_line(task, draws) for task, draws in drawn.items())] if drawn else []
    seeds = f"{len(result.seeds)} seeds" if len(result.seeds) > 1 else "1 seed"
    lines += ["", f"score {result.score.value!r} (mean {result.score.metric} over {len(result.tasks)} tasks, {seeds})"]
    return "\n".join(lines)


def _baseline(options: argparse.Namespace) -> None:
    dataset = open_bundle(options.bundle, options.store)
    available = {info.name: info for info in baselines_for(dataset.specification)}
    if options.name not in (*available, EVERY):
        raise FileNotFoundError(f"this challenge has no baseline '{options.name}'; it has {', '.join(available)}")
    for name, info in available.items():
        if options.name in (name, EVERY):
            # Every baseline writes files of the same names, so each needs a folder of its own.
            folder = options.out / name if options.name == EVERY else options.out
            with _writing(folder):
                folder.mkdir(parents=True, exist_ok=True)
                paths = write_baseline(info, dataset, folder, seed=options.seed)
            print(*paths, sep="\n")


def _import(options: argparse.Namespace) -> None:
    if options.bundle.exists() and (not options.bundle.is_dir() or any(options.bundle.iterdir())):
        raise FileNotFoundError(f"{options.bundle} is there already and is not an empty folder")
    with stoppable(), _writing(options.bundle):
        noticed: list[str] = IMPORTERS[options.challenge].load()(options.source, options.bundle)
    print(*noticed, sep="\n", file=sys.stderr)
    print(options.bundle)


def _prepare(options: argparse.Namespace) -> None:
    with stoppable():
        if options.part:
            prepared = [prepare(options.bundle, options.store, split=options.part)]
        else:
            prepared = [part.path for part in prepare_splits(options.bundle, options.store)]
    print(*prepared, sep="\n")


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Report as an error of the caller that ``folder`` or a file in it can't be written."""
    try:
        yield
    except OSError as error:
        at = Path(str(error.filename))
        if error.filename is None or not (at.is_relative_to(folder) or folder.is_relative_to(at)):
            raise
        raise FileNotFoundError(f"{folder} cannot be written: {error.strerror} ({at})") from error


def _inputs(options: argparse.Namespace) -> tuple[PreparedDataset, list[Upload]]:
    return open_bundle(options.bundle, options.store, split=options.part or "test"), read_files(options.files)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evaluators", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, function: Callable[[argparse.Namespace], None], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(command=function)
        return command

    checking = add("check", _check, "Check a submission without scoring it.")
    scoring = add("score", _score, "Score a submission.")
    scoring.add_argument("--json", action="store_true", help="print the result as the site records it")
    scoring.add_argument("--key", type=_key, metavar="FILE", help="with --json: print it as participants get it")
    scoring.add_argument("--no-curves", dest="curves", action="store_false", help="the numbers alone, which is quicker")
    scoring.add_argument("--timings", action="store_true", help="end standard error with seconds by part, as JSON")
    baseline = add("baseline", _baseline, "Write a baseline's submission, or with all every one's into DIR/NAME.")
    names = dict.fromkeys(name for kind in every_kind() for name in kind.baselines)
    baseline.add_argument("name", metavar="NAME", help=", ".join([*names, EVERY]))
    baseline.add_argument("--json", action="store_true", help="print as JSON why the data allow no such baseline")
    preparing = add("prepare", _prepare, "Prepare a bundle for scoring and print where it is.")
    preparing.add_argument("--json", action="store_true", help="print what is wrong with the bundle as JSON")
    for command in (checking, scoring, baseline, preparing):
        command.add_argument("bundle", type=_folder, metavar="BUNDLE")
        command.add_argument("--store", type=Path, default=default_store(), help="folder for prepared datasets")
    for command in (checking, scoring, preparing):
        command.add_argument(
            "--part", choices=TEST_SPLITS, help="the part of the test set; default: test, to prepare: both"
        )
    scorers = dict.fromkeys(info.name for kind in every_kind() for info in kind.scorers)
    for command in (checking, scoring):
        command.add_argument("--scorer", metavar="NAME", help=f"{', '.join(scorers)}; default: the challenge's own")
        command.add_argument("files", type=_existing, nargs="+", metavar="FILES")
    baseline.add_argument("--out", type=Path, required=True, metavar="DIR")
    baseline.add_argument("--seed", type=_seed, default=0, metavar="N", help="0 to 4294967295")
    importing = add("import", _import, "Make a bundle of a challenge that was published elsewhere.")
    importing.add_argument("challenge", choices=sorted(IMPORTERS), metavar="CHALLENGE", help=", ".join(IMPORTERS))
    importing.add_argument("source", type=_existing, metavar="SOURCE", help="the folder as it is published")
    importing.add_argument("bundle", type=Path, metavar="BUNDLE", help="the new folder to write")
    bundles.add_commands(add)
    drafting.add_commands(add)
    readiness.add_command(add, folder=_folder, store=default_store())
    reproduce.add_command(add)
    rows.add_command(add)
    return parser


def default_store() -> Path:
    """The folder that keeps prepared datasets between calls: in the site's data, or in the user's cache folder."""
    if os.environ.get("RATCHET_DATA_DIR"):
        return Path(os.environ["RATCHET_DATA_DIR"]) / "datasets"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ratchet" / "datasets"


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) < 2**32):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a whole number from 0 to {2**32 - 1}")
    return int(text)


def _key(text: str) -> str:
    """The key of a dataset, which an archive has in ``tables/dataset_versions.json``."""
    content = _existing(text).read_text("utf-8", "replace")[: 4 * KEY_CHARACTERS].strip()
    if not re.fullmatch(f"[0-9a-f]{{{KEY_CHARACTERS}}}", content):
        raise argparse.ArgumentTypeError(f"{quoted(text)} doesn't hold a key: {KEY_CHARACTERS} digits 0-9, a-f")
    return content


def _existing(text: str) -> Path:
    path = Path(text)
    if not path.exists():
        raise argparse.ArgumentTypeError(f"there is no {text}")
    return path


def _folder(text: str) -> Path:
    path = _existing(text)
    if not path.is_dir() or not (is_prepared(path) or (path / "challenge.yaml").is_file()):
        raise argparse.ArgumentTypeError(f"{text} is not a bundle: it has no challenge.yaml")
    return path
