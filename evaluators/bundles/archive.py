"""A bundle as a zip archive: checked before anything is unpacked, then unpacked under the names of the specification.

A member's name is never used as a path. Files are written only under the names that ``challenge.yaml`` gives: one of
two folders and a plain file name.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO, BinaryIO

from evaluators.problems.collecting import BundleProblems
from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.specification.reading import MAX_SPECIFICATION_BYTES, SPECIFICATION_FILE
from evaluators.submissions.uploads import readable_size

MAX_MEMBERS = 5_000
MAX_DIRECTORY_BYTES = 4 * 1024 * 1024
MAX_UNPACKED_BYTES = 4 * 1024 * 1024 * 1024
MAX_NAMED = 5
"""How many members are named in one problem."""

_CHUNK = 1024 * 1024
_ENCRYPTED = 0x1
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_OTHERS = {b"PK\x03\x04": "zip", b"7z\xbc\xaf": "7z", b"Rar!": "rar", b"\x1f\x8b\x08": "gzip"}
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    RuntimeError,
    ValueError,
    LookupError,
    OverflowError,
    EOFError,
    OSError,
)


class Archive:
    """An opened archive; ``members`` maps names in the bundle to the archive's files."""

    def __init__(self, path: Path) -> None:
        """Open the archive and check its list of members.

        Raises:
            BundleError: the file isn't a zip archive, or has members that aren't allowed; all of them are listed.
        """
        self.name = path.name
        try:
            with path.open("rb") as file:
                _bounded(file, self.name)
            self._zip = zipfile.ZipFile(path)
            infos = [info for info in self._zip.infolist() if not _is_of_the_system(info)]
        except _UNREADABLE as error:
            remedy = "Make it again; a bundle is a .zip file or a folder."
            raise BundleError(Problem("is not a readable zip archive.", remedy, self.name)) from error
        _refuse_dangerous(infos, self.name)
        self.members = _by_bundle_name([info for info in infos if not info.is_dir()], self.name)

    def specification(self) -> bytes:
        """Return the content of ``challenge.yaml``.

        Raises:
            BundleError: it is missing, too large or damaged.
        """
        if SPECIFICATION_FILE not in self.members:
            remedy = f"Put {SPECIFICATION_FILE} at the top of the bundle."
            raise BundleError(Problem("the bundle has no challenge.yaml.", remedy, SPECIFICATION_FILE))
        try:
            with self._zip.open(self.members[SPECIFICATION_FILE]) as stream:
                content = stream.read(MAX_SPECIFICATION_BYTES + 1)
        except _UNREADABLE as error:
            raise BundleError(_damaged(SPECIFICATION_FILE)) from error
        if len(content) > MAX_SPECIFICATION_BYTES:
            raise BundleError(Problem("is larger than 256 KiB.", "Shorten its texts.", SPECIFICATION_FILE))
        return content

    def unpack(self, names: Iterable[str], folder: Path) -> BundleProblems:
        """Write the files called ``names`` into ``folder``; return the problems found with them.

        ``names`` come from a validated specification. Names that the archive lacks are skipped; damaged files are
        reported and not kept.
        """
        problems = BundleProblems()
        for name in names:
            if name not in self.members:
                continue
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._copy(name, target)
            except BundleError as error:
                target.unlink()
                problems.take(error)
        return problems

    def _copy(self, name: str, target: Path) -> None:
        with target.open("xb") as file:
            try:
                stream = self._zip.open(self.members[name])
            except _UNREADABLE as error:
                raise BundleError(_damaged(name)) from error
            with stream:
                piece = _read(stream, name)
                kind = next((kind for magic, kind in _OTHERS.items() if piece.startswith(magic)), None)
                if kind is not None and not name.endswith(".npz"):
                    raise BundleError(Problem(f"is a {kind} archive.", "Put the file itself in.", name))
                while piece:
                    file.write(piece)
                    piece = _read(stream, name)


def _read(stream: IO[bytes], name: str) -> bytes:
    # Only reading is guarded here: an error while writing (a full disk) is our fault, not the archive's.
    try:
        return stream.read(_CHUNK)
    except _UNREADABLE as error:
        raise BundleError(_damaged(name)) from error


def _damaged(name: str) -> Problem:
    return Problem("is damaged in the archive.", "Make the zip again.", name)


