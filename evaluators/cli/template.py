"""The template of a warm sandbox: it loads the libraries once and forks a child for each run.

    python template.py CHANNEL RULES

CHANNEL is the number of a socket with message boundaries, RULES a JSON object, see ``confinement``. The template sends
``READY`` when it has loaded everything, or ``UNCONFINED`` if the kernel can't confine its children. A request is a JSON
object of ``limits`` (names and values of rlimits) and ``arguments``, with three file descriptors, the child's standard
streams. It is answered twice: ``STARTED``, and the child's exit code, negative for the signal that ended it.

The template itself reads nothing: no dataset, no submission, nothing that a child writes, not even requests, which the
children read. A child gives up the channel and takes on more than the template's walls before it reads anything else,
see ``confinement``. It has ended, with all that it had, when its exit code is sent, and the next one is forked from the
same untouched template.
"""

import gc
import json
import os
import select
import socket
import sys
from collections.abc import Callable
from functools import partial

from evaluators.cli.inside import end, under
from evaluators.cli.self_test import breaches
from evaluators.problems.problem import ExitCode
from evaluators.walls.confinement import NoLandlock, Rules, confine

READY, UNCONFINED, STARTED = b"ready", b"unconfined", b"started"
REQUEST_BYTES = 16 * 1024
_OPEN_FILES = 1024


def main(channel: socket.socket, rules: Rules) -> None:
    """Serve one request after the other until the other end of the channel is closed."""
    from evaluators.cli.main import load_scoring  # noqa: PLC0415 - the sandbox's tests have a main.py of their own

    load_scoring()
    # Children never free what they share with the template, so that the memory stays shared.
    gc.collect()
    gc.freeze()
    match _in_child(partial(_can_confine, rules)):
        case 0:
            channel.sendall(READY)
        case code if 0 < code < ExitCode.OUR_FAULT:
            channel.sendall(UNCONFINED)
        case _:
            return  # out of memory, say: another template may do better
    waiting = select.poll()
    waiting.register(channel, select.POLLIN)
    while not waiting.poll()[0][1] & select.POLLHUP:
        code = _in_child(partial(_answer, channel, rules), started=partial(channel.sendall, STARTED))
        channel.sendall(str(code).encode())


def _in_child(work: Callable[[], int], started: Callable[[], object] = lambda: None) -> int:
    """Do this in a child; return its exit code, negative for the signal that ended it."""
    child = os.fork()
    if child == 0:
        code: int = ExitCode.OUR_FAULT
        try:
            code = work()
        finally:
            # Nothing that goes wrong may lead a child into the code of its template.
            end(code)
    started()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _can_confine(rules: Rules) -> int:
    """How many of the sandbox's attacks on itself get a confined child anywhere; one if there is no Landlock."""
    try:
        confine(rules)
    except NoLandlock:
        return 1
    except OSError:
        return ExitCode.OUR_FAULT
    return len(breaches())


def _answer(channel: socket.socket, rules: Rules) -> int:
    request, streams, _, _ = socket.recv_fds(channel, REQUEST_BYTES, 3)
    channel.detach()
    # Not the template's: what is set or locked by one who has a file open holds for all who share the opening.
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, _OPEN_FILES)
    asked = json.loads(request)
    return under(asked["limits"], rules, asked["arguments"])


if __name__ == "__main__":
    # With all of it said, Python doesn't ask the kernel what kind of socket this is.
    main(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, int(sys.argv[1])), Rules(**json.loads(sys.argv[2])))
