"""Work on an organizer's files: what hostile code can find, what it can leave behind, how far its output is trusted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evaluators.problems.problem import BundleError
from evaluators.sandbox import (
    OUTPUT,
    SANDBOXES,
    Availability,
    Limits,
    SandboxUnavailable,
    UnexpectedFile,
    WorkFailed,
    collect,
    work,
)
from evaluators.sandbox.availability import in_use
from evaluators.sandbox.limits import MEBIBYTE
from evaluators.sandbox.written import MAX_DEPTH, empty_if_deep, is_overfull
from tests.bundles import write_bundle
from tests.evaluators.sandbox.conftest import SHORT, hostile_package

Work = Callable[..., bytes]
SMALL = {"folder_bytes": 8 * MEBIBYTE, "folder_entries": 50}


@pytest.fixture
def output(tmp_path: Path) -> Path:
    folder = tmp_path / "output"
    folder.mkdir()
    return folder


@pytest.fixture(params=SANDBOXES)
def sandbox_name(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The sandbox in use."""
    name = str(request.param)
    monkeypatch.setitem(work.__globals__, "in_use", lambda: SANDBOXES[name])
    return name


@pytest.fixture
def hostile(tmp_path: Path, output: Path, sandbox_name: str) -> Work:
    """Run this source as work on a folder with one file; keyword arguments override limits."""

    def run(source: str, **limits: Any) -> bytes:
        folder = tmp_path / "input"
        folder.mkdir(exist_ok=True)
        (folder / "file").write_text("content")
        package = hostile_package(tmp_path / "hostile", source)
        return work(["x"], folder=folder, output=output, limits=replace(SHORT, **limits), evaluators=package)

    return run


def failure(hostile: Work, source: str, **limits: Any) -> WorkFailed:
    with pytest.raises(WorkFailed) as caught:
        hostile(source, **limits)
    return caught.value


def test_the_input_can_be_read_and_not_written_and_the_output_is_empty(hostile: Work, sandbox_name: str) -> None:
    answer = hostile("""
        def main(arguments):
            found = [open("input/file").read(), os.listdir("output"), arguments,
                     attempt(open, "input/file", "a"), attempt(open, "input/new", "x"), attempt(os.listdir, "/"),
                     attempt(os.link, "input/file", "output/link"), attempt(os.fork)]
            print(json.dumps(found))
            return 0
    """)
    unwritten = "EROFS" if sandbox_name == "namespaces" else "EACCES"
    expected = ["content", [], ["x"], unwritten, unwritten, "EACCES", "EPERM", "EPERM"]
    assert json.loads(answer) == expected


def test_what_is_written_comes_out(hostile: Work, output: Path) -> None:
    hostile("""
        def main(arguments):
            os.mkdir("output/public")
            for name in ("public/a.npy", "b.json"):
                open("output/" + name, "w").write(name)
            return 0
    """)
    found = collect(output, ["public/a.npy", "b.json", "c"])
    assert {name: path.read_text() for name, path in found.items()} == {
        "public/a.npy": "public/a.npy",
        "b.json": "b.json",
    }
    with pytest.raises(UnexpectedFile, match="b.json"):
        collect(output, ["public/a.npy"])


@pytest.mark.parametrize(
    "fill",
    [
        'file = open("output/one", "wb", buffering=0)\nwhile True: file.write(bytes(2**20))',
        'for n in range(10**9): open(f"output/{n}", "wb", buffering=0).write(bytes(2**20))',
        'os.truncate(os.open("output/sparse", os.O_CREAT | os.O_RDWR), 2**30)\nreturn 0',
        "for n in range(10**9): open(f'output/{n}', 'w').close()",
        "for n in range(10**9): os.mkdir(f'output/{n}')",
        "for n in range(49): open(f'output/{n}', 'wb').write(bytes(200_000))\nreturn 0",
    ],
)
def test_too_much_written_is_ended(fill: str, hostile: Work, output: Path) -> None:
    started = time.monotonic()
    lines = "\n".join(f"            {line}" for line in fill.split("\n"))
    error = failure(
        hostile,
        f"""
        def main(arguments):
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
{lines}
    """,
        **SMALL,
    )
    # If a single file grows too large, the kernel ends the process or the write fails.
    assert error.reason == "output" or (error.reason == "crash" and ("sparse" in fill or "one" in fill)), error
    assert time.monotonic() - started < 10
    assert sum(path.lstat().st_blocks * 512 for path in output.rglob("*")) < 1024 * MEBIBYTE


def test_folders_without_end_are_ended(hostile: Work, output: Path) -> None:
    error = failure(
        hostile,
        f"""
        def main(arguments):
            os.makedirs("{OUTPUT}/" + "/".join("d" * {MAX_DEPTH + 1}))
            return 0
    """,
    )
    assert error.reason == "output"
    assert list(output.iterdir()) == []


