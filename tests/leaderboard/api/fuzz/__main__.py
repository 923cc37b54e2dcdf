"""``./run python -m tests.leaderboard.api.fuzz --cases 6000``: send random requests to the API and print a summary."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pytest

TEST = Path(__file__).parents[1] / "test_fuzz.py"

parser = argparse.ArgumentParser(prog="./run python -m tests.leaderboard.api.fuzz", description=__doc__)
parser.add_argument("--cases", type=int, default=6000, help="how many requests, over all kinds of users (6000)")
parser.add_argument("--seed", type=int, default=0, help="other requests for every number (0)")
options = parser.parse_args()
os.environ |= {"FUZZ_CASES": str(options.cases), "FUZZ_SEED": str(options.seed)}
sys.exit(pytest.main(["-q", "--show-capture=no", "--tb=line", f"{TEST}::test_no_request_breaks_the_api"]))
