"""Attacks on the host, each harmless when it succeeds, and the walls that stop it by themselves.

An attack is a function without arguments in ``PROGRAM``, the source of a hostile ``main.py``. The numbers of system
calls are those of x86-64.
"""

from __future__ import annotations

import os

_ROOT = os.geteuid() == 0
_OF_ROOT = {"landlock", "limits"} if _ROOT else set()
"""A run without capabilities can't reach a process of root's that has them."""

_ALONE = {
    "timers without end": {"filter", "limits"},
    "an inotify watch": {"filter"},
    "a pipe of a mebibyte": {"filter"},
    "an event descriptor": {"filter"},
    "a timer descriptor": {"filter"},
    "an epoll descriptor": {"filter"},
    "the mode of the null device": {"namespaces", "filter"},
    "the times of the dataset": {"namespaces", "filter"},
    "the owner of the dataset": {"namespaces", "filter"},
    "a pipe by name": {"namespaces", "landlock", "filter"},
    "an ioctl": {"filter"},
    "an io_uring": {"filter", "limits"},
    "the keyring": {"filter"},
    "an abstract socket of the host": {"namespaces", "landlock", "filter"},
    "a server of the host": {"namespaces", "landlock", "filter"},
    "a signal to the worker": {"namespaces", "landlock", "filter"},
    "the command line of the worker": {"namespaces", "landlock"},
    "the priority of the worker": _OF_ROOT | {"namespaces", "filter"},
    "the processors of the worker": _OF_ROOT | {"namespaces", "filter"},
    "a descriptor of the worker": {"namespaces", "filter"},
    "a message queue": {"landlock", "filter", "limits"},
    "shared memory": {"filter"},
    "a semaphore": {"filter"},
    "userfaultfd": {"filter"},
    "another personality": {"filter"},
    "a file in memory": {"filter"},
    "a file's handle": {"filter"},
    "a second name for the dataset": {"namespaces", "landlock", "filter"},
    "truncate a file of the host": {"namespaces", "landlock", "filter"},
    "truncate by opening for reading": {"namespaces", "landlock", "filter", "limits"},
    "read a file of the host": {"namespaces", "landlock"},
    "read a file of the host by a path that climbs": {"namespaces", "landlock"},
    "list the host's temporary files": {"namespaces", "landlock"},
    "write a file on the host": {"namespaces", "landlock", "limits"},
    "rename a file of the host": {"namespaces", "landlock"},
    "a lock on the dataset": {"filter"},
    "locked memory": {"filter", "limits"},
    "64 GiB of addresses": {"limits"},
    "500 open files": {"limits"},
    "outlive the worker": {"filter"},
    "another process": {"filter"} | (set() if _ROOT else {"limits"}),
}

PROBES: dict[str, frozenset[str]] = {name: frozenset(walls) for name, walls in _ALONE.items()}
"""Each attack, and the walls of which each one alone stops it."""

