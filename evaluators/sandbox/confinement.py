"""What a child of a warm sandbox takes on before it reads a byte of a submission. It can't be taken off.

The walls around its template already hold for it: namespaces, mounts, no capabilities. What is added makes up for what
a child shares with its template: the process namespace, and whatever the template may do that a scorer must not.
"""

from __future__ import annotations

import ctypes
import os

from evaluators.sandbox import landlock, seccomp

_SET_SECCOMP, _FILTER = 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("steps", ctypes.c_ushort), ("first", ctypes.c_char_p))


_libc = ctypes.CDLL(None, use_errno=True)


def confine() -> None:
    """Refuse this process all but reading files, then all that the filter refuses.

    Raises:
        OSError: the kernel lacks something of it.
    """
    landlock.read_only()
    content = seccomp.for_child()
    program = _Program(len(content) // seccomp.STEP_BYTES, content)
    if _libc.prctl(ctypes.c_int(_SET_SECCOMP), ctypes.c_ulong(_FILTER), ctypes.byref(program)) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
