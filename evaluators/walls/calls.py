"""The system calls that a process in the sandbox may make, and their numbers on the two architectures with a filter.

Everything else is refused. The lists come from tracing every kind of challenge and every command that works on an
organizer's files, plus the other spellings of the same calls that other versions of the C library use. The numbers are
the kernel's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _numbers(table: str) -> dict[str, int]:
    return {name: int(number) for name, _, number in (word.partition("=") for word in table.split())}


@dataclass(frozen=True, slots=True)
class Architecture:
    """One architecture's numbers of the calls named in this module; ``audit`` is the kernel's AUDIT_ARCH number."""

    audit: int
    numbers: Mapping[str, int]


FIRST_UNKNOWN = 470
"""Later calls were not there when these tables were written."""

FREE = _names(
    """
    access brk capget clock_getres clock_gettime clock_nanosleep close close_range copy_file_range dup dup2 dup3 exit
    exit_group faccessat faccessat2 fadvise64 fdatasync fstat fsync ftruncate futex getcwd getdents64 getegid
    geteuid getgid getgroups getpid getppid getrandom getresgid getresuid getrlimit getrusage gettid gettimeofday getuid
    lseek lstat mkdir mkdirat mprotect mremap msync munmap nanosleep newfstatat pause poll ppoll pread64
    preadv preadv2 pselect6 pwrite64 pwritev pwritev2 read readlink readlinkat readv rename renameat renameat2
    restart_syscall rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn sched_yield select sendfile
    set_robust_list set_tid_address sigaltstack stat statx sysinfo time times uname unlink unlinkat write writev
    """
)
"""Calls that a run may make with any arguments; ``seccomp`` has those that depend on their arguments."""

STARTING = _names(
    """
    arch_prctl capset execve landlock_add_rule landlock_create_ruleset landlock_restrict_self seccomp umask wait4 waitid
    """
)
"""Calls that start the interpreter, and by which it gives up its rights before it reads a stranger's byte."""

SERVING = _names("clone recvfrom recvmsg sendmsg sendto")
"""Calls by which a template forks its children and answers; ``clone`` only as ``fork`` makes it."""

_COMMON = """
    close_range=436 faccessat2=439 landlock_create_ruleset=444 landlock_add_rule=445 landlock_restrict_self=446
"""

_X86_64 = """
    read=0 write=1 open=2 close=3 stat=4 fstat=5 lstat=6 poll=7 lseek=8 mmap=9 mprotect=10 munmap=11 brk=12
    rt_sigaction=13 rt_sigprocmask=14 rt_sigreturn=15 ioctl=16 pread64=17 pwrite64=18 readv=19 writev=20
    access=21 select=23 sched_yield=24 mremap=25 msync=26 madvise=28 dup=32 dup2=33 pause=34 nanosleep=35
    getpid=39 sendfile=40 sendto=44 recvfrom=45 sendmsg=46 recvmsg=47 clone=56 execve=59 exit=60 wait4=61
    kill=62 uname=63 fcntl=72 fsync=74 fdatasync=75 ftruncate=77 getcwd=79 rename=82 mkdir=83 rmdir=84 unlink=87
    readlink=89 umask=95 gettimeofday=96 getrlimit=97 getrusage=98 sysinfo=99 times=100 getuid=102 getgid=104
    geteuid=107 getegid=108 getppid=110 getgroups=115 getresuid=118 getresgid=120 capget=125 capset=126
    rt_sigpending=127 sigaltstack=131 prctl=157 arch_prctl=158 gettid=186 time=201 futex=202
    sched_getaffinity=204 getdents64=217 set_tid_address=218 restart_syscall=219 fadvise64=221 clock_gettime=228
    clock_getres=229 clock_nanosleep=230 exit_group=231 tgkill=234 waitid=247 openat=257 mkdirat=258
    newfstatat=262 unlinkat=263 renameat=264 readlinkat=267 faccessat=269 pselect6=270 ppoll=271
    set_robust_list=273 dup3=292 preadv=295 pwritev=296 prlimit64=302 renameat2=316 seccomp=317
    getrandom=318 copy_file_range=326 preadv2=327 pwritev2=328 statx=332 rseq=334
"""

_AARCH64 = """
    getcwd=17 dup=23 dup3=24 fcntl=25 ioctl=29 mkdirat=34 unlinkat=35 renameat=38 ftruncate=46
    faccessat=48 openat=56 close=57 getdents64=61 lseek=62 read=63 write=64 readv=65 writev=66 pread64=67
    pwrite64=68 preadv=69 pwritev=70 sendfile=71 pselect6=72 ppoll=73 readlinkat=78 newfstatat=79 fstat=80
    fsync=82 fdatasync=83 capget=90 capset=91 exit=93 exit_group=94 waitid=95 set_tid_address=96 futex=98
    set_robust_list=99 nanosleep=101 clock_gettime=113 clock_getres=114 clock_nanosleep=115
    sched_getaffinity=123 sched_yield=124 restart_syscall=128 kill=129 tgkill=131 sigaltstack=132
    rt_sigaction=134 rt_sigprocmask=135 rt_sigpending=136 rt_sigreturn=139 getresuid=148 getresgid=150 times=153
    getgroups=158 uname=160 getrlimit=163 getrusage=165 umask=166 prctl=167 gettimeofday=169 getpid=172
    getppid=173 getuid=174 geteuid=175 getgid=176 getegid=177 gettid=178 sysinfo=179 sendto=206 recvfrom=207
    sendmsg=211 recvmsg=212 brk=214 munmap=215 mremap=216 clone=220 execve=221 mmap=222 fadvise64=223
    mprotect=226 msync=227 madvise=233 wait4=260 prlimit64=261 renameat2=276 seccomp=277 getrandom=278
    copy_file_range=285 preadv2=286 pwritev2=287 statx=291 rseq=293
"""

ARCHITECTURES = {
    "x86_64": Architecture(audit=0xC000003E, numbers=_numbers(_X86_64 + _COMMON)),
    "aarch64": Architecture(audit=0xC00000B7, numbers=_numbers(_AARCH64 + _COMMON)),
}
