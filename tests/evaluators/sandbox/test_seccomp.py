"""The filter itself, run by a tiny interpreter of classic BPF for both architectures and every system call number."""

from __future__ import annotations

import errno
import re
import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from evaluators.sandbox.calls import ARCHITECTURES, FIRST_UNKNOWN
from evaluators.sandbox.seccomp import for_child, for_template, program

ALLOW, KILL, REFUSE, UNKNOWN = 0x7FFF0000, 0x80000000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
MACHINES = pytest.mark.parametrize("machine", ARCHITECTURES)


def verdict(
    machine: str,
    number: int,
    *arguments: int,
    audit: int | None = None,
    made: Callable[[str | None], bytes] = program,
) -> int:
    """The filter's verdict, as the kernel computes it: run the program on a ``struct seccomp_data``."""
    values = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    architecture = ARCHITECTURES[machine].audit if audit is None else audit
    data = struct.pack("<IIQ6Q", number, architecture, 0, *values)
    steps = list(struct.iter_unpack("=HBBI", made(machine)))
    accumulator = position = 0
    while True:
        code, when_true, when_false, value = steps[position]
        position += 1
        match code:
            case 0x20:  # BPF_LD | BPF_W | BPF_ABS
                (accumulator,) = struct.unpack_from("<I", data, value)
            case 0x54:  # BPF_ALU | BPF_AND | BPF_K
                accumulator &= value
            case 0x15:  # BPF_JMP | BPF_JEQ | BPF_K
                position += when_true if accumulator == value else when_false
            case 0x35:  # BPF_JMP | BPF_JGE | BPF_K
                position += when_true if accumulator >= value else when_false
            case 0x06:  # BPF_RET | BPF_K
                return value
            case _:
                raise AssertionError(f"unknown instruction {code:#x}")


@MACHINES
def test_the_denied_calls_are_refused_and_all_others_let_through(machine: str) -> None:
    denied = set(ARCHITECTURES[machine].denied.values())
    # The first argument is 1, the init process; only the rule for kill looks at it.
    assert {number for number in range(1024) if verdict(machine, number, 1) == REFUSE} == denied
    assert {verdict(machine, number, 1) for number in range(FIRST_UNKNOWN)} == {ALLOW, REFUSE}
    assert {verdict(machine, number, 1) for number in range(FIRST_UNKNOWN, 1024)} == {UNKNOWN}


@MACHINES
def test_one_process_may_be_signalled_and_no_group(machine: str) -> None:
    kill = ARCHITECTURES[machine].kill
    for one in (1, 2, 0x7FFFFFFF):
        assert verdict(machine, kill, one, 9) == ALLOW
    for group in (0, 2**32 - 1, 2**64 - 1, 2**64 - 2, 2**32 - 5, 0x80000000, 1 << 32):
        assert verdict(machine, kill, group, 9) == REFUSE


@MACHINES
@pytest.mark.parametrize("made", [program, for_template, for_child])
def test_files_are_neither_locked_nor_leased_nor_hinted_at(machine: str, made: Callable[[str | None], bytes]) -> None:
    fcntl = ARCHITECTURES[machine].fcntl
    allowed = {command for command in range(2048) if verdict(machine, fcntl, 3, command, made=made) == ALLOW}
    assert allowed == {0, 1, 2, 3, 4, 1030}  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC
    assert verdict(machine, ARCHITECTURES[machine].denied["flock"], 3, 2, made=made) == REFUSE


@MACHINES
def test_no_process_and_no_thread(machine: str) -> None:
    names = ARCHITECTURES[machine].denied
    assert {"clone", "clone3"} <= names.keys()
    assert machine != "x86_64" or {"fork", "vfork"} <= names.keys()
    for flags in (0, 17, 0x10000 | 0x800 | 0x100):
        assert verdict(machine, names["clone"], flags) == REFUSE


@MACHINES
def test_memory_may_be_mapped_but_not_shared_without_a_file(machine: str) -> None:
    mmap = ARCHITECTURES[machine].mmap
    shared, shared_validate, private, anonymous = 0x01, 0x03, 0x02, 0x20
    for extra in (0, 0x4000, 0x40000, 1 << 40):
        assert verdict(machine, mmap, 0, 4096, 3, private | anonymous | extra) == ALLOW
        assert verdict(machine, mmap, 0, 4096, 1, shared | extra) == ALLOW
        assert verdict(machine, mmap, 0, 4096, 1, private | extra) == ALLOW
        assert verdict(machine, mmap, 0, 4096, 3, shared | anonymous | extra) == REFUSE
        assert verdict(machine, mmap, 0, 4096, 3, shared_validate | anonymous | extra) == REFUSE


