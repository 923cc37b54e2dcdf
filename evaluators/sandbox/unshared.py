"""The sandbox without namespaces, for hosts that refuse them: Landlock, the filter and the limits, and no more.

A run is an ordinary process of the worker's account. It takes everything on by itself, see ``confinement``, before it
reads a stranger's byte. It can neither start a process nor leave its process group, so killing the group ends it.

What it shares with the host and other sandboxes hide: it can learn whether a path exists, and size, times and owner of
what is there, since Landlock doesn't cover ``stat``; it sees process ids and the host's name.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from evaluators.sandbox.view import Launch, SandboxUnavailable, View, environment, interpreter, libraries, packages
from evaluators.walls.confinement import Rules

PREFIX = "ratchet-run-"


@contextmanager
def launched(view: View) -> Iterator[Launch]:
    """How to start a run that sees this. It starts in a folder of its own, in which the given folders have links.

    Raises:
        SandboxUnavailable: there is no place for that folder.
    """
    with ExitStack() as made:
        try:
            name = made.enter_context(tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True))
            for link, folder in {**view.read, **view.written}.items():
                (Path(name) / link).symlink_to(folder.resolve(), target_is_directory=True)
        except OSError as error:
            raise SandboxUnavailable(f"there is no folder for temporary files: {error.strerror}.") from error
        yield Launch(
            [str(interpreter()), "-P", "-s", "-B", str(view.evaluators.resolve() / view.script)],
            _rules(view),
            environment(python_path=[view.evaluators.resolve().parent, packages()]),
            Path(name),
        )


def _rules(view: View) -> Rules:
    given = [*libraries(), packages(), view.evaluators, *view.read.values()]
    return Rules(
        readable=[str(path.resolve()) for path in given],
        writable=[str(folder.resolve()) for folder in view.written.values()],
        parent=os.getpid(),
    )