def _bounded(file: BinaryIO, name: str) -> None:
    """Refuse an archive whose central directory is too large to read.

    Raises:
        BundleError: the directory is too large.
    """
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - 65_557))
    tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) < place + _END.size:
        return  # the reader reports what is wrong
    _, _, _, _, count, length, _, _ = _END.unpack_from(tail, place)
    place_64 = tail.rfind(b"PK\x06\x06", 0, place)
    if place_64 >= 0 and len(tail) >= place_64 + _END_64.size:
        *_, count_64, length_64, _ = _END_64.unpack_from(tail, place_64)
        count, length = max(count, count_64), max(length, length_64)
    if count > MAX_MEMBERS or length > MAX_DIRECTORY_BYTES:
        raise BundleError(
            Problem(f"holds more than {MAX_MEMBERS} files.", "Put the rows of a table into one file.", name)
        )


def _is_of_the_system(info: zipfile.ZipInfo) -> bool:
    return info.filename.startswith("__MACOSX/") or info.filename.rsplit("/", 1)[-1] == ".DS_Store"


def _refuse_dangerous(infos: list[zipfile.ZipInfo], name: str) -> None:
    problems = BundleProblems()
    if len(infos) > MAX_MEMBERS:
        problems.add(Problem(f"holds more than {MAX_MEMBERS} files.", "Put the rows of a table into one file.", name))
    for fault, remedy, found in (
        ("the path {}, which leads out of the bundle", "Put plain relative names in.", _leads_out),
        ("the link {}", "Put the file itself in.", _is_link),
        ("the special file {}", "Take it out.", _is_special),
        ("another archive, {}", "Put the files themselves in.", _is_archive),
    ):
        wrong = [info.filename for info in infos if found(info)]
        for member in wrong[:MAX_NAMED]:
            problems.add(Problem(f"holds {fault.format(quoted(member))}.", remedy, name))
        problems.omitted += len(wrong[MAX_NAMED:])
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        problems.add(Problem("is encrypted.", "Make the zip without a password.", name))
    if any(info.compress_type not in _COMPRESSIONS for info in infos):
        problems.add(Problem("uses a compression other than deflate.", "Make a plain zip.", name))
    if sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
        limit = readable_size(MAX_UNPACKED_BYTES)
        problems.add(Problem(f"unpacks to more than {limit}.", "Take rows or dimensions out.", name))
    problems.refuse()


def _leads_out(info: zipfile.ZipInfo) -> bool:
    parts = info.filename.replace("\\", "/").split("/")
    return parts[0] == "" or ".." in parts or ":" in parts[0] or "\\" in info.filename


def _mode(info: zipfile.ZipInfo) -> int:
    return stat.S_IFMT(info.external_attr >> 16)


def _is_link(info: zipfile.ZipInfo) -> bool:
    return _mode(info) == stat.S_IFLNK


def _is_special(info: zipfile.ZipInfo) -> bool:
    return _mode(info) not in (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK)


def _is_archive(info: zipfile.ZipInfo) -> bool:
    return info.filename.lower().endswith((".zip", ".tar", ".gz", ".tgz", ".7z", ".rar"))


def _by_bundle_name(infos: list[zipfile.ZipInfo], name: str) -> dict[str, zipfile.ZipInfo]:
    """Members by their name in the bundle, without the single top-level folder that may enclose them all."""
    top = {info.filename.partition("/")[0] for info in infos}
    inside = f"{next(iter(top))}/" if len(top) == 1 and infos[0].filename.count("/") else ""
    if inside and not any(info.filename == inside + SPECIFICATION_FILE for info in infos):
        inside = ""
    members: dict[str, zipfile.ZipInfo] = {}
    plain: dict[str, str] = {}
    problems = BundleProblems()
    for info in infos:
        member = info.filename.removeprefix(inside)
        earlier = plain.setdefault(member.lower(), member)
        if member in members:
            problems.add(Problem(f"holds {quoted(member)} twice.", "Put each file in once.", name))
        elif earlier != member:
            both = f"holds {quoted(earlier)} and {quoted(member)}, which differ in capitals alone."
            problems.add(Problem(both, "Give them different names.", name))
        members[member] = info
    problems.refuse()
    return members
