"""``python -m evaluators``: see ``cli``.

The libraries read their settings when they are loaded, so the environment is set before the first import of them.
"""

import os
import sys
from importlib import import_module

from evaluators.determinism import ENVIRONMENT

if __name__ == "__main__":
    os.environ.update(ENVIRONMENT)
    sys.exit(import_module("evaluators.cli").main(sys.argv[1:]))
