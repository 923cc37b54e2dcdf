"""``./run bench [evaluators|solvers|baselines|site|queue|clients]``: all measurements, or one part."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from tests.benchmarks import baselines, challenges, clients, pools, queue, site, solvers

parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
parser.add_argument("part", nargs="?", choices=("evaluators", "solvers", "baselines", "site", "queue", "clients"))
parser.add_argument("pages", nargs="*", type=Path, help="Markdown to put the tables of the baselines into")
options = parser.parse_args()
PARTS = {
    "evaluators": (pools.run, challenges.run),
    "solvers": (solvers.run,),
    "baselines": (partial(baselines.run, options.pages),),
    "site": (site.run,),
    "queue": (queue.run,),
    "clients": (clients.run,),
}
for name, measurements in PARTS.items():
    if options.part in (None, name):
        for measure in measurements:
            measure()
