"""``check-bundle`` and ``unpack-bundle``: for organizers on their own machines, and for the site in its sandbox."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

Add = Callable[[str, Callable[[argparse.Namespace], None], str], argparse.ArgumentParser]


def add_commands(add: Add) -> None:
    """Add this module's commands to the command line."""
    checking = add("check-bundle", _check, "Say everything that is wrong with a bundle, a folder or a zip.")
    checking.add_argument("bundle", type=Path, metavar="BUNDLE")
    checking.add_argument("--json", action="store_true", help="one JSON object; also for problems")
    checking.add_argument("--out", type=Path, metavar="DIR", help="leave the files of a zip in this empty folder")
    unpacking = add("unpack-bundle", _unpack, "Unpack the files that a zip's challenge.yaml names, and no others.")
    unpacking.add_argument("bundle", type=Path, metavar="ZIP")
    unpacking.add_argument("--out", type=Path, required=True, metavar="DIR", help="an empty folder")
    unpacking.add_argument("--json", action="store_true", help="one JSON object; also for problems")


def _check(options: argparse.Namespace) -> None:
    _there(options.bundle)
    if options.out is not None:
        _empty(options.out)
    # This loads pyarrow, which the other commands may not need.
    checked = import_module("evaluators.bundles.check").check_bundle(options.bundle, out=options.out)
    if options.json:
        print(json.dumps({"specification": checked.specification.model_dump(mode="json"), "rows": checked.rows}))
    else:
        print(*checked.lines, sep="\n")


def _unpack(options: argparse.Namespace) -> None:
    _there(options.bundle)
    _empty(options.out)
    specification = import_module("evaluators.bundles.check").unpack_bundle(options.bundle, options.out)
    if options.json:
        print(json.dumps({"specification": specification.model_dump(mode="json")}))
    else:
        print(options.out)


def _there(path: Path) -> None:
    if not path.exists():
        raise FileNotFoundError(f"there is no {path}")


def _empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileNotFoundError(f"{folder} is not an empty folder")
