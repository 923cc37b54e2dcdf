"""Start a run with some of its walls taken away: what holds then, holds by itself.

Production code has no switch for this. The walls are taken away from a copy of the evaluators, and from the command
that starts it. ``python -m tests.evaluators.sandbox.walls`` prints the table of attacks and walls.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from evaluators.sandbox import Limits
from evaluators.sandbox.kinds import LANDLOCK, NAMESPACES
from evaluators.sandbox.process import end, rlimits, start
from evaluators.sandbox.view import Folders, Launch, view_of_run
from evaluators.walls import seccomp
from tests.evaluators.confined import write_confined
from tests.evaluators.sandbox.probes import PROBES, PROGRAM

WALLS = ("namespaces", "landlock", "filter", "limits")
COLUMNS = {
    "all": frozenset(WALLS),
    "all but namespaces": frozenset(WALLS) - {"namespaces"},
    "all but landlock": frozenset(WALLS) - {"landlock"},
    "all but filter": frozenset(WALLS) - {"filter"},
    "all but limits": frozenset(WALLS) - {"limits"},
    **{f"only {wall}": frozenset({wall}) for wall in WALLS},
}

NO_LANDLOCK = "def version():\n    return 0\n\ndef restrict(readable, writable):\n    return 0\n"
NO_FILTER = "\n\ndef _filter_calls():\n    pass\n"


@dataclass(frozen=True, slots=True)
class Host:
    """What is to be attacked: this process, its servers, and a file that isn't the run's."""

    port: int
    abstract: str
    victim: Path

    def as_dict(self) -> dict[str, object]:
        return {"pid": os.getpid(), "port": self.port, "abstract": self.abstract, "victim": str(self.victim)}


@contextmanager
def a_host(folder: Path) -> Iterator[Host]:
    victim = folder / "victim"
    victim.write_text("secret")
    name = f"ratchet-probe-{os.getpid()}-{folder.name}"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind(f"\0{name}")
        abstract.listen()
        yield Host(tcp.getsockname()[1], name, victim)


def attack(walls: frozenset[str], folder: Path, host: Host, *, landlock: int | None = None) -> dict[str, str]:
    """Try every attack with these walls only; ``done``, or the name of the error that stopped it.

    ``landlock`` is the version of Landlock that the kernel is to have, up to the one it has.
    """
    package, dataset = folder / "evaluators", folder / "dataset"
    write_confined(package, PROGRAM)
    dataset.mkdir(exist_ok=True)
    (dataset / "file").write_text("content")
    if landlock is not None:
        with (package / "walls" / "landlock.py").open("a") as code:
            code.write(f"\n\ndef version():\n    return {landlock}\n")
    if "landlock" not in walls:
        (package / "walls" / "landlock.py").write_text(NO_LANDLOCK)
    if "filter" not in walls:
        confinement = package / "walls" / "confinement.py"
        confinement.write_text(confinement.read_text() + NO_FILTER)
    folders = Folders(dataset=dataset)
    limits = rlimits(folders, Limits(cpu_seconds=20)) if "limits" in walls else {}
    sandbox = NAMESPACES if "namespaces" in walls else LANDLOCK
    with sandbox.launched(view_of_run(folders, package)) as launch:
        return _answers(replace(launch, filtered=launch.filtered and "filter" in walls), limits, host)


def _answers(launch: Launch, limits: dict[str, int], host: Host) -> dict[str, str]:
    order = json.dumps({"limits": limits, "rules": asdict(launch.rules)})
    arguments = [order, json.dumps(host.as_dict())]
    with start(launch, arguments, seccomp.for_start, (subprocess.PIPE, subprocess.PIPE)) as process:
        try:
            output, errors = process.communicate(timeout=60)
        finally:
            end(process)
    if process.returncode != 0:
        raise RuntimeError(errors.decode(errors="replace"))
    found: dict[str, str] = json.loads(output)
    return found


def table(folder: Path) -> dict[str, dict[str, str]]:
    """The answers by column and attack."""
    with a_host(folder) as host:
        return {name: attack(walls, folder, host) for name, walls in COLUMNS.items()}


def as_markdown(found: dict[str, dict[str, str]]) -> str:
    lines = ["| attack | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for attack_ in PROBES:
        answers = (found[column][attack_] for column in COLUMNS)
        cells = ("**open**" if answer == "done" else answer for answer in answers)
        lines.append(f"| {attack_} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        sys.stdout.write(as_markdown(table(Path(name))) + "\n")
