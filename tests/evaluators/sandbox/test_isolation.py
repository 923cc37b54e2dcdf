"""What a hostile evaluator can find: only what it was given."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from evaluators.learning.determinism import ENVIRONMENT
from evaluators.sandbox.view import EVALUATORS
from tests.bundles import write_bundle
from tests.evaluators.conftest import ROOT
from tests.evaluators.sandbox.conftest import Said


def test_no_socket_of_any_family_can_be_opened(said: Said) -> None:
    found = said("""
        import socket
        def main(arguments):
            families = {name: getattr(socket, name) for name in dir(socket) if name.startswith("AF_")}
            kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW)
            tried = {name: [attempt(socket.socket, families[name], kind) for kind in kinds] for name in families}
            tried["pair"] = [attempt(socket.socketpair)]
            return say(tried)
    """)
    assert {"AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "pair"} <= found.keys()
    assert {answer for answers in found.values() for answer in answers} == {"EPERM"}


def test_a_server_of_this_host_is_out_of_reach(said: Said) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        assert said(f"""
            import socket
            def main(arguments):
                return say(attempt(socket.create_connection, ("127.0.0.1", {port}), 2))
        """) in {"EPERM", "gaierror"}
        with pytest.raises(BlockingIOError):
            server.accept()


def test_secrets_of_the_host_are_not_there(
    said: Said, tmp_path: Path, known: PreparedDataset, submission: Path, unshared: bool
) -> None:
    other_dataset = prepare(write_bundle(tmp_path / "other", budget=9), known.path.parent)
    other_submission = submission.parent / "theirs"
    other_submission.mkdir(exist_ok=True)
    (other_submission / "apple.csv").write_text("id\n")
    database, key = tmp_path / "db.sqlite3", tmp_path / "secret_key"
    for path in (database, key):
        path.write_text("secret")
    paths = [
        *(database, key, ROOT / "leaderboard/settings.py", ROOT / "manage.py", ROOT / "var", ROOT, tmp_path),
        *(other_dataset, other_dataset / "tables/test/labels.npy", known.path, known.path.parent),
        *(other_submission, other_submission / "apple.csv", submission.parent),
        *map(Path, ("/etc", "/etc/passwd", "/etc/shadow", "/proc", "/proc/self", "/proc/1/environ", "/sys", "/run")),
        *map(Path, ("/root", "/home", "/tmp", "/var", "/dev/shm", "/dev/mem", "/dev/kmsg", "/dev/tty", "/dev/fuse")),
    ]
    found = said(f"""
        def look(path):
            os.close(os.open(path, os.O_RDONLY))
        def main(arguments):
            paths = {[str(path) for path in paths]!r}
            return say({{path: [attempt(os.stat, path), attempt(look, path)] for path in paths}})
    """)
    # Without namespaces a run sees that a path exists, and its dataset is at the path that the host has for it.
    opened = {path for path, (_, look) in found.items() if look == "done"}
    assert opened <= ({str(known.path)} if unshared else set())
    assert {look for _, look in found.values()} <= {"ENOENT", "EACCES", "done"}
    if not unshared:
        # Parent folders of the interpreter may have the same names.
        there = {path for path, (status, _) in found.items() if status != "ENOENT"}
        assert all(Path(os.path.realpath(os.sys.executable)).is_relative_to(path) for path in there)


def test_only_what_is_given_can_be_listed(said: Said, unshared: bool) -> None:
    found = said("""
        def main(arguments):
            def names(path):
                try:
                    return sorted(os.listdir(path))
                except OSError as error:
                    return errno.errorcode[error.errno]
            return say({path: names(path) for path in ("/", "/dev", "/tmp", "/proc", ".", "submission")})
    """)
    assert found.pop("submission") == ["apple.csv", "bread.csv"]
    assert found.pop(".") == ("EACCES" if unshared else ["dataset", "submission"])
    assert set(found.values()) <= {"EACCES", "ENOENT"}


def test_the_workers_environment_is_not_inherited(said: Said, unshared: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATCHET_SECRET_KEY", "hunter2")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    found = said("""
        def main(arguments):
            return say([dict(os.environ), sys.argv])
    """)
    assert "hunter2" not in repr(found)
    assert set(found[0]) == {"PYTHONPATH", "HOME", "LC_ALL", *ENVIRONMENT} | (set() if unshared else {"PWD"})


def test_nothing_can_be_written_or_changed(said: Said, known: PreparedDataset, submission: Path) -> None:
    before = {path: path.stat() for path in [*known.path.rglob("*"), *submission.iterdir()]}
    found = said("""
        import sysconfig
        def main(arguments):
            library = sysconfig.get_path("stdlib")
            code, packages = os.path.dirname(os.path.dirname(__file__)), os.environ["PYTHONPATH"].split(":")[-1]
            folders = ["/", code, os.path.join(code, "cli"), packages, ".", "dataset", "dataset/tables/test",
                       "submission", "/usr", "/usr/lib", library, os.path.dirname(os.path.realpath(sys.executable))]
            def create(folder):
                with open(os.path.join(folder, "was-here"), "x"):
                    pass
            files = ["dataset/manifest.json", "dataset/tables/test/labels.npy", "submission/apple.csv", __file__,
                     os.__file__, os.path.realpath(sys.executable)]
            def append(path):
                with open(path, "ab"):
                    pass
            def truncate_by_opening(path):
                os.close(os.open(path, os.O_RDONLY | os.O_TRUNC))
            return say({
                **{folder: [attempt(create, folder), attempt(os.mkdir, folder + "/x"), attempt(os.chmod, folder, 0o777)]
                   for folder in folders},
                **{path: [attempt(append, path), attempt(os.remove, path), attempt(os.rename, path, path + "x"),
                          attempt(os.chmod, path, 0o777), attempt(os.utime, path, (0, 0)),
                          attempt(os.truncate, path, 0), attempt(os.chown, path, -1, -1),
                          attempt(truncate_by_opening, path)] for path in files},
            })
    """)
    assert {answer for answers in found.values() for answer in answers} <= {"EROFS", "EACCES", "ETXTBSY", "EPERM"}
    for path, status in before.items():
        now = path.stat()
        assert (now.st_mtime_ns, now.st_mode, now.st_size) == (status.st_mtime_ns, status.st_mode, status.st_size)
    assert not list(EVALUATORS.rglob("was-here"))
    assert not Path("/was-here").exists()


def test_a_link_leads_nowhere(said: Said) -> None:
    found = said("""
        def main(arguments):
            return say([attempt(os.symlink, "/etc/passwd", "link"),
                        attempt(os.link, "dataset/manifest.json", "hard"),
                        attempt(os.mknod, "device", 0o60666, os.makedev(8, 0)),
                        attempt(os.chroot, "."), attempt(os.chdir, "dataset")])
    """)
    assert set(found) == {"EPERM"}


def test_only_the_standard_streams_are_open(said: Said) -> None:
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)  # as a careless library might
    try:
        found = said("""
            def main(arguments):
                return say([number for number in range(4096) if attempt(os.fstat, number) == "done"])
        """)
    finally:
        os.close(reading)
        os.close(writing)
    assert found == [0, 1, 2]


def test_standard_input_is_empty(said: Said, unshared: bool) -> None:
    assert said("""
        def main(arguments):
            return say([sys.stdin.read(), os.isatty(0), os.isatty(1), os.isatty(2), attempt(open, "/dev/tty")])
    """) == ["", False, False, False, "EACCES" if unshared else "ENOENT"]


def test_nobody_has_no_capability_and_gets_none(said: Said, unshared: bool) -> None:
    assert said("""
        def main(arguments):
            # PR_CAPBSET_READ = 23, PR_GET_NO_NEW_PRIVS = 39, PR_GET_SECCOMP = 21 (which a filter answers with 2),
            # PR_CAP_AMBIENT = 47 with PR_CAP_AMBIENT_IS_SET = 1.
            header = (ctypes.c_uint32 * 2)(0x20080522, 0)
            data = (ctypes.c_uint32 * 6)()
            libc.capget(header, data)
            return say({
                "ids": [os.getuid(), os.geteuid(), os.getgid()],
                "sets": list(data),
                "ambient": sum(libc.prctl(47, 1, number, 0, 0) == 1 for number in range(41)),
                "no new privileges": libc.prctl(39, 0, 0, 0, 0),
                "setuid": attempt(os.setuid, 0),
                "setgid": attempt(os.setgid, 0),
                "setgroups": attempt(os.setgroups, [0]),
                "nice": attempt(os.setpriority, os.PRIO_PROCESS, 0, -5),
            })
    """) == {
        "ids": [os.getuid(), os.geteuid(), os.getgid()] if unshared else [65534, 65534, 65534],
        "sets": [0] * 6,
        "ambient": 0,
        "no new privileges": 1,
        "setuid": "EPERM",
        "setgid": "EPERM",
        "setgroups": "EPERM",
        "nice": "EPERM",
    }
