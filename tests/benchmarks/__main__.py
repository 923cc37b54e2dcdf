"""``./run bench [evaluators|site]``: all measurements, or one part."""

from __future__ import annotations

import argparse

from tests.benchmarks import evaluators, site

PARTS = {"evaluators": evaluators.run, "site": site.run}

parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
parser.add_argument("part", nargs="?", choices=PARTS)
chosen = parser.parse_args().part
for name, measure in PARTS.items():
    if chosen in (None, name):
        measure()
