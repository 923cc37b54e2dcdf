"""The scores of all baselines on all demo challenges, see ``baseline_tables``.

In a process of its own, which computes as the site does: the libraries read the environment when they are loaded.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from evaluators.learning.determinism import ENVIRONMENT


def run(pages: Sequence[Path] = ()) -> None:
    """Print a table for each challenge, and put it into that of ``pages`` which asks for it."""
    command = [sys.executable, "-m", "tests.benchmarks.baseline_tables", *map(str, pages)]
    subprocess.run(command, env=os.environ | ENVIRONMENT, check=True)
