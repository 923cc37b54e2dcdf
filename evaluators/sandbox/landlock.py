"""Landlock: after ``read_only`` this process can read and run what it sees, and change no file.

The kernel's interface is described in linux/landlock.h; its version decides which rights it knows.
"""

from __future__ import annotations

import ctypes
import os

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1
_NOT_LOGGED, _NOT_LOGGED_SINCE = 1, 7
"""Without it, each refusal of the process would be a line in the host's audit log."""

_READ = 1 << 0 | 1 << 2 | 1 << 3
"""Run a file, read a file, list a folder."""
_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
"""The rights about files that a version brought: the first thirteen, REFER, TRUNCATE, IOCTL_DEV."""
_NETWORK = {4: 0b11}
"""Bind and connect by TCP."""
_SCOPES = {6: 0b11}
"""Abstract sockets and signals: none reach a process outside."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


_SIZES = {1: 8, 4: 16, 6: 24}
"""The bytes of ``_Ruleset`` that a version knows."""


def read_only() -> None:
    """Refuse this process, for good, everything but reading; it needs ``no_new_privs``.

    Raises:
        OSError: ENOSYS, the kernel has no Landlock; EOPNOTSUPP, it is switched off.
    """
    version = _call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    files, network, scopes = (_known(rights, version) for rights in (_RIGHTS, _NETWORK, _SCOPES))
    size = max(bytes_ for since, bytes_ in _SIZES.items() if since <= version)
    rules = _call(
        _CREATE_RULESET, ctypes.byref(_Ruleset(files, network, scopes)), ctypes.c_size_t(size), ctypes.c_uint32(0)
    )
    root = os.open("/", os.O_PATH | os.O_CLOEXEC)
    try:
        allowed = ctypes.byref(_PathBeneath(_READ, root))
        _call(_ADD_RULE, ctypes.c_int(rules), ctypes.c_int(_PATH_BENEATH), allowed, ctypes.c_uint32(0))
        flags = _NOT_LOGGED if version >= _NOT_LOGGED_SINCE else 0
        _call(_RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(flags))
    finally:
        os.close(root)
        os.close(rules)


def _known(rights: dict[int, int], version: int) -> int:
    return sum(bits for since, bits in rights.items() if since <= version)


_libc = ctypes.CDLL(None, use_errno=True)


def _call(number: int, *arguments: object) -> int:
    answer: int = _libc.syscall(ctypes.c_long(number), *arguments)
    if answer < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return answer
