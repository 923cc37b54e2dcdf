"""``show-rows``: the command that the site runs in the sandbox to show rows of a public table."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from evaluators.problems.problem import BundleError, Problem
from evaluators.specification.table import Table
from evaluators.tables.preview import show_rows

Add = Callable[[str, Callable[[argparse.Namespace], None], str], argparse.ArgumentParser]


def add_command(add: Add) -> None:
    """Add this module's command to the command line."""
    command = add("show-rows", _show_rows, "Ids and labels of a table as JSON, its pictures as DIR/pixels.npy.")
    command.add_argument("folder", type=Path, metavar="FOLDER", help="a bundle, or the table's files as in one")
    command.add_argument("table", type=Table.model_validate_json, metavar="TABLE", help="the table, as JSON")
    command.add_argument("--out", type=Path, required=True, metavar="DIR")
    command.add_argument("--max-rows", type=int, default=20_000, metavar="N")
    command.add_argument("--max-pixel-bytes", type=int, default=32 * 1024 * 1024, metavar="N")
    command.add_argument("--json", action="store_true", help="print what is wrong as JSON, too")


def _show_rows(options: argparse.Namespace) -> None:
    try:
        shown = show_rows(
            options.folder, options.table, max_rows=options.max_rows, max_pixel_bytes=options.max_pixel_bytes
        )
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise BundleError(Problem("the rows cannot be read.", file=options.table.files[0])) from error
    if shown.pixels is not None:
        np.save(options.out / "pixels.npy", shown.pixels)
    print(json.dumps({"ids": shown.ids, "labels": shown.labels}))
