"""The command line inside this process, where the libraries are loaded already: starting Python takes a second.

That ``python -m evaluators`` is the same is tested in ``tests/evaluators/cli``.
"""

from __future__ import annotations

import io
import subprocess
from contextlib import redirect_stderr, redirect_stdout

from evaluators.cli.main import main


def call(*arguments: object, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    """What one command prints, and its exit code.

    Raises:
        subprocess.CalledProcessError: it failed, unless ``check`` is false.
    """
    words = [str(argument) for argument in arguments]
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = int(main(words))
        except SystemExit as leaving:  # argparse
            code = int(leaving.code or 0)
    printed, complained = (stream.buffer.getvalue() for stream in (out, err))  # type: ignore[attr-defined]
    done = subprocess.CompletedProcess(words, code, printed, complained)
    if check:
        done.check_returncode()
    return done
