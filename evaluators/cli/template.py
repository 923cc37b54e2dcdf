"""The template of a warm sandbox: it loads the libraries once and forks a child for each run.

    python template.py CHANNEL

CHANNEL is the number of a socket with message boundaries. The template sends ``READY`` when it has loaded everything,
or ``UNCONFINED`` if the kernel can't confine its children.
A request is a JSON object of ``limits`` (names and values of rlimits) and ``arguments``, with two file descriptors, the
child's standard output and standard error; the answer is the child's exit code, negative for the signal that ended it.

The template itself reads nothing but requests: neither a dataset nor a submission, and nothing that a child writes. A
child gives up the channel and takes on more than the template's walls before it reads anything, see ``confinement``. It
has ended, with all that it had, when the answer is sent, and the next one is forked from the same untouched template.
"""

import gc
import json
import os
import socket
import sys

from evaluators.cli.inside import end, under
from evaluators.sandbox.confinement import confine
from evaluators.sandbox.self_test import breaches

READY, UNCONFINED = b"ready", b"unconfined"
REQUEST_BYTES = 16 * 1024
_OPEN_FILES = 1024


def main(channel: socket.socket) -> None:
    """Serve one request after the other until the other end of the channel is closed."""
    from evaluators.cli.main import load_scoring  # noqa: PLC0415 - the sandbox's tests have a main.py of their own

    load_scoring()
    # Children never free what they share with the template, so that the memory stays shared.
    gc.collect()
    gc.freeze()
    channel.sendall(READY if _can_confine() else UNCONFINED)
    while True:
        request, streams, _, _ = socket.recv_fds(channel, REQUEST_BYTES, 2)
        if not request:
            return
        child = os.fork()
        if child == 0:
            _become_child(channel, streams)
            asked = json.loads(request)
            end(under(asked["limits"], asked["arguments"], confine=confine))
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(child, 0)
        channel.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def _can_confine() -> bool:
    """Whether a child, once confined, gets nowhere with the sandbox's attacks on itself."""
    child = os.fork()
    if child == 0:
        end(under({}, [], confine=_attack))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def _attack() -> None:
    confine()
    end(len(breaches()))


def _become_child(channel: socket.socket, streams: list[int]) -> None:
    """Keep only the three standard streams."""
    channel.detach()
    for number, stream in enumerate(streams, start=1):
        os.dup2(stream, number)
    os.closerange(3, _OPEN_FILES)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
