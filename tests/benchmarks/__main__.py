"""``./run bench [evaluators|solvers|baselines|site|queue|clients|boards]``: all measurements, or one part."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.benchmarks import baselines, boards, challenges, clients, pools, queue, site, solvers

PARTS = {
    "evaluators": (pools.run, challenges.run),
    "solvers": (solvers.run,),
    "baselines": (lambda: baselines.run(options.pages),),
    "site": (site.run,),
    "queue": (queue.run,),
    "clients": (clients.run,),
    "boards": (boards.run,),
}

parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
parser.add_argument(
    "part", nargs="?", choices=("evaluators", "solvers", "baselines", "site", "queue", "clients", "boards")
)
parser.add_argument("pages", nargs="*", type=Path, help="Markdown to put the tables of the baselines into")
options = parser.parse_args()
for name, measurements in PARTS.items():
    if options.part in (None, name):
        for measure in measurements:
            measure()