@MACHINES
def test_other_tables_of_calls_are_not_let_in(machine: str) -> None:
    for audit in (0x40000003, 0x40000028, 0, 0xC000003E ^ 0xC00000B7):  # i386, ARM, none
        assert verdict(machine, 0, audit=audit) == KILL
    others = [item.audit for name, item in ARCHITECTURES.items() if name != machine]
    assert all(verdict(machine, 0, audit=audit) == KILL for audit in others)
    for number in (0x40000000, 0x40000000 + 59, 0x7FFFFFFF, 0xFFFFFFFF):
        assert verdict(machine, number) == REFUSE


@MACHINES
def test_a_template_may_fork_and_nothing_else_more_than_others(machine: str) -> None:
    clone = ARCHITECTURES[machine].denied["clone"]
    of_template = partial(verdict, machine, made=for_template)
    assert {n for n in range(1024) if of_template(n, 1) != verdict(machine, n, 1)} == {clone}
    # CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD, as fork does it.
    assert of_template(clone, 0x01200011) == ALLOW
    shared_memory, thread, files, untraced = 0x100, 0x10000, 0x400, 0x00800000
    spaces = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
    for flag in (shared_memory, thread, files, untraced, *spaces):
        assert of_template(clone, 0x01200011 | flag) == REFUSE, hex(flag)
    # Beyond 32 bits there are no flags that the kernel would look at.
    assert of_template(clone, 0x01200011 | 1 << 33) == ALLOW


@MACHINES
def test_a_child_reaches_no_other_process(machine: str) -> None:
    architecture = ARCHITECTURES[machine]
    of_child = partial(verdict, machine, made=for_child)
    denied = {*architecture.denied.values(), *architecture.reaching.values()}
    assert {n for n in range(1024) if of_child(n) == REFUSE} == denied
    assert {"kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"} <= architecture.reaching.keys()
    for pid in (1, 2, 0x7FFFFFFF, 2**32 - 1):
        assert of_child(architecture.prlimit64, pid) == REFUSE
    assert of_child(architecture.prlimit64, 0, 7) == ALLOW
    mmap = architecture.mmap
    assert of_child(mmap, 0, 4096, 3, 0x22) == ALLOW
    assert of_child(mmap, 0, 4096, 3, 0x21) == REFUSE


@MACHINES
@pytest.mark.parametrize("made", [program, for_template, for_child])
def test_the_program_is_one_the_kernel_takes(machine: str, made: Callable[[str | None], bytes]) -> None:
    content = made(machine)
    assert len(content) % 8 == 0
    steps = list(struct.iter_unpack("=HBBI", content))
    assert len(steps) <= 4096
    assert steps[-1][0] == 0x06
    for number, (code, when_true, when_false, _) in enumerate(steps):
        if code in (0x15, 0x35):
            assert number + 1 + max(when_true, when_false) < len(steps)


@MACHINES
def test_the_numbers_are_those_of_the_systems_headers(machine: str) -> None:
    header = HEADERS[machine]
    if not header.is_file():
        pytest.skip(f"{header} is not installed (package linux-libc-dev)")
    numbers = {
        name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\b", header.read_text())
    }
    architecture = ARCHITECTURES[machine]
    named = architecture.denied | architecture.reaching
    known = {name: number for name, number in named.items() if name in numbers}
    assert known == {name: numbers[name] for name in known}
    for name in ("mmap", "kill", "fcntl", "prlimit64"):
        assert getattr(architecture, name) == numbers[name]
    # Older kernel headers lack only the newest calls.
    assert set(named) - known.keys() <= {"statmount", "listmount", "open_tree_attr"}


def test_both_architectures_refuse_the_same_calls() -> None:
    """Except for calls that only one of them has."""
    x86_64, aarch64 = (set(ARCHITECTURES[name].denied) for name in ("x86_64", "aarch64"))
    assert x86_64 - aarch64 == {"fork", "vfork", "modify_ldt"}
    assert aarch64 - x86_64 == set()
    assert ARCHITECTURES["x86_64"].reaching.keys() == ARCHITECTURES["aarch64"].reaching.keys()


def test_an_unknown_architecture_is_said_so() -> None:
    with pytest.raises(NotImplementedError, match="no seccomp filter for mips"):
        program("mips")
