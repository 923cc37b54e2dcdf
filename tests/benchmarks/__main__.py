"""``./run bench [evaluators|site|baselines]``: all measurements, or one part."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from tests.benchmarks import baselines, evaluators, site

parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
parser.add_argument("part", nargs="?", choices=("evaluators", "site", "baselines"))
parser.add_argument("pages", nargs="*", type=Path, help="Markdown to put the tables of the baselines into")
options = parser.parse_args()
PARTS = {"evaluators": evaluators.run, "site": site.run, "baselines": partial(baselines.run, options.pages)}
for name, measure in PARTS.items():
    if options.part in (None, name):
        measure()
