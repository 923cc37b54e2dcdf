"""The seccomp filters of the sandbox: allow-lists compiled to classic BPF.

Namespaces and Landlock decide which files and processes exist for a run. The filter decides what it may ask the kernel
for at all: what ``calls`` lists, some of it only with harmless arguments, see ``_RULES``. So there is

- no new process or thread: limits are counted by process, and the kernel doesn't limit root's processes at all;
- no socket, and no memory that the limits don't count: memfd, System V, shared anonymous mappings;
- no room on a disk that they don't count: by ``fallocate`` a file gets it beyond its size, all of the disk in one call;
- no kernel object that outlives a call and is counted by user instead of process: timers, queues, watches, keys, pipes;
- no signal, limit or priority of any other process;
- no change to a file's mode, owner, times or attributes, nor to the umask, and none to locks, leases and hints, which
  others would see;
- none of the system calls through which kernels are usually exploited.

Refused calls fail with EPERM; calls that only a later kernel has fail as if this one hadn't. The format is that of
``linux/filter.h`` and ``linux/seccomp.h``.
"""

from __future__ import annotations

import errno
import platform
import struct
from collections.abc import Collection, Mapping

from evaluators.walls.calls import ARCHITECTURES, FIRST_UNKNOWN, FREE, SERVING, STARTING, Architecture

# Load a word, jump if equal / greater or equal, bitwise and, return.
_LOAD, _EQUAL, _AT_LEAST, _KEEP, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_STEP = struct.Struct("=HBBI")
STEP_BYTES = _STEP.size
_NUMBER, _ARCHITECTURE = 0, 4
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE, _UNKNOWN = 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
_X32_BIT = 0x40000000

_SHARED_ANONYMOUS = 0x01 | 0x20
_O_TRUNC, _O_ACCMODE = 0o1000, 0o3
_NOT_OF_A_FORK = 0xFFFFFFFF & ~(0xFF | 0x00200000 | 0x01000000)
"""All flags of ``clone`` but the signal at the end, CLONE_CHILD_CLEARTID and CLONE_CHILD_SETTID."""

