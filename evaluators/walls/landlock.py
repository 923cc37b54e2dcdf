"""Landlock: after ``restrict`` this process reaches the files that belong to its run, and no others.

It can read what it is given, write in the folder for its output, and run no other program. Where the kernel's version
knows how, TCP, signals to other processes and abstract sockets are closed too; the seccomp filter refuses them anyway.
The kernel's interface is described in linux/landlock.h; its version decides which rights it knows.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1
_NOT_LOGGED, _NOT_LOGGED_SINCE = 1, 7
"""Without it, each refusal of the process would be a line in the host's audit log."""

_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
"""The rights about files that a version brought: the first thirteen, REFER, TRUNCATE, IOCTL_DEV."""
_WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 1, 1 << 2, 1 << 3
_REMOVE_FOLDER, _REMOVE_FILE, _MAKE_FOLDER, _MAKE_FILE = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_READ = _READ_FILE | _READ_FOLDER
_WRITE = _WRITE_FILE | _REMOVE_FOLDER | _REMOVE_FILE | _MAKE_FOLDER | _MAKE_FILE | _REFER | _TRUNCATE
"""Everything that plain files and folders need: no links, devices, pipes or sockets."""
_NETWORK = {4: 0b11}
"""Bind and connect by TCP."""
_SCOPES = {6: 0b11}
"""Abstract sockets and signals: none reach a process outside."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("path", ctypes.c_int32))


_SIZES = {1: 8, 4: 16, 6: 24}
"""The bytes of ``_Ruleset`` that a version knows."""


def version() -> int:
    """The version of the kernel's interface, 1 or more.

    Raises:
        OSError: ENOSYS, the kernel has no Landlock; EOPNOTSUPP, it is switched off; EPERM, a filter refuses it.
    """
    return _call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))


def restrict(readable: Iterable[str], writable: Iterable[str]) -> int:
    """Refuse this process, for good, all files but these and what is in them; it needs ``no_new_privs``.

    What is writable is also readable. Returns the version that is in force.

    Raises:
        OSError: see ``version``, or one of the paths can't be opened.
    """
    found = version()
    files, network, scopes = (_known(rights, found) for rights in (_RIGHTS, _NETWORK, _SCOPES))
    size = max(bytes_ for since, bytes_ in _SIZES.items() if since <= found)
    asked = ctypes.byref(_Ruleset(files, network, scopes))
    rules = _call(_CREATE_RULESET, asked, ctypes.c_size_t(size), ctypes.c_uint32(0))
    try:
        for path in readable:
            _allow(rules, path, _READ)
        for path in writable:
            _allow(rules, path, (_READ | _WRITE) & files)
        _call(_RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(_NOT_LOGGED if found >= _NOT_LOGGED_SINCE else 0))
    finally:
        os.close(rules)
    return found


def _allow(rules: int, path: str, rights: int) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        # The kernel refuses rights that a plain file can't have.
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            rights &= _READ_FILE
        beneath = ctypes.byref(_PathBeneath(rights, opened))
        _call(_ADD_RULE, ctypes.c_int(rules), ctypes.c_int(_PATH_BENEATH), beneath, ctypes.c_uint32(0))
    finally:
        os.close(opened)


def _known(rights: dict[int, int], found: int) -> int:
    return sum(bits for since, bits in rights.items() if since <= found)


_libc = ctypes.CDLL(None, use_errno=True)


def _call(number: int, *arguments: object) -> int:
    answer: int = _libc.syscall(ctypes.c_long(number), *arguments)
    if answer < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return answer
