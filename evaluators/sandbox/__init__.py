"""The sandbox in which every submission is scored: namespaces, Landlock, a seccomp filter, limits; it fails closed.

The evaluator runs our code on untrusted data. If that data takes over the process, it finds no network, no capabilities
and no other processes. Its only files are the interpreter, the libraries, the evaluators, this dataset and this
submission, all read-only. It can't start processes or threads; the kernel counts memory and time by process, so the
limits cover everything that it uses.

``view`` declares what a run sees. ``bubblewrap`` and ``unshared`` start runs that see it: with namespaces, or, where
the kernel refuses them, without. ``confinement`` has the walls that every run takes on by itself.

After ``keep_warm``, submissions are scored by children of a template, see ``warm``.

``work`` runs other commands on an organizer's files in the same way. These may leave files in one folder, whose size is
limited and monitored.
"""

from evaluators.sandbox.availability import Availability, accept, availability
from evaluators.sandbox.kinds import SANDBOXES
from evaluators.sandbox.limits import WORK_LIMITS, Limits
from evaluators.sandbox.process import stop_all, stop_of
from evaluators.sandbox.view import DATASET, INPUT, OUTPUT, SandboxUnavailable
from evaluators.sandbox.warm import keep_warm, retire
from evaluators.sandbox.working import WorkFailed, work
from evaluators.sandbox.written import UnexpectedFile, collect, empty

__all__ = [
    "DATASET",
    "INPUT",
    "OUTPUT",
    "SANDBOXES",
    "WORK_LIMITS",
    "Availability",
    "Limits",
    "SandboxUnavailable",
    "UnexpectedFile",
    "WorkFailed",
    "accept",
    "availability",
    "collect",
    "empty",
    "keep_warm",
    "retire",
    "stop_all",
    "stop_of",
    "work",
]
