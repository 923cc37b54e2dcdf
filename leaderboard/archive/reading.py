"""Opening an archive from anyone: sizes are bounded, every byte is checked against its SHA-256, and no name is used
as a path.
"""

from __future__ import annotations

import hashlib
import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, NoReturn

from evaluators.problems import quoted
from leaderboard.archive.layout import FORMAT, MANIFEST, READABLE
from leaderboard.archive.records import Unreadable
from leaderboard.storage.interface import CHUNK_BYTES

MAX_MEMBERS = 500_000
MAX_TEXT_BYTES = 512 * 1024 * 1024
"""The largest member that is read into memory."""

MAX_TOTAL_BYTES = 256 * 1024**3
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
# What the standard library raises on a damaged archive; see evaluators.submissions.uploads.
_DAMAGED = (
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


@dataclass(frozen=True, slots=True)
class Member:
    sha256: str
    size: int


class OpenArchive:
    """An archive whose members are exactly those that its manifest lists."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._infos = _checked(archive)
        self.slug, self.members = self._manifest()

    def json(self, name: str) -> Any:
        """A member as data. Numbers that JSON does not allow (NaN, infinity) are refused."""
        return _parsed(self.content(name), name)

    def content(self, name: str) -> bytes:
        member = self._member(name)
        if member.size > MAX_TEXT_BYTES:
            raise Unreadable(f"{quoted(name)} is larger than {MAX_TEXT_BYTES // 1024**2} MiB")
        return b"".join(self._pieces(name, member))

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        """A member as a file without a name; its SHA-256 has been checked."""
        member = self._member(name)
        with TemporaryFile() as file:
            for piece in self._pieces(name, member):
                file.write(piece)
            file.seek(0)
            yield file

    def _member(self, name: str) -> Member:
        if name not in self.members:
            raise Unreadable(f"{quoted(name)} is missing")
        return self.members[name]

    def _pieces(self, name: str, member: Member) -> Iterator[bytes]:
        digest, size = hashlib.sha256(), 0
        try:
            with self._archive.open(self._infos[name]) as stream:
                while piece := stream.read(CHUNK_BYTES):
                    size += len(piece)
                    if size > member.size:
                        break
                    digest.update(piece)
                    yield piece
        except _DAMAGED as error:
            raise Unreadable(f"{quoted(name)} cannot be unpacked") from error
        if size != member.size or digest.hexdigest() != member.sha256:
            raise Unreadable(f"{quoted(name)} is not what the manifest says: it was changed or damaged")

    def _manifest(self) -> tuple[str, Mapping[str, Member]]:
        info = self._infos.get(MANIFEST)
        if info is None:
            raise Unreadable(f"{MANIFEST} is missing: this is not an archive of a challenge")
        try:
            with self._archive.open(info) as stream:
                content = stream.read(MAX_TEXT_BYTES + 1)
        except _DAMAGED as error:
            raise Unreadable(f"{MANIFEST} cannot be unpacked") from error
        if len(content) > MAX_TEXT_BYTES:
            raise Unreadable(f"{MANIFEST} is too large")
        manifest = _parsed(content, MANIFEST)
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise Unreadable(f"{MANIFEST} does not say '{FORMAT}': this is not an archive of a challenge")
        if manifest.get("version") not in READABLE:
            known = f"{', '.join(map(str, READABLE[:-1]))} or {READABLE[-1]}"
            raise Unreadable(f"the archive has format version {quoted(str(manifest.get('version')))}, not {known}")
        slug, listed = manifest.get("challenge"), manifest.get("members")
        if not isinstance(slug, str) or not isinstance(listed, dict):
            raise Unreadable(f"{MANIFEST} lacks its challenge or its members")
        members = {name: _listed(name, item) for name, item in listed.items()}
        if set(members) != set(self._infos) - {MANIFEST}:
            raise Unreadable(f"{MANIFEST} does not name exactly the files of the archive")
        if sum(member.size for member in members.values()) > MAX_TOTAL_BYTES:
            raise Unreadable(f"the archive holds more than {MAX_TOTAL_BYTES // 1024**3} GiB")
        return slug, members


@contextmanager
def open_archive(path: Path) -> Iterator[OpenArchive]:
    """Open an archive and check its manifest.

    Raises:
        Unreadable: it isn't an archive of a challenge, or its format version is not supported.
    """
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGED as error:
        raise Unreadable(f"{path.name} is not a readable zip file") from error
    with archive:
        yield OpenArchive(archive)


def _checked(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise Unreadable(f"the archive has more than {MAX_MEMBERS} files")
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename
        parts = name.split("/")
        if "\\" in name or not name.isprintable() or any(part in ("", ".", "..") for part in parts) or ":" in parts[0]:
            raise Unreadable(f"the archive holds the path {quoted(name)}")
        if name in found:
            raise Unreadable(f"the archive holds {quoted(name)} twice")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise Unreadable(f"the archive holds the link {quoted(name)}")
        if info.flag_bits & _ENCRYPTED or info.compress_type not in _COMPRESSIONS:
            raise Unreadable(f"{quoted(name)} is encrypted or packed in an unknown way")
        found[name] = info
    return found


def _listed(name: str, item: object) -> Member:
    if isinstance(item, dict):
        sha256, size = item.get("sha256"), item.get("size")
        if isinstance(sha256, str) and len(sha256) == 64 and isinstance(size, int) and size >= 0:
            return Member(sha256, size)
    raise Unreadable(f"{MANIFEST} has no size and SHA-256 for {quoted(name)}")


def _parsed(content: bytes, name: str) -> Any:
    try:
        return json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{quoted(name)} is not JSON") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")
