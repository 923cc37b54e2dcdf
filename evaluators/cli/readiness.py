"""``readiness``: the command that the site runs in the sandbox once the baselines of a dry run are scored."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from evaluators.cli.absent import without
from evaluators.datasets.prepared import PreparedDataset, is_prepared
from evaluators.datasets.preparing import open_bundle
from evaluators.readiness import ReadinessReport
from evaluators.specification.reading import read_specification

Add = Callable[[str, Callable[[argparse.Namespace], None], str], argparse.ArgumentParser]


def add_command(add: Add, *, folder: Callable[[str], Path], store: Path) -> None:
    """Add this module's command to the command line."""
    command = add("readiness", _readiness, "Measure a challenge: its noise, its headroom, its leaks.")
    command.add_argument("bundle", type=folder, metavar="BUNDLE")
    command.add_argument(
        "submissions", type=folder_there, nargs="?", metavar="SUBMISSIONS", help="a folder for each baseline's files"
    )
    command.add_argument("--final", type=folder, metavar="DIR", help="the prepared hidden part of the test set")
    command.add_argument("--store", type=Path, default=store, help="folder for prepared datasets")
    command.add_argument("--json", action="store_true", help="print the report as the site records it")


def folder_there(text: str) -> Path:
    """The path of an existing folder.

    Raises:
        argparse.ArgumentTypeError: the folder doesn't exist.
    """
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return path


@without("pandas")
def _readiness(options: argparse.Namespace) -> None:
    # Only this command and scoring need scikit-learn and faiss, which take most of a second to load.
    measure = import_module("evaluators.readiness.measuring").readiness
    dataset = open_bundle(options.bundle, options.store)
    report: ReadinessReport = measure(dataset, options.submissions, final=_final(options))
    if options.json:
        sys.stdout.buffer.write(report.to_bytes())
        sys.stdout.flush()
    else:
        print(_for_people(report))


def _final(options: argparse.Namespace) -> PreparedDataset | None:
    if options.final is not None:
        return open_bundle(options.final, options.store, split="final")
    if is_prepared(options.bundle) or not read_specification(options.bundle).has_final:
        return None
    return open_bundle(options.bundle, options.store, split="final")


def _for_people(report: ReadinessReport) -> str:
    lines = [
        f"{item.severity}: {item.title}{f' ({item.where})' if item.where else ''}\n"
        f"  {item.measured}. {item.why}\n  {item.remedy}  [{item.code}]"
        for item in report.findings
    ]
    if report.noise is not None:
        lines.append(f"differences below {report.noise.resolvable:.4f} are noise")
    return "\n".join(lines) or "nothing found"
