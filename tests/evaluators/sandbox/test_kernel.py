"""System calls used to escape from sandboxes: each is refused by the filter, the capabilities or the namespaces."""

from __future__ import annotations

import os
import platform

import pytest

from tests.evaluators.sandbox.conftest import Said

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="the calls' numbers are those of x86-64")

CALLS = {
    # name: (number, arguments as Python source)
    "ptrace": (101, "0, 0, 0, 0"),
    "process_vm_readv": (310, "1, 0, 0, 0, 0, 0"),
    "mount": (165, "b'none', b'/scratch', b'tmpfs', 0, 0"),
    "umount2": (166, "b'/data/dataset', 2"),
    "pivot_root": (155, "b'/scratch', b'/scratch'"),
    "unshare user": (272, "0x10000000"),
    "unshare network": (272, "0x40000000"),
    "setns": (308, "0, 0"),
    "io_uring_setup": (425, "8, ctypes.create_string_buffer(120)"),
    "userfaultfd": (323, "0"),
    "userfaultfd for user mode": (323, "1"),
    "keyctl": (250, "0, -3, 0"),
    "add_key": (248, "b'user', b'a', b'b', 1, -2"),
    "request_key": (249, "b'user', b'a', 0, 0"),
    "bpf": (321, "0, ctypes.create_string_buffer(120), 120"),
    "perf_event_open": (298, "ctypes.create_string_buffer(120), 0, -1, -1, 0"),
    "memfd_create": (319, "b'x', 0"),
    "memfd_secret": (447, "0"),
    "shmget": (29, "0, 4096, 0o1600"),
    "semget": (64, "0, 1, 0o1600"),
    "msgget": (68, "0, 0o1600"),
    "mq_open": (240, "b'x', 0o102, 0o600, 0"),
    "personality": (135, "0x0040000"),
    "syslog": (103, "3, ctypes.create_string_buffer(100), 100"),
    "modify_ldt": (154, "0, 0, 0"),
    "kcmp": (312, "1, 1, 0, 0, 0"),
    "init_module": (175, "0, 0, b''"),
    "finit_module": (313, "0, b'', 0"),
    "delete_module": (176, "b'x', 0"),
    "kexec_load": (246, "0, 0, 0, 0"),
    "open_by_handle_at": (304, "0, ctypes.create_string_buffer(120), 0"),
    "name_to_handle_at": (303, "-100, b'/', ctypes.create_string_buffer(120), 0, 0"),
    "pidfd_open": (434, "1, 0"),
    "open_tree": (428, "-100, b'/', 1"),
    "move_mount": (429, "0, b'', 0, b'', 0"),
    "fsopen": (430, "b'tmpfs', 0"),
    "mount_setattr": (442, "-100, b'/', 0, 0, 0"),
    "listmount": (458, "0, 0, 0, 0"),
    "reboot": (169, "0xfee1dead, 672274793, 0x1234567, 0"),
    "sethostname": (170, "b'x', 1"),
    "settimeofday": (164, "ctypes.create_string_buffer(16), 0"),
    "swapon": (167, "b'/scratch/x', 0"),
}


def test_every_such_call_is_refused(said: Said) -> None:
    tries = ", ".join(
        f"{name!r}: attempt(lambda: syscall({number}, {arguments}))" for name, (number, arguments) in CALLS.items()
    )
    found = said(f"""
        def main(arguments):
            return say({{{tries}}})
    """)
    assert found == dict.fromkeys(CALLS, "EPERM")


def test_the_same_calls_by_x32_numbers_are_refused(said: Said) -> None:
    found = said("""
        def main(arguments):
            return say([attempt(lambda: syscall(0x40000000 + number)) for number in range(550)])
    """)
    assert set(found) == {"EPERM"}


def test_the_calls_of_32_bit_end_the_process(said: Said, probe: Said) -> None:
    """``int 0x80`` uses other numbers, which the filter doesn't know, so these calls aren't allowed at all."""
    source = """
        import mmap
        def main(arguments):
            # mov eax, 20 (getpid); int 0x80; ret
            code = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)
            code.write(b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3")
            ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
            return say("survived")
    """
    outcome = probe(source)
    assert (outcome.reason, outcome.detail.splitlines()[0]) == ("crash", "exit code 159")  # 128 + SIGSYS
    assert "survived" not in outcome.detail


