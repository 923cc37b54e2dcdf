"""``describe-files``, ``draft-bundle`` and ``data-card``: the commands that the site's wizard runs in the sandbox."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from evaluators.drafting import parse_answers
from evaluators.problems.problem import BundleError, Problem

MAX_ANSWERS_BYTES = 4 * 1024 * 1024

Add = Callable[[str, Callable[[argparse.Namespace], None], str], argparse.ArgumentParser]


def add_commands(add: Add) -> None:
    """Add this module's commands to the command line."""
    describing = add("describe-files", _describe, "Say what files hold, and guess what each column is for.")
    describing.add_argument("folder", type=Path, metavar="FOLDER")
    drafting = add("draft-bundle", _draft, "Make a bundle of files and the wizard's answers.")
    drafting.add_argument("folder", type=Path, metavar="FOLDER")
    drafting.add_argument("answers", type=Path, metavar="ANSWERS.json", help="{} takes every default")
    drafting.add_argument("--out", type=Path, required=True, metavar="DIR", help="the new folder to write")
    card = add("data-card", _card, "Statistics of a bundle's tables, ready to be drawn.")
    card.add_argument("folder", type=Path, metavar="BUNDLE")
    card.add_argument("--seed", type=int, default=0, metavar="N", help="of the sample that is looked at")
    for command in (describing, drafting, card):
        command.add_argument("--json", action="store_true", help="one JSON object; also for problems")


def _describe(options: argparse.Namespace) -> None:
    # These three commands load pyarrow, which the others may not need.
    _print(options, import_module("evaluators.drafting.describing").describe(_existing(options.folder)))


def _draft(options: argparse.Namespace) -> None:
    if options.out.exists() and (not options.out.is_dir() or any(options.out.iterdir())):
        raise FileNotFoundError(f"{options.out} is there already and is not an empty folder")
    answers = parse_answers(_document(options.answers))
    draft = import_module("evaluators.drafting.building").draft
    _print(options, draft(_existing(options.folder), answers, options.out))


def _card(options: argparse.Namespace) -> None:
    _print(options, import_module("evaluators.drafting.card").data_card(_existing(options.folder), options.seed))


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}")
    return folder


def _document(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_ANSWERS_BYTES + 1)
        if len(content) > MAX_ANSWERS_BYTES:
            raise BundleError(Problem("the answers are larger than 4 MiB.", file=path.name))
        return json.loads(content)
    except OSError as error:
        raise FileNotFoundError(f"there is no file {path}") from error
    except (ValueError, RecursionError) as error:
        raise BundleError(Problem("the answers are not valid JSON.", file=path.name)) from error


def _print(options: argparse.Namespace, report: Mapping[str, Any]) -> None:
    """Print the report: compact for programs, indented for people."""
    text = json.dumps(report, allow_nan=False, indent=None if options.json else 1, ensure_ascii=options.json)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
