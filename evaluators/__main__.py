"""``python -m evaluators``: see ``cli.main``.

The libraries read their settings when they are loaded, so the environment is set before they are imported.
"""

import io
import os
import sys
from importlib import import_module

from evaluators.learning.determinism import ENVIRONMENT

if __name__ == "__main__":
    os.environ.update(ENVIRONMENT)
    # A terminal that can't show a character gets an escape instead of a crash; standard error already does this.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(import_module("evaluators.cli.main").main(sys.argv[1:]))
