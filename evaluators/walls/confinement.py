"""What the process of a run takes on before it reads a stranger's byte. It can't be taken off.

Under bubblewrap these are walls behind its walls. Where the kernel refuses user namespaces they are the sandbox: then
the run shares the host's process ids and file system, so all that reaches another process or another file must be
refused here.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
from dataclasses import dataclass

from evaluators.walls import landlock, seccomp

_SET_PARENT_DEATH_SIGNAL, _SET_SECCOMP, _SET_NO_NEW_PRIVILEGES, _AMBIENT = 1, 22, 38, 47
_FILTER, _CLEAR_ALL = 2, 4
_CAPABILITY_VERSION = 0x20080522
_NO_LANDLOCK = frozenset({errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM})
"""The kernel has none, it is switched off, or a container's filter refuses to ask for it."""


class NoLandlock(OSError):
    """There is no Landlock here, and the run needs it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What differs from run to run: its files, as absolute paths.

    ``parent`` is the process with which the run ends, or 0 if bubblewrap sees to that. With ``needs_landlock`` a kernel
    without Landlock is an error; otherwise the walls around the run have to do.
    """

    readable: list[str]
    writable: list[str]
    parent: int = 0
    needs_landlock: bool = True


def confine(rules: Rules) -> int:
    """Take on everything; return the version of Landlock that is in force, 0 if there is none.

    Raises:
        NoLandlock: the rules need it.
        OSError: the kernel lacks something else of it, or the parent has ended already.
    """
    _prctl(_SET_NO_NEW_PRIVILEGES, 1)
    if rules.parent:
        _end_with(rules.parent)
    _drop_capabilities()
    version = _restrict_files(rules)
    _filter_calls()
    return version


def _end_with(parent: int) -> None:
    _prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        raise ProcessLookupError(errno.ESRCH, "the worker has ended")


def _drop_capabilities() -> None:
    """Root without capabilities is an ordinary user who owns root's files, which Landlock and the filter guard."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _prctl(_AMBIENT, _CLEAR_ALL)
    _checked(_libc.capset(header, (ctypes.c_uint32 * 6)()))


def _restrict_files(rules: Rules) -> int:
    try:
        landlock.version()
    except OSError as error:
        if error.errno not in _NO_LANDLOCK:
            raise
        if rules.needs_landlock:
            raise NoLandlock(error.errno, error.strerror) from error
        return 0
    return landlock.restrict(rules.readable, rules.writable)


class _Program(ctypes.Structure):
    _fields_ = (("steps", ctypes.c_ushort), ("first", ctypes.c_char_p))


def _filter_calls() -> None:
    content = seccomp.for_run(os.getpid())
    program = _Program(len(content) // seccomp.STEP_BYTES, content)
    _checked(_libc.prctl(ctypes.c_int(_SET_SECCOMP), ctypes.c_ulong(_FILTER), ctypes.byref(program)))


_libc = ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> None:
    _checked(_libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), *[ctypes.c_ulong(0)] * 3))


def _checked(answer: int) -> None:
    if answer != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
