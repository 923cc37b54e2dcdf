"""The first code inside the sandbox: it bounds its own process, then becomes the command line.

    python inside.py LIMITS ARGUMENT...

LIMITS is a JSON object of rlimit names and values. Set here, they bind everything after: raising a hard limit takes a
capability that nothing in the sandbox has. (Of processor time the hard limit is a second later, so that the process is
told it was time that ended it.) Whatever goes wrong and is not decided by the command line leaves by an exit code that
cannot be taken for a fault of the submission: an exception that nobody catches would be Python's 1.
"""

import json
import os
import resource
import sys
import traceback

from evaluators.problems.problem import ExitCode


def main() -> int:
    """Bound this process, run the command line; the exit code to leave by."""
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
    # No clean-up of libraries that might raise another code: what there is to say has been said.
    os._exit(code)