def test_folders_that_are_nested_faster_than_one_looks_leave_nothing(hostile: Work, output: Path) -> None:
    """Whoever deletes the folder recurses: that fails from a thousand levels on."""
    error = failure(
        hostile,
        """
        def main(arguments):
            place = os.open("output", os.O_RDONLY)
            while True:
                for name in ("a", "b", "." + "c" * 200):
                    os.mkdir(name, dir_fd=place)
                open("output/file", "a").close()
                lower = os.open("a", os.O_RDONLY, dir_fd=place)
                os.close(place)
                place = lower
    """,
    )
    assert error.reason == "output"
    assert list(output.iterdir()) == []


def test_thousands_of_levels_can_be_deleted(output: Path) -> None:
    (output / "link").symlink_to("/etc/passwd")
    place = os.open(output, os.O_RDONLY)
    for _ in range(2 * sys.getrecursionlimit()):
        os.mkdir("a", dir_fd=place)
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=place))
        lower = os.open("a", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = lower
    os.close(place)
    try:
        with pytest.raises(UnexpectedFile):
            collect(output, ["a"])
        empty_if_deep(output)
        assert list(output.iterdir()) == []
    finally:
        # pytest recurses too when it cleans up.
        subprocess.run(["rm", "-rf", output], check=True)


def test_what_is_not_deep_stays(output: Path) -> None:
    (output / "/".join("d" * (MAX_DEPTH - 1))).mkdir(parents=True)
    empty_if_deep(output)
    assert [path.name for path in output.iterdir()] == ["d"]


def test_no_room_is_taken_that_limits_do_not_count(hostile: Work, output: Path) -> None:
    """``fallocate`` that keeps the size isn't bounded by RLIMIT_FSIZE: one call can take all of the disk."""
    answer = hostile(
        """
        import platform
        def main(arguments):
            file = os.open("output/file", os.O_CREAT | os.O_RDWR)
            number = {"x86_64": 285, "aarch64": 47}[platform.machine()]
            print(json.dumps([attempt(syscall, number, file, mode, ctypes.c_long(0), ctypes.c_long(2**28))
                              for mode in (0, 1, 3, 16, 32)] + [os.fstat(file).st_blocks]))
            return 0
    """,
        **SMALL,
    )
    assert json.loads(answer) == ["EPERM"] * 5 + [0]


def test_numpy_writes_large_arrays_without_that_call(hostile: Work, output: Path) -> None:
    """It asks for room in advance from 16 MiB on."""
    hostile("""
        def main(arguments):
            import numpy as np
            np.save("output/large.npy", np.arange(2**22, dtype=np.int64))
            return 0
    """)
    assert int(np.load(output / "large.npy", mmap_mode="r", allow_pickle=False)[-1]) == 2**22 - 1


def test_files_without_a_name_do_not_fill_the_disk(
    hostile: Work, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are not in the folder that is looked through, so the disk is looked at too."""
    disk = os.statvfs(output)
    looks = []

    def filling(folder: Path) -> os.statvfs_result:
        looks.append(folder)
        # 64 MiB of a large disk are left from the third look on.
        left = 2**14 if len(looks) > 2 else 2**30
        return os.statvfs_result((4096, 4096, 2**32, left, left, *disk[5:]))

    monkeypatch.setattr(os, "statvfs", filling)
    started = time.monotonic()
    error = failure(
        hostile,
        """
        def main(arguments):
            file = os.open("output/file", os.O_CREAT | os.O_RDWR)
            os.unlink("output/file")
            time.sleep(60)
    """,
        **SMALL,
    )
    assert error.reason == "output"
    assert len(looks) == 3
    assert time.monotonic() - started < 15


def test_nothing_can_be_made_that_other_accounts_could_open(hostile: Work, output: Path) -> None:
    """A file with the rights of whoever runs the worker, say, which anybody may start."""
    answer = hostile("""
        def main(arguments):
            found = [attempt(os.umask, 0)]
            os.close(os.open("output/file", os.O_CREAT | os.O_WRONLY, 0o6777))
            os.mkdir("output/folder", 0o777)
            print(json.dumps(found))
            return 0
    """)
    assert json.loads(answer) != ["done"]
    assert [path.name for path in output.iterdir() if path.stat().st_mode & 0o077] == []


def test_nothing_but_plain_files_and_folders_can_be_made(hostile: Work, output: Path) -> None:
    """The filter refuses it all; Landlock would too."""
    answer = hostile("""
        import socket
        def main(arguments):
            open("output/b", "w").close()
            found = [attempt(os.symlink, "/etc/passwd", "output/a"), attempt(os.link, "output/b", "output/a"),
                     attempt(os.mkfifo, "output/a"), attempt(os.mknod, "output/a", 0o20666, os.makedev(1, 5)),
                     attempt(os.mknod, "output/a", 0o140666), attempt(os.setxattr, "output/b", "user.x", b"x")]
            print(json.dumps(found))
            return 0
    """)
    assert set(json.loads(answer)) == {"EPERM"}
    assert collect(output, ["b"]) == {"b": output / "b"}


LEFT: dict[str, Callable[[Path], object]] = {
    "a link to a file": lambda folder: (folder / "a").symlink_to("/etc/passwd"),
    "a link to a folder": lambda folder: (folder / "public").symlink_to("/etc"),
    "a pipe": lambda folder: os.mkfifo(folder / "a"),
    "a folder": lambda folder: (folder / "a").mkdir(),
    "a second name": lambda folder: [(folder / "b").touch(), os.link(folder / "b", folder / "a")],
    "another name": lambda folder: (folder / "other").touch(),
    "an unprintable name": lambda folder: (folder / "\x1b[2J\n").touch(),
}


@pytest.mark.parametrize("leave", LEFT.values(), ids=LEFT)
def test_only_plain_files_of_expected_names_are_taken(leave: Callable[[Path], object], output: Path) -> None:
    leave(output)
    with pytest.raises(UnexpectedFile) as caught:
        collect(output, ["a", "b", "public/a"])
    assert str(caught.value).isprintable()


def test_a_folder_that_cannot_be_looked_through_is_overfull(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (output / "closed").mkdir()
    assert not is_overfull(output, Limits())

    def refused(path: object) -> None:
        raise PermissionError(13, "no", path)

    monkeypatch.setattr(os, "scandir", refused)
    assert is_overfull(output, Limits())


def test_time_and_output_without_end(hostile: Work) -> None:
    endless = """
        def main(arguments):
            while True: pass
    """
    assert failure(hostile, endless, cpu_seconds=1).reason == "timeout"
    assert failure(hostile, endless, wall_seconds=1).reason == "timeout"
    assert (
        failure(
            hostile,
            """
        def main(arguments):
            while True: sys.stdout.write("x" * 2**20)
    """,
            output_bytes=4 * MEBIBYTE,
        ).reason
        == "output"
    )
    assert (
        len(
            hostile(
                """
        def main(arguments):
            sys.stdout.write("x" * 4 * 2**20)
            return 0
    """,
                output_bytes=4 * MEBIBYTE,
            )
        )
        == 4 * MEBIBYTE
    )


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("return 1", "crash"),
        ("return 70", "crash"),
        ("return 71", "memory"),
        ("raise MemoryError", "memory"),
        ("bytearray(2**40)", "memory"),
        ("sys.exit(2)", "crash"),
        ("os._exit(2)", "result"),
        ("os.abort()", "crash"),
        ("print('{}'); return 2", "result"),
        ("print('{\"problems\": []}'); return 2", "result"),
        ("print(json.dumps({'problems': [{'message': 1}]})); return 2", "result"),
        ("print(json.dumps({'problems': [{'message': 'x'}] * 21})); return 2", "result"),
        ("print(json.dumps({'problems': [{'message': 'x'}], 'omitted': -1})); return 2", "result"),
        ("print(json.dumps({'problems': [{'message': 'x' * 2**20}]})); return 2", "result"),
    ],
)
def test_whatever_is_no_list_of_problems_is_our_fault(end: str, reason: str, hostile: Work) -> None:
    assert (
        failure(
            hostile,
            f"""
        def main(arguments):
            {end}
    """,
        ).reason
        == reason
    )


def test_problems_come_out_as_they_are(hostile: Work) -> None:
    with pytest.raises(BundleError) as caught:
        hostile("""
            def main(arguments):
                print(json.dumps({"problems": [{"message": "no.", "file": "a", "line": 3}], "omitted": 7}))
                return 2
        """)
    assert str(caught.value) == "a, line 3: no.\n… and 7 more."


def test_a_real_command_and_its_problems(tmp_path: Path, output: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle", seeds=[1, 1])
    with pytest.raises(BundleError, match="field 'seeds': seeds are different whole numbers"):
        work(["prepare", "input", "--store", str(OUTPUT), "--json"], folder=bundle, output=output)


def test_without_a_sandbox_nothing_is_opened(hostile: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(work.__globals__, "in_use", in_use)
    monkeypatch.setitem(in_use.__globals__, "availability", lambda: Availability(False, "none here"))
    with pytest.raises(SandboxUnavailable, match="none here"):
        hostile("def main(arguments): return 0")
