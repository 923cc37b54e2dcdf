"""The memory of the wizard's commands doesn't grow with the size of the files, and they start no threads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from evaluators import sandbox
from tests.evaluators.drafting.raw_files import data, two_files

ROWS, DIMENSIONS = 60_000, 384

CODE = """
import sys
from evaluators.cli.main import main
code = main(sys.argv[1:])
sys.stderr.write(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")))
sys.exit(code)
"""


def peak_of(*arguments: str) -> int:
    """The peak memory of a command, in MiB."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, *arguments], capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr
    return int(done.stderr.split()[-2]) // 1024


@pytest.mark.slow
def test_memory_is_bounded(tmp_path: Path) -> None:
    folder, answers, out = tmp_path / "files", tmp_path / "answers.json", tmp_path / "out"
    folder.mkdir()
    answers.write_text("{}")
    generator = np.random.default_rng(0)
    np.save(folder / "embeddings.npy", generator.normal(size=(ROWS, DIMENSIONS)).astype(np.float32))
    (folder / "labels.txt").write_text("".join(f"{row % 10}\n" for row in range(ROWS)))
    megabytes = ROWS * DIMENSIONS * 4 // 2**20
    assert megabytes > 80
    for command in (
        ("describe-files", str(folder)),
        ("draft-bundle", str(folder), str(answers), "--out", str(out)),
        ("data-card", str(out)),
    ):
        assert peak_of(*command, "--json") < 350, command[0]


def test_the_commands_work_in_the_sandbox(tmp_path: Path) -> None:
    """In the sandbox no thread or process can be started, and only the output folder is writable."""
    given, out = tmp_path / "given", tmp_path / "out"
    (given / "files").mkdir(parents=True)
    out.mkdir()
    two_files(given / "files", data())
    (given / "answers.json").write_text("{}")
    files, answers = str(sandbox.INPUT / "files"), str(sandbox.INPUT / "answers.json")
    assert json.loads(sandbox.work(["describe-files", files, "--json"], folder=given))["usable"]
    command = ["draft-bundle", files, answers, "--out", str(sandbox.OUTPUT), "--json"]
    report = json.loads(sandbox.work(command, folder=given, output=out))
    assert report["tables"] == {"pool": 192, "test": 48}
    assert json.loads(sandbox.work(["data-card", str(sandbox.INPUT), "--json"], folder=out))["map"]
