"""The first code to run inside the sandbox: it limits and confines its own process, then runs the command line.

    python inside.py ORDER ARGUMENT... | self-test

ORDER is a JSON object of ``limits``, names and values of rlimits, and ``rules``, see ``confinement``. What is set here
binds everything that runs afterwards: raising a hard limit takes a capability that nothing in the sandbox has. The hard
limit of processor time is one second above the soft one, so that the process is ended by a signal that names the
reason.

Failures that the command line doesn't handle end with an exit code of their own. An uncaught exception would otherwise
exit with Python's 1, which means that the submission is at fault.
"""

import json
import os
import resource
import sys
import traceback
from collections.abc import Mapping, Sequence

from evaluators.cli import self_test
from evaluators.problems.problem import ExitCode
from evaluators.walls.confinement import Rules, confine

SELF_TEST = "self-test"
_ONLY_OWNER = 0o077


def under(limits: Mapping[str, int], rules: Rules, arguments: Sequence[str]) -> int:
    """Limit and confine this process, and run the command line; return the exit code."""
    try:
        # Modes can't be changed later.
        os.umask(_ONLY_OWNER)
        for name, value in limits.items():
            resource.setrlimit(getattr(resource, name), (value, value + (name == "RLIMIT_CPU")))
        landlock = confine(rules)
        if list(arguments) == [SELF_TEST]:
            # Every worker does this every minute, and the command line takes most of a second to load.
            return self_test.main(landlock)
        from evaluators.cli.main import main as command_line  # noqa: PLC0415 - only under the limits

        return command_line(arguments)
    except MemoryError:
        return ExitCode.OUT_OF_MEMORY
    except BaseException:
        traceback.print_exc()
        return ExitCode.OUR_FAULT


def end(code: int) -> None:
    """End this process without the libraries' clean-up, which might change the exit code."""
    try:
        sys.stdout.flush()
    except BaseException:
        code = ExitCode.OUR_FAULT
    os._exit(code)


def main(order: str, arguments: Sequence[str]) -> None:
    """Do what is ordered, and end this process."""
    found = json.loads(order)
    end(under(found["limits"], Rules(**found["rules"]), arguments))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
