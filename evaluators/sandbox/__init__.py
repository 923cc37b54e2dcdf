"""The sandbox in which every submission is scored: bubblewrap, rlimits and a seccomp filter; it fails closed.

The evaluator runs code of ours on somebody's data. Should that data ever take the process over, it finds: no network,
no capabilities, no other process, no file but the interpreter, the libraries, the evaluators, this dataset and this
submission (all read-only) and a small scratch folder in memory. It can start neither a process nor a thread, so the
limits on its memory and time, which the kernel counts by process, bound everything it uses.

``work`` runs other commands in the same way, on an organizer's files; these may leave files in one folder, which is
bounded and watched.
"""

from evaluators.sandbox.availability import Availability, availability
from evaluators.sandbox.bubblewrap import DATASET, INPUT, OUTPUT, SandboxUnavailable
from evaluators.sandbox.limits import WORK_LIMITS, Limits
from evaluators.sandbox.process import stop_all
from evaluators.sandbox.working import WorkFailed, work
from evaluators.sandbox.written import UnexpectedFile, collect

__all__ = [
    "DATASET",
    "INPUT",
    "OUTPUT",
    "WORK_LIMITS",
    "Availability",
    "Limits",
    "SandboxUnavailable",
    "UnexpectedFile",
    "WorkFailed",
    "availability",
    "collect",
    "stop_all",
    "work",
]
