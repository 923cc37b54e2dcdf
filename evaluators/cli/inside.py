"""The first code to run inside the sandbox: it limits its own process, then runs the command line.

    python inside.py LIMITS ARGUMENT...

LIMITS is a JSON object of rlimit names and values. Limits set here bind everything that runs afterwards: raising a hard
limit takes a capability that nothing in the sandbox has. The hard limit of processor time is one second above the soft
one, so that the process is ended by a signal that names the reason.

Failures that the command line doesn't handle end with an exit code of their own. An uncaught exception would otherwise
exit with Python's 1, which means that the submission is at fault.
"""

import json
import os
import resource
import sys
import traceback

from evaluators.problems.problem import ExitCode


def main() -> int:
    """Limit this process and run the command line; return the exit code."""
    try:
        for name, value in json.loads(sys.argv[1]).items():
            resource.setrlimit(getattr(resource, name), (value, value + (name == "RLIMIT_CPU")))
        from evaluators.cli.main import main as command_line  # noqa: PLC0415 - only under the limits

        return command_line(sys.argv[2:])
    except MemoryError:
        return ExitCode.OUT_OF_MEMORY
    except BaseException:
        traceback.print_exc()
        return ExitCode.OUR_FAULT


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Skip the libraries' clean-up, which might change the exit code; all output has been written by now.
    os._exit(code)
