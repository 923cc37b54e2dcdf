"""The filter itself, run by a tiny interpreter of classic BPF for both architectures and every system call number."""

from __future__ import annotations

import errno
import re
import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from evaluators.walls.calls import ARCHITECTURES, FIRST_UNKNOWN, FREE, SERVING, STARTING
from evaluators.walls.seccomp import for_run, for_start, for_template

ALLOW, KILL, REFUSE, UNKNOWN = 0x7FFF0000, 0x80000000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
OWN = 4711
Maker = Callable[[str | None], bytes]
MAKERS: dict[str, Maker] = {"run": partial(for_run, OWN), "start": for_start, "template": for_template}
FILTERS = pytest.mark.parametrize("made", MAKERS.values(), ids=MAKERS)
MACHINES = pytest.mark.parametrize("machine", ARCHITECTURES)


def verdict(
    machine: str,
    number: int,
    *arguments: int,
    audit: int | None = None,
    made: Maker = MAKERS["run"],
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


def number_of(machine: str, name: str) -> int:
    return ARCHITECTURES[machine].numbers[name]


def allowed(machine: str, made: Maker, *arguments: int) -> set[str]:
    """The names of the calls that are let through with these arguments; each has a number in our tables."""
    names = {number: name for name, number in ARCHITECTURES[machine].numbers.items()}
    return {names[number] for number in range(1024) if verdict(machine, number, *arguments, made=made) == ALLOW}


@MACHINES
@FILTERS
def test_what_is_not_listed_is_refused(machine: str, made: Maker) -> None:
    known = set(ARCHITECTURES[machine].numbers)
    # No rule about arguments lets these through.
    found = allowed(machine, made, 77777, 77777, 77777, 0x21)
    assert found - STARTING - SERVING == (FREE & known) | ({"open", "openat"} & known) | (
        {"kill", "tgkill"} if made is not MAKERS["run"] else set()
    )
    assert {verdict(machine, number, made=made) for number in range(FIRST_UNKNOWN)} == {ALLOW, REFUSE}
    assert {verdict(machine, number, made=made) for number in range(FIRST_UNKNOWN, 1024)} == {UNKNOWN}


@MACHINES
def test_a_start_may_take_on_walls_and_a_run_no_more(machine: str) -> None:
    known = set(ARCHITECTURES[machine].numbers)
    run, start, template = (allowed(machine, made) for made in MAKERS.values())
    assert start - run == (STARTING & known) | {"kill", "tgkill"}
    assert template - start == SERVING  # without flags, clone is a fork
    assert run <= start <= template


@MACHINES
def test_only_its_own_process_is_signalled(machine: str) -> None:
    for call in ("kill", "tgkill"):
        number = number_of(machine, call)
        assert verdict(machine, number, OWN, 9) == ALLOW
        for other in (0, 1, 2, OWN + 1, 0x7FFFFFFF, 2**32 - 1, 2**64 - 1, 2**32 - OWN, 0x80000000, 1 << 32):
            assert verdict(machine, number, other, 9) == REFUSE


@MACHINES
@FILTERS
def test_files_are_neither_locked_nor_leased_nor_hinted_at(machine: str, made: Maker) -> None:
    number = number_of(machine, "fcntl")
    commands = {command for command in range(2048) if verdict(machine, number, 3, command, made=made) == ALLOW}
    assert commands == {0, 1, 2, 3, 4, 1030}  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC


@MACHINES
@FILTERS
def test_a_device_is_only_asked_whether_it_is_a_terminal(machine: str, made: Maker) -> None:
    number = number_of(machine, "ioctl")
    commands = {command for command in range(0x10000) if verdict(machine, number, 0, command, made=made) == ALLOW}
    assert commands == {0x5401, 0x5413, 0x5450, 0x5451}  # TCGETS, TIOCGWINSZ, FIONCLEX, FIOCLEX; not TIOCSTI


@MACHINES
@FILTERS
def test_a_file_opened_for_reading_is_not_truncated(machine: str, made: Maker) -> None:
    calls = [("openat", 2), *([("open", 1)] if machine == "x86_64" else [])]
    for name, place in calls:
        for access, expected in ((0, REFUSE), (1, ALLOW), (2, ALLOW)):
            for extra in (0, 0o100, 0o2000000):  # O_CREAT, O_CLOEXEC
                arguments = [0] * place + [0o1000 | access | extra]
                assert verdict(machine, number_of(machine, name), *arguments, made=made) == expected
        assert verdict(machine, number_of(machine, name), *[0] * place, 0, made=made) == ALLOW


@MACHINES
def test_limits_and_processors_of_others_are_out_of_reach(machine: str) -> None:
    for call in ("prlimit64", "sched_getaffinity"):
        assert verdict(machine, number_of(machine, call), 0, 7) == ALLOW
        for pid in (1, 2, OWN, 0x7FFFFFFF, 2**32 - 1):
            assert verdict(machine, number_of(machine, call), pid, 7) == REFUSE


@MACHINES
def test_no_option_of_a_run_makes_it_stronger(machine: str) -> None:
    options = {n for n in range(100) if verdict(machine, number_of(machine, "prctl"), n) == ALLOW}
    assert options == {3, 15, 16, 21, 23, 39}
    of_start = {n for n in range(100) if verdict(machine, number_of(machine, "prctl"), n, made=for_start) == ALLOW}
    assert of_start - options == {1, 22, 38, 47}  # the parent's death, a filter, no_new_privs, ambient capabilities


@MACHINES
@FILTERS
def test_memory_may_be_mapped_but_not_shared_without_a_file(machine: str, made: Maker) -> None:
    mmap = partial(verdict, machine, number_of(machine, "mmap"), 0, 4096, made=made)
    shared, shared_validate, private, anonymous = 0x01, 0x03, 0x02, 0x20
    for extra in (0, 0x4000, 0x40000, 1 << 40):
        assert mmap(3, private | anonymous | extra) == ALLOW
        assert mmap(1, shared | extra) == ALLOW
        assert mmap(1, private | extra) == ALLOW
        assert mmap(3, shared | anonymous | extra) == REFUSE
        assert mmap(3, shared_validate | anonymous | extra) == REFUSE


@MACHINES
@FILTERS
def test_memory_is_not_merged_with_that_of_others(machine: str, made: Maker) -> None:
    advice = {n for n in range(200) if verdict(machine, number_of(machine, "madvise"), 0, 0, n, made=made) == ALLOW}
    assert advice == {0, 1, 2, 3, 4, 8, 14, 15, 16}  # MADV_MERGEABLE is 12


@MACHINES
def test_other_tables_of_calls_are_not_let_in(machine: str) -> None:
    for audit in (0x40000003, 0x40000028, 0, 0xC000003E ^ 0xC00000B7):  # i386, ARM, none
        assert verdict(machine, 0, audit=audit) == KILL
    others = [item.audit for name, item in ARCHITECTURES.items() if name != machine]
    assert all(verdict(machine, 0, audit=audit) == KILL for audit in others)
    for number in (0x40000000, 0x40000000 + 59, 0x7FFFFFFF, 0xFFFFFFFF):
        assert verdict(machine, number) == REFUSE


@MACHINES
def test_a_template_may_fork_and_nothing_like_it(machine: str) -> None:
    clone = number_of(machine, "clone")
    of_template = partial(verdict, machine, clone, made=for_template)
    # CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD, as fork does it.
    assert of_template(0x01200011) == ALLOW
    shared_memory, thread, files, untraced = 0x100, 0x10000, 0x400, 0x00800000
    spaces = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
    for flag in (shared_memory, thread, files, untraced, *spaces):
        assert of_template(0x01200011 | flag) == REFUSE, hex(flag)
    # Beyond 32 bits there are no flags that the kernel would look at.
    assert of_template(0x01200011 | 1 << 33) == ALLOW
    for made in (MAKERS["run"], MAKERS["start"]):
        assert verdict(machine, clone, 0x01200011, made=made) == REFUSE


@MACHINES
@FILTERS
def test_the_program_is_one_the_kernel_takes(machine: str, made: Maker) -> None:
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
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\b", header.read_text())
    numbers = {name: int(number) for name, number in found}
    # On 64 bits the kernel calls it by another name.
    numbers.setdefault("newfstatat", numbers.get("fstatat", -1))
    known = ARCHITECTURES[machine].numbers
    assert known == {name: numbers[name] for name in known}


def test_both_architectures_know_the_same_calls() -> None:
    """Except for older spellings that only one of them has."""
    x86_64, aarch64 = (set(ARCHITECTURES[name].numbers) for name in ("x86_64", "aarch64"))
    older = "access arch_prctl dup2 lstat mkdir open pause poll readlink rename rmdir select stat time unlink"
    assert x86_64 - aarch64 == set(older.split())
    assert aarch64 - x86_64 == set()


def test_an_unknown_architecture_is_said_so() -> None:
    with pytest.raises(NotImplementedError, match="no seccomp filter for mips"):
        for_start("mips")