_FCNTL = (0, 1, 2, 3, 4, 1030)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC: the commands that concern nobody else."""
_IOCTL = (0x5401, 0x5413, 0x5450, 0x5451)
"""TCGETS and TIOCGWINSZ, by which Python asks whether a file is a terminal; FIONCLEX, FIOCLEX."""
_MADVISE = (0, 1, 2, 3, 4, 8, 14, 15, 16)
"""NORMAL, RANDOM, SEQUENTIAL, WILLNEED, DONTNEED, FREE, HUGEPAGE, NOHUGEPAGE, DONTDUMP."""
_PRCTL = (3, 15, 16, 21, 23, 39)
"""Names of threads, and questions: PR_GET_DUMPABLE, GET_SECCOMP, CAPBSET_READ, GET_NO_NEW_PRIVS."""
_PRCTL_STARTING = (1, 22, 38, 47)
"""PR_SET_PDEATHSIG, SET_SECCOMP, SET_NO_NEW_PRIVS, CAP_AMBIENT."""

Step = tuple[int, int, int, int]
"""One instruction: code, steps to skip when true, when false, value."""
Rule = tuple[Step, ...]


def for_run(process: int, machine: str | None = None) -> bytes:
    """The filter of a run, which ``confinement`` takes on; ``process`` is its own id, the only one it may signal.

    Raises:
        NotImplementedError: this architecture's system call numbers aren't known, so nothing can be scored on it.
    """
    own = _if_one_of(0, (process,))
    return _compiled(machine, FREE, {**_RULES, "kill": own, "tgkill": own})


def for_start(machine: str | None = None) -> bytes:
    """The filter that bubblewrap puts around a run from its start, in the format of ``bwrap --seccomp``.

    It leaves the calls by which the run's own filter is taken on.

    Raises:
        NotImplementedError: see ``for_run``.
    """
    # The run's own filter knows its process id.
    allowed = FREE | STARTING | {"kill", "tgkill"}
    return _compiled(machine, allowed, {**_RULES, "prctl": _if_one_of(0, _PRCTL + _PRCTL_STARTING)})


def for_template(machine: str | None = None) -> bytes:
    """The same for the template of a warm sandbox, which may start children, but neither threads nor namespaces.

    Raises:
        NotImplementedError: see ``for_run``.
    """
    fork = (_argument(0), (_KEEP, 0, 0, _NOT_OF_A_FORK), (_EQUAL, 0, 1, 0), _end(_ALLOW), _end(_REFUSE))
    allowed = FREE | STARTING | SERVING - {"clone"} | {"kill", "tgkill"}
    return _compiled(machine, allowed, {**_RULES, "prctl": _if_one_of(0, _PRCTL + _PRCTL_STARTING), "clone": fork})


def _argument(number: int) -> Step:
    """Load the low half of an argument; both architectures are little-endian, and the kernel ignores the high half."""
    return (_LOAD, 0, 0, 16 + number * 8)


def _end(verdict: int) -> Step:
    return (_RETURN, 0, 0, verdict)


def _if_one_of(argument: int, values: Collection[int]) -> Rule:
    """Allow the call if this argument is one of ``values``."""
    tests = ((_EQUAL, len(values) - place, 0, value) for place, value in enumerate(values))
    return (_argument(argument), *tests, _end(_REFUSE), _end(_ALLOW))


def _unless(argument: int, kept: int, value: int) -> Rule:
    """Allow the call unless the bits ``kept`` of this argument are ``value``."""
    return (_argument(argument), (_KEEP, 0, 0, kept), (_EQUAL, 0, 1, value), _end(_REFUSE), _end(_ALLOW))


_RULES: Mapping[str, Rule] = {
    "fcntl": _if_one_of(1, _FCNTL),
    "ioctl": _if_one_of(1, _IOCTL),
    "madvise": _if_one_of(2, _MADVISE),
    "mmap": _unless(3, _SHARED_ANONYMOUS, _SHARED_ANONYMOUS),
    # The kernel truncates a file that is only opened for reading, and Landlock before its third version lets it.
    "open": _unless(1, _O_TRUNC | _O_ACCMODE, _O_TRUNC),
    "openat": _unless(2, _O_TRUNC | _O_ACCMODE, _O_TRUNC),
    "prctl": _if_one_of(0, _PRCTL),
    # Of this process only, whatever its id.
    "prlimit64": _if_one_of(0, (0,)),
    "sched_getaffinity": _if_one_of(0, (0,)),
}


def _architecture(machine: str | None) -> Architecture:
    name = machine or platform.machine()
    if name not in ARCHITECTURES:
        raise NotImplementedError(f"there is no seccomp filter for {name}; there is one for {', '.join(ARCHITECTURES)}")
    return ARCHITECTURES[name]


def _compiled(machine: str | None, allowed: Collection[str], rules: Mapping[str, Rule]) -> bytes:
    """A filter that allows the calls in ``allowed``, decides those in ``rules`` by them, and refuses all others."""
    architecture = _architecture(machine)
    steps: list[Step] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture.audit),
        _end(_KILL),
        (_LOAD, 0, 0, _NUMBER),
        # The x32 calls of x86-64 are the same calls under other numbers.
        (_AT_LEAST, 0, 1, _X32_BIT),
        _end(_REFUSE),
        (_AT_LEAST, 0, 1, FIRST_UNKNOWN),
        _end(_UNKNOWN),
    ]
    for name, number in architecture.numbers.items():
        if name in allowed:
            steps += _when(number, (_end(_ALLOW),))
        elif name in rules:
            steps += _when(number, rules[name])
    steps.append(_end(_REFUSE))
    return b"".join(_STEP.pack(*step) for step in steps)


def _when(number: int, decision: Rule) -> list[Step]:
    """The steps that decide the call of this number; the last one returns."""
    return [(_EQUAL, 0, len(decision), number), *decision]
