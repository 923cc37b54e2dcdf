"""The image's entrypoint, with a stand-in for Python that says who runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from leaderboard.environment import TREE

OWNER, GROUP = 10001, 10002


@pytest.fixture
def image() -> Iterator[Path]:
    """A folder like the image's root, which every account can read."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        root = Path(name)
        for folder in ("docker", "bin", "data"):
            (root / folder).mkdir()
        shutil.copy(TREE / "docker" / "entrypoint", root / "docker")
        (root / "bin" / "python").write_text('#!/bin/sh\necho "$(id -u) $(id -G) $HOME $PWD $*"\n')
        for path in (root, *root.rglob("*")):
            path.chmod(0o755)
        yield root


def said(image: Path, *arguments: str) -> str:
    environment = {"PATH": f"{image}/bin:/usr/bin:/bin", "HOME": "/root", "RATCHET_DATA_DIR": f"{image}/data"}
    command = [str(image / "docker" / "entrypoint"), *arguments]
    return subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("arguments", [("migrate",), ("manage", "migrate")])
def test_root_becomes_the_owner_of_the_data_folder(image: Path, arguments: tuple[str, ...]) -> None:
    os.chown(image / "data", OWNER, GROUP)
    (image / "data").chmod(0o700)
    assert said(image, *arguments) == f"{OWNER} {GROUP} {image}/data {image} manage.py migrate"


@pytest.mark.parametrize("there", [True, False])
def test_who_owns_the_data_folder_or_will_create_it_stays(image: Path, there: bool) -> None:
    if not there:
        (image / "data").rmdir()
    user, *rest = said(image, "migrate").split()
    assert (user, rest[-4:]) == (str(os.geteuid()), ["/root", str(image), "manage.py", "migrate"])


def test_anything_else_is_told_what_there_is(image: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as failed:
        said(image, "serve")
    assert failed.value.returncode == 2
    listed = [line.split()[0] for line in failed.value.stderr.splitlines() if line.startswith("  ")]
    assert listed == ["web", "worker", "migrate", "demo", "manage"]