PROGRAM = r"""
import ctypes, errno, fcntl, json, mmap, os, socket, struct
libc = ctypes.CDLL(None, use_errno=True)
HOST = {}
TEMPORARY = "/tmp"

def attempt(function):
    try:
        function()
    except OSError as error:
        return errno.errorcode.get(error.errno, "OSError")
    except BaseException as error:
        return type(error).__name__
    return "done"

def call(number, *arguments):
    ctypes.set_errno(0)
    answer = libc.syscall(ctypes.c_long(number), *arguments)
    if answer == -1:
        raise OSError(ctypes.get_errno(), "")
    return answer

def closed(descriptor):
    os.close(descriptor)

def timers():
    made = []
    timer = ctypes.c_int()
    try:
        for _ in range(500):
            call(222, 1, None, ctypes.byref(timer))
            made.append(timer.value)
    finally:
        for one in made:
            call(226, one)

def watch():
    descriptor = call(294, 0)
    try:
        call(254, descriptor, b"dataset", 0x100)
    finally:
        os.close(descriptor)

def large_pipe():
    ends = os.pipe()
    try:
        fcntl.fcntl(ends[0], 1031, 2**20)
    finally:
        closed(ends[0]); closed(ends[1])

def same_times():
    found = os.stat("dataset/file")
    os.utime("dataset/file", ns=(found.st_atime_ns, found.st_mtime_ns))

def named_pipe():
    path = f"{TEMPORARY}/ratchet-probe-{os.getpid()}"
    os.mkfifo(path)
    os.unlink(path)

def abstract():
    with socket.socket(socket.AF_UNIX) as one:
        one.connect("\0" + HOST["abstract"])

def same_priority():
    os.setpriority(os.PRIO_PROCESS, HOST["pid"], os.getpriority(os.PRIO_PROCESS, HOST["pid"]))

def same_processors():
    os.sched_setaffinity(HOST["pid"], os.sched_getaffinity(HOST["pid"]))

def queue():
    try:
        os.close(call(240, b"ratchet-probe", 0o302, 0o600, None))  # O_CREAT | O_EXCL | O_RDWR
    finally:
        # Landlock refuses to open it when it is there already.
        attempt(lambda: call(241, b"ratchet-probe"))

def shared_memory():
    call(31, call(29, 0, 4096, 0o1600), 0, None)

def semaphore():
    call(66, call(64, 0, 1, 0o1600), 0, 0)

def handle():
    space = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128))
    call(303, -100, b"dataset/file", space, ctypes.byref(ctypes.c_int()), 0)

def second_name():
    path = os.path.join(os.path.dirname(HOST["victim"]), "second")
    os.link("dataset/file", path)
    os.unlink(path)

def truncate_by_opening():
    path = HOST["victim"]
    with open(path) as file:
        content = file.read()
    os.close(os.open(path, os.O_RDONLY | os.O_TRUNC))
    with open(path, "w") as file:
        file.write(content)

def write_on_host():
    path = HOST["victim"] + "-written"
    file = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        os.write(file, b"x")
    finally:
        os.close(file)
        os.unlink(path)

def rename():
    os.rename(HOST["victim"], HOST["victim"] + "-renamed")
    os.rename(HOST["victim"] + "-renamed", HOST["victim"])

def many_files():
    opened = []
    try:
        for _ in range(500):
            opened.append(os.open("dataset/file", os.O_RDONLY))
    finally:
        for one in opened:
            os.close(one)

def lock():
    file = os.open("dataset/file", os.O_RDONLY)
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    finally:
        os.close(file)

def lock_memory():
    space = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    call(149, ctypes.byref(ctypes.c_char.from_buffer(space)), 4096)

def fork():
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)

def without_a_parent():
    call(157, 1, 0, 0, 0, 0)

ATTACKS = {
    "timers without end": timers,
    "an inotify watch": watch,
    "a pipe of a mebibyte": large_pipe,
    "an event descriptor": lambda: closed(call(290, 0, 0)),
    "a timer descriptor": lambda: closed(call(283, 1, 0)),
    "an epoll descriptor": lambda: closed(call(291, 0)),
    "the mode of the null device": lambda: os.chmod("/dev/null", 0o666),
    "the times of the dataset": same_times,
    "the owner of the dataset": lambda: os.chown("dataset/file", os.getuid(), os.getgid()),
    "a pipe by name": named_pipe,
    "an ioctl": lambda: fcntl.ioctl(1, 0x541B, bytearray(4)),
    "an io_uring": lambda: closed(call(425, 8, ctypes.create_string_buffer(120))),
    "the keyring": lambda: call(250, 0, -3, 0),
    "an abstract socket of the host": abstract,
    "a server of the host": lambda: socket.create_connection(("127.0.0.1", HOST["port"]), 5).close(),
    "a signal to the worker": lambda: os.kill(HOST["pid"], 0),
    "the command line of the worker": lambda: open(f"/proc/{HOST['pid']}/cmdline").close(),
    "the priority of the worker": same_priority,
    "the processors of the worker": same_processors,
    "a descriptor of the worker": lambda: closed(call(434, HOST["pid"], 0)),
    "a message queue": queue,
    "shared memory": shared_memory,
    "a semaphore": semaphore,
    "userfaultfd": lambda: closed(call(323, 1)),
    "another personality": lambda: call(135, ctypes.c_ulong(0xFFFFFFFF)),
    "a file in memory": lambda: closed(call(319, b"x", 0)),
    "a file's handle": handle,
    "a second name for the dataset": second_name,
    "truncate a file of the host": lambda: os.truncate(HOST["victim"], os.stat(HOST["victim"]).st_size),
    "truncate by opening for reading": truncate_by_opening,
    "read a file of the host": lambda: open(HOST["victim"]).close(),
    "read a file of the host by a path that climbs": lambda: open("dataset" + "/.." * 20 + HOST["victim"]).close(),
    "list the host's temporary files": lambda: os.listdir(TEMPORARY),
    "write a file on the host": write_on_host,
    "rename a file of the host": rename,
    "a lock on the dataset": lock,
    "locked memory": lock_memory,
    "64 GiB of addresses": lambda: mmap.mmap(-1, 2**36, 0x4022).close(),
    "500 open files": many_files,
    "outlive the worker": without_a_parent,
    "another process": fork,
}

def main(arguments):
    HOST.update(json.loads(arguments[0]))
    print(json.dumps({name: attempt(attack) for name, attack in ATTACKS.items()}))
    return 0
"""
