"""Score a submission as in a container with Docker's default seccomp profile; run by ``test_container``.

    python -m tests.evaluators.sandbox.container DATASET SUBMISSION [REFUSED...]

That profile refuses a container without CAP_SYS_ADMIN the calls that make namespaces and mounts. REFUSED are numbers of
system calls that are refused as well.
"""

from __future__ import annotations

import ctypes
import errno
import json
import struct
import sys
from pathlib import Path

from evaluators.sandbox import availability
from evaluators.scoring import Scored, evaluate

MOUNT, UMOUNT, PIVOT_ROOT, UNSHARE, SETNS = 165, 166, 155, 272, 308
_CLONE, _CLONE3 = 56, 435
_NAMESPACES = 0x7E020000
_ALLOW, _ERROR = 0x7FFF0000, 0x50000


def profile(refused: list[int]) -> bytes:
    steps = [(0x20, 0, 0, 0)]
    for number in (MOUNT, UMOUNT, PIVOT_ROOT, UNSHARE, SETNS, *refused):
        steps += [(0x15, 0, 1, number), (0x06, 0, 0, _ERROR | errno.EPERM)]
    # clone3 passes its flags in memory, where no filter can see them.
    steps += [(0x15, 0, 1, _CLONE3), (0x06, 0, 0, _ERROR | errno.ENOSYS)]
    steps += [(0x15, 0, 4, _CLONE), (0x20, 0, 0, 16), (0x54, 0, 0, _NAMESPACES)]
    steps += [(0x15, 1, 0, 0), (0x06, 0, 0, _ERROR | errno.EPERM), (0x06, 0, 0, _ALLOW)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


class _Program(ctypes.Structure):
    _fields_ = (("steps", ctypes.c_ushort), ("first", ctypes.c_char_p))


def enter(refused: list[int]) -> None:
    """Put this process into the profile."""
    libc = ctypes.CDLL(None, use_errno=True)
    content = profile(refused)
    program = _Program(len(content) // 8, content)
    assert libc.prctl(38, ctypes.c_ulong(1), *[ctypes.c_ulong(0)] * 3) == 0
    assert libc.prctl(22, ctypes.c_ulong(2), ctypes.byref(program)) == 0


def main(dataset: str, submission: str, *refused: str) -> None:
    enter([int(number) for number in refused])
    found = availability()
    outcome = evaluate(Path(dataset), Path(submission))
    score = outcome.content.decode() if isinstance(outcome, Scored) else None
    print(json.dumps({"ok": found.ok, "name": found.name, "reason": found.reason, "score": score}))


if __name__ == "__main__":
    main(*sys.argv[1:])
