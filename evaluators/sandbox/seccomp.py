"""The seccomp filter of the sandbox: a deny list compiled to classic BPF.

Namespaces already hide the network, other processes and other files. The filter adds what they can't do. It refuses:

- new processes and threads: limits are counted by process, and the kernel doesn't limit root's processes at all;
- memory that the limits don't count: memfd, System V, shared anonymous mappings;
- signals to a whole process group: bubblewrap, outside the sandbox, is in the same group, so that one signal ends
  everything;
- the system calls through which kernels have been exploited.

Refused calls fail with EPERM. The format is that of ``linux/filter.h`` and ``linux/seccomp.h``; the numbers are from
the kernel's tables.
"""

from __future__ import annotations

import errno
import platform
import struct
from dataclasses import dataclass

# Load a word, jump if equal / greater or equal, bitwise and, return.
_LOAD, _EQUAL, _AT_LEAST, _KEEP, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_NUMBER, _ARCHITECTURE = 0, 4
# Offsets of the low half of an argument: both architectures are little-endian.
_FIRST_ARGUMENT, _FOURTH_ARGUMENT = 16, 16 + 3 * 8
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_X32_BIT = 0x40000000
_SHARED_ANONYMOUS = 0x01 | 0x20
_NEGATIVE = 0x80000000
_REFUSE = 0x50000 | errno.EPERM


@dataclass(frozen=True, slots=True)
class Architecture:
    """One architecture's system calls; ``audit`` is the kernel's AUDIT_ARCH number.

    ``mmap`` is refused depending on its flags, ``kill`` depending on its target, the calls in ``denied`` always.
    """

    audit: int
    mmap: int
    kill: int
    denied: dict[str, int]


# Newer calls have the same number on all architectures.
_COMMON = {
    "pidfd_send_signal": 424,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "pidfd_open": 434,
    "clone3": 435,
    "pidfd_getfd": 438,
    "mount_setattr": 442,
    "memfd_secret": 447,
    "statmount": 457,
    "listmount": 458,
    "open_tree_attr": 467,
}

_X86_64 = {
    "shmget": 29,
    "socket": 41,
    "socketpair": 53,
    "clone": 56,
    "fork": 57,
    "vfork": 58,
    "semget": 64,
    "msgget": 68,
    "ptrace": 101,
    "syslog": 103,
    "personality": 135,
    "modify_ldt": 154,
    "pivot_root": 155,
    "chroot": 161,
    "mount": 165,
    "umount2": 166,
    "init_module": 175,
    "delete_module": 176,
    "mq_open": 240,
    "kexec_load": 246,
    "add_key": 248,
    "request_key": 249,
    "keyctl": 250,
    "unshare": 272,
    "perf_event_open": 298,
    "name_to_handle_at": 303,
    "open_by_handle_at": 304,
    "setns": 308,
    "process_vm_readv": 310,
    "process_vm_writev": 311,
    "kcmp": 312,
    "finit_module": 313,
    "memfd_create": 319,
    "kexec_file_load": 320,
    "bpf": 321,
    "userfaultfd": 323,
}

_AARCH64 = {
    "umount2": 39,
    "mount": 40,
    "pivot_root": 41,
    "chroot": 51,
    "personality": 92,
    "kexec_load": 104,
    "init_module": 105,
    "delete_module": 106,
    "syslog": 116,
    "ptrace": 117,
    "unshare": 97,
    "mq_open": 180,
    "msgget": 186,
    "semget": 190,
    "shmget": 194,
    "socket": 198,
    "socketpair": 199,
    "clone": 220,
    "add_key": 217,
    "request_key": 218,
    "keyctl": 219,
    "perf_event_open": 241,
    "name_to_handle_at": 264,
    "open_by_handle_at": 265,
    "setns": 268,
    "process_vm_readv": 270,
    "process_vm_writev": 271,
    "kcmp": 272,
    "finit_module": 273,
    "memfd_create": 279,
    "bpf": 280,
    "userfaultfd": 282,
    "kexec_file_load": 294,
}

ARCHITECTURES = {
    "x86_64": Architecture(audit=0xC000003E, mmap=9, kill=62, denied=_X86_64 | _COMMON),
    "aarch64": Architecture(audit=0xC00000B7, mmap=222, kill=129, denied=_AARCH64 | _COMMON),
}


def program(machine: str | None = None) -> bytes:
    """The filter for this machine, in the format of ``bwrap --seccomp``.

    Raises:
        NotImplementedError: this architecture's system call numbers aren't known, so nothing can be scored on it.
    """
    name = machine or platform.machine()
    if name not in ARCHITECTURES:
        raise NotImplementedError(f"there is no seccomp filter for {name}; there is one for {', '.join(ARCHITECTURES)}")
    architecture = ARCHITECTURES[name]
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        # The x32 calls of x86-64 are the same calls under other numbers.
        (_AT_LEAST, 0, 1, _X32_BIT),
        (_RETURN, 0, 0, _REFUSE),
    ]
    for number in sorted(architecture.denied.values()):
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    steps += [
        (_EQUAL, 0, 5, architecture.kill),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 1, 0, 0),
        (_AT_LEAST, 0, 1, _NEGATIVE),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
        (_EQUAL, 1, 0, architecture.mmap),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _FOURTH_ARGUMENT),
        (_KEEP, 0, 0, _SHARED_ANONYMOUS),
        (_EQUAL, 0, 1, _SHARED_ANONYMOUS),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
