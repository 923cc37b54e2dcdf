"""System calls of the two architectures that have a filter: their numbers, and what each may do to others.

The numbers are from the kernel's tables.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Architecture:
    """One architecture's system calls; ``audit`` is the kernel's AUDIT_ARCH number.

    ``mmap`` is refused depending on its flags, ``kill`` on its target, ``fcntl`` on its command, the calls in
    ``denied`` always. Only the filter of a warm sandbox's child also refuses ``prlimit64`` depending on its target, and
    those in ``reaching`` always.
    """

    audit: int
    mmap: int
    kill: int
    fcntl: int
    prlimit64: int
    denied: dict[str, int]
    reaching: dict[str, int]


FIRST_UNKNOWN = 470
"""Later calls were not there when these tables were written."""

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

# Calls that reach another process of the same user: its signals, its priority and processors, its memory.
_COMMON_REACHING = {"process_madvise": 440, "process_mrelease": 448}

_X86_64_REACHING = {
    "kill": 62,
    "setpgid": 109,
    "setsid": 112,
    "rt_sigqueueinfo": 129,
    "setpriority": 141,
    "sched_setparam": 142,
    "sched_setscheduler": 144,
    "tkill": 200,
    "sched_setaffinity": 203,
    "tgkill": 234,
    "ioprio_set": 251,
    "migrate_pages": 256,
    "get_robust_list": 274,
    "move_pages": 279,
    "rt_tgsigqueueinfo": 297,
    "sched_setattr": 314,
}

_AARCH64_REACHING = {
    "ioprio_set": 30,
    "get_robust_list": 100,
    "sched_setparam": 118,
    "sched_setscheduler": 119,
    "sched_setaffinity": 122,
    "kill": 129,
    "tkill": 130,
    "tgkill": 131,
    "rt_sigqueueinfo": 138,
    "setpriority": 140,
    "setpgid": 154,
    "setsid": 157,
    "migrate_pages": 238,
    "move_pages": 239,
    "rt_tgsigqueueinfo": 240,
    "sched_setattr": 274,
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
    "flock": 73,
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
    "flock": 32,
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
    "x86_64": Architecture(
        audit=0xC000003E,
        mmap=9,
        kill=62,
        fcntl=72,
        prlimit64=302,
        denied=_X86_64 | _COMMON,
        reaching=_X86_64_REACHING | _COMMON_REACHING,
    ),
    "aarch64": Architecture(
        audit=0xC00000B7,
        mmap=222,
        kill=129,
        fcntl=25,
        prlimit64=261,
        denied=_AARCH64 | _COMMON,
        reaching=_AARCH64_REACHING | _COMMON_REACHING,
    ),
}