@pytest.mark.parametrize("way", ["os.fork()", "libc.vfork()", "clone", "clone3", "spawn", "subprocess"])
def test_no_process_can_be_started(way: str, said: Said) -> None:
    attempts = {
        "libc.vfork()": "attempt(lambda: syscall(58))",
        "clone": "attempt(lambda: syscall(56, 17, 0, 0, 0, 0))",
        "clone3": "attempt(lambda: syscall(435, (ctypes.c_uint64 * 11)(), 88))",
        "spawn": "attempt(lambda: os.posix_spawn(sys.executable, ['python'], {}))",
        "subprocess": "attempt(lambda: subprocess.Popen([sys.executable]))",
    }
    expression = attempts.get(way, f"attempt(lambda: {way})")
    found = said(f"""
        import subprocess
        def main(arguments):
            answers = set()
            # Had one been started it would go on here and say so, too.
            for _ in range(2000 if {way!r} != "subprocess" else 200):
                answers.add({expression})
            return say([sorted(answers), os.getpid()])
    """)
    assert found[0] == ["EPERM"]


def test_100_000_processes_are_100_000_refusals(said: Said) -> None:
    assert (
        said("""
        def main(arguments):
            refused = 0
            for _ in range(100_000):
                refused += attempt(os.fork) == "EPERM"
            return say(refused)
    """)
        == 100_000
    )


def test_no_thread_can_be_started(said: Said) -> None:
    """The kernel doesn't apply RLIMIT_NPROC to a worker run by root, and each thread costs it memory."""
    assert said("""
        import _thread
        def main(arguments):
            _thread.stack_size(32768)
            answers = {attempt(_thread.start_new_thread, time.sleep, (60,)) for _ in range(100_000)}
            flags = 0x10000 | 0x800 | 0x100  # CLONE_THREAD, CLONE_SIGHAND, CLONE_VM
            return say([sorted(answers), attempt(lambda: syscall(56, flags, 0, 0, 0, 0))])
    """) == [["RuntimeError"], "EPERM"]


def test_signals_reach_nobody(said: Said, unshared: bool) -> None:
    """The probe signals every process id of the host; this test's own process would be among those that answer."""
    found = said(f"""
        def main(arguments):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            numbers = [number for number in [*range(-1, 5000), {os.getpid()}, {os.getppid()}]
                       if attempt(os.kill, number, signal.SIGTERM) == "done"]
            for number in (1, {os.getpid()}):
                attempt(os.kill, number, signal.SIGKILL)
                attempt(os.killpg, number, signal.SIGKILL)
            return say([numbers, os.getpid(), os.getppid()])
    """)
    numbers, own, parent = found
    assert set(numbers) <= {own}
    assert parent not in numbers
    assert unshared or own < 10


def test_limits_cannot_be_raised(said: Said) -> None:
    found = said("""
        import resource
        def main(arguments):
            names = [name for name in dir(resource) if name.startswith("RLIMIT_")]
            tried = {}
            for name in names:
                soft, hard = resource.getrlimit(getattr(resource, name))
                if hard != resource.RLIM_INFINITY:
                    tried[name] = [
                        attempt(resource.setrlimit, getattr(resource, name), (hard + 1, hard + 1)),
                        attempt(resource.setrlimit, getattr(resource, name), (-1, -1)),
                        attempt(lambda: resource.prlimit(0, getattr(resource, name), (-1, -1))),
                    ]
            return say(tried)
    """)
    assert {"RLIMIT_AS", "RLIMIT_DATA", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_NPROC"} <= found.keys()
    # Python raises ValueError where the kernel returns EPERM.
    assert {answer for answers in found.values() for answer in answers} <= {"ValueError", "EPERM", "PermissionError"}


def test_no_core_is_dumped(said: Said) -> None:
    assert said("""
        import resource
        def main(arguments):
            return say(resource.getrlimit(resource.RLIMIT_CORE))
    """) == [0, 0]
