"""The scores of all baselines on all demo challenges, see ``baseline_tables``.

Runs in a separate process with the site's settings for numerical libraries, which read the environment when loaded.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from evaluators.learning.determinism import ENVIRONMENT


def run(pages: Sequence[Path] = ()) -> None:
    """Print a table for each challenge, and write it into the page of ``pages`` that has its marker."""
    command = [sys.executable, "-m", "tests.benchmarks.baseline_tables", *map(str, pages)]
    subprocess.run(command, env=os.environ | ENVIRONMENT, check=True)
