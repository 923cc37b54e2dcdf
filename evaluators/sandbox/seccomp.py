"""The seccomp filters of the sandbox: deny lists compiled to classic BPF.

Namespaces already hide the network, other processes and other files. The filter adds what they can't do. It refuses:

- new processes and threads: limits are counted by process, and the kernel doesn't limit root's processes at all;
- memory that the limits don't count: memfd, System V, shared anonymous mappings;
- signals to a whole process group: bubblewrap, outside the sandbox, is in the same group, so that one signal ends
  everything;
- locks, leases and hints on files, which others who have the file open would see;
- the system calls through which kernels have been exploited.

The two filters of a warm sandbox differ from that by a little, see ``for_template`` and ``for_child``.

Refused calls fail with EPERM; calls that only a later kernel has fail as if this one hadn't. The format is that of
``linux/filter.h`` and ``linux/seccomp.h``.
"""

from __future__ import annotations

import errno
import platform
import struct

from evaluators.sandbox.calls import ARCHITECTURES, FIRST_UNKNOWN, Architecture

# Load a word, jump if equal / greater or equal, bitwise and, return.
_LOAD, _EQUAL, _AT_LEAST, _KEEP, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_STEP = struct.Struct("=HBBI")
STEP_BYTES = _STEP.size
_NUMBER, _ARCHITECTURE = 0, 4
# Offsets of the low half of an argument: both architectures are little-endian.
_FIRST_ARGUMENT, _SECOND_ARGUMENT, _FOURTH_ARGUMENT = 16, 16 + 8, 16 + 3 * 8
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_X32_BIT = 0x40000000
_SHARED_ANONYMOUS = 0x01 | 0x20
_NOT_OF_A_FORK = 0xFFFFFFFF & ~(0xFF | 0x00200000 | 0x01000000)
"""All flags of ``clone`` but the signal at the end, CLONE_CHILD_CLEARTID and CLONE_CHILD_SETTID."""
_HARMLESS_FCNTL = {"F_DUPFD": 0, "F_GETFD": 1, "F_SETFD": 2, "F_GETFL": 3, "F_SETFL": 4, "F_DUPFD_CLOEXEC": 1030}
"""The commands of ``fcntl`` that concern nobody else."""
_NEGATIVE = 0x80000000
_REFUSE, _UNKNOWN = 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS


Step = tuple[int, int, int, int]
"""One instruction: code, steps to skip when true, when false, value."""


def program(machine: str | None = None) -> bytes:
    """The filter of a sandbox with one program, in the format of ``bwrap --seccomp``, for this machine.

    Raises:
        NotImplementedError: this architecture's system call numbers aren't known, so nothing can be scored on it.
    """
    found = _architecture(machine)
    return _compiled(found, found.denied)


def for_template(machine: str | None = None) -> bytes:
    """The same for the template of a warm sandbox, which may start children, but neither threads nor namespaces.

    Raises:
        NotImplementedError: see ``program``.
    """
    found = _architecture(machine)
    denied = {name: number for name, number in found.denied.items() if name != "clone"}
    fork = _when(
        found.denied["clone"],
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_KEEP, 0, 0, _NOT_OF_A_FORK),
        (_EQUAL, 1, 0, 0),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    )
    return _compiled(found, denied, *fork)


def for_child(machine: str | None = None) -> bytes:
    """The same for a template's child: nor may it reach its template, or itself by a signal.

    Raises:
        NotImplementedError: see ``program``.
    """
    found = _architecture(machine)
    limits = _when(
        found.prlimit64,
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 1, 0, 0),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    )
    return _compiled(found, found.denied | found.reaching, *limits)


def _architecture(machine: str | None) -> Architecture:
    name = machine or platform.machine()
    if name not in ARCHITECTURES:
        raise NotImplementedError(f"there is no seccomp filter for {name}; there is one for {', '.join(ARCHITECTURES)}")
    return ARCHITECTURES[name]


def _compiled(architecture: Architecture, denied: dict[str, int], *more: Step) -> bytes:
    """A filter that refuses the calls in ``denied`` and decides ``more``, and what is decided by arguments, as told."""
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        # The x32 calls of x86-64 are the same calls under other numbers.
        (_AT_LEAST, 0, 1, _X32_BIT),
        (_RETURN, 0, 0, _REFUSE),
        (_AT_LEAST, 0, 1, FIRST_UNKNOWN),
        (_RETURN, 0, 0, _UNKNOWN),
    ]
    for number in sorted(denied.values()):
        steps += _when(number, (_RETURN, 0, 0, _REFUSE))
    steps += more
    steps += _when(
        architecture.kill,
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 1, 0, 0),
        (_AT_LEAST, 0, 1, _NEGATIVE),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    )
    commands = _HARMLESS_FCNTL.values()
    steps += _when(
        architecture.fcntl,
        (_LOAD, 0, 0, _SECOND_ARGUMENT),
        *((_EQUAL, len(commands) - place, 0, command) for place, command in enumerate(commands)),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    )
    steps += _when(
        architecture.mmap,
        (_LOAD, 0, 0, _FOURTH_ARGUMENT),
        (_KEEP, 0, 0, _SHARED_ANONYMOUS),
        (_EQUAL, 0, 1, _SHARED_ANONYMOUS),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    )
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(_STEP.pack(*step) for step in steps)


def _when(number: int, *decision: Step) -> list[Step]:
    """The steps that decide the call of this number; the last one returns."""
    return [(_EQUAL, 0, len(decision), number), *decision]
