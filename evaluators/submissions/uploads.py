"""The files of a submission, held in memory; their number and size are limited before anything reads them.

Archives are opened only here. A member is never written to disk and its name is never used as a path: only the last
part of a plain relative name is kept, and for a set in parts the name of its folder (see ``spark``). Marks that an
operating system or Spark leaves among files are passed over.
"""

from __future__ import annotations

import hashlib
import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from evaluators.problems.problem import Problem, SubmissionError, quoted
from evaluators.submissions.spark import MAX_PARTS, is_mark, is_named_as_set, is_part, put_together, set_name

MAX_FILES = 64
MAX_ARCHIVE_ENTRIES = 10_000
"""With folders and marks of the system. Millions fit into an upload, and each would be read before any is looked at."""

MAX_NAME_CHARACTERS = 100
MAX_NAME_BYTES = 200
"""In UTF-8 bytes; file systems allow 255."""

MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_TOTAL_BYTES = 32 * 1024 * 1024

ZIP_MAGIC = b"PK\x03\x04"
EMPTY_ZIP_MAGIC = b"PK\x05\x06"
_ZIP_ENTRY_MAGIC = b"PK\x01\x02"
_MARK = re.compile(r"\._.*|\.DS_Store|Thumbs\.db|desktop\.ini")
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_OFFICE_MEMBERS = ("[Content_Types].xml", "META-INF/manifest.xml")
"""Every document of Microsoft Office or LibreOffice contains one of these."""
# All exceptions that the standard library raises for a damaged archive, found by tests and by reading its code: a
# member with an empty name gives IndexError, an offset beyond 2⁶³ OverflowError.
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


@dataclass(frozen=True)
class Upload:
    """One submitted file: its plain name and its bytes."""

    name: str
    content: bytes

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def readable_size(size: int) -> str:
    """A size for people: ``64 KiB``, ``1.5 MiB``."""
    return f"{size / 1024:.0f} KiB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MiB".replace(".0 ", " ")


def too_large(name: str, limit: int) -> Problem:
    """The problem of a file that is too large, the same wherever that is detected."""
    return Problem(
        f"is larger than {readable_size(limit)}, the most that a file of this challenge can need.",
        "Send only the rows you chose, not the whole pool.",
        file=name,
    )


def too_many(name: str, max_rows: int, line: int | None = None) -> Problem:
    """The problem of a file with far too many rows; ``line`` is the first line beyond the limit."""
    return Problem(
        f"has more than {max_rows} rows, far more than the budget.",
        "Send only the rows you chose, not the whole pool.",
        file=name,
        line=line,
    )


def too_large_together() -> Problem:
    """The problem of files that are too large together."""
    return Problem(
        f"the files are larger than {readable_size(MAX_TOTAL_BYTES)} together.",
        "Send only the rows you chose, not the whole pool.",
    )


def plain_name(name: str) -> str:
    """Return ``name`` if it is a plain file name that can be shown and stored.

    Raises:
        SubmissionError: it is empty, too long or hidden, contains a folder, or has characters that don't print.
    """
    if "/" in name or "\\" in name or name in ("", ".", ".."):
        raise SubmissionError(
            Problem(f"{quoted(name)} is not a plain file name.", "Name the file without folders, like food.csv.")
        )
    if len(name) > MAX_NAME_CHARACTERS:
        raise SubmissionError(
            Problem(f"the file name {quoted(name)} is longer than {MAX_NAME_CHARACTERS} characters.", "Shorten it.")
        )
    if len(name.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES:
        raise SubmissionError(
            Problem(f"the file name {quoted(name)} takes more than {MAX_NAME_BYTES} bytes.", "Shorten it.")
        )
    if name.startswith(".") or not name.isprintable():
        raise SubmissionError(
            Problem(
                f"the file name {quoted(name)} starts with a dot or has characters that do not print.",
                "Use letters, digits, '-', '_' and '.'.",
            )
        )
    return name


def unpack(uploads: Iterable[Upload]) -> list[Upload]:
    """The files themselves, with each zip archive replaced by its members.

    Raises:
        SubmissionError: there are no files, too many or too large ones, or duplicate names; or an archive is damaged,
            encrypted or nested, or contains a path that leads out of it.
    """
    files: list[Upload] = []
    for upload in uploads:
        if is_of_the_system(upload.name):
            continue
        plain_name(upload.name)
        if upload.content.startswith((ZIP_MAGIC, EMPTY_ZIP_MAGIC)):
            files.extend(_members(upload))
        else:
            files.append(upload)
        _bounded(files)
        _named_once(files)
    if not files:
        raise SubmissionError(Problem("no file was sent.", "Choose at least one file."))
    return files


def _bounded(files: list[Upload]) -> None:
    if len(files) > MAX_FILES:
        raise SubmissionError(Problem(f"there are more than {MAX_FILES} files.", "Send one file for each task."))
    _small_enough(files)


def _small_enough(files: list[Upload]) -> None:
    if sum(len(file.content) for file in files) > MAX_TOTAL_BYTES:
        raise SubmissionError(too_large_together())


def _named_once(files: list[Upload]) -> None:
    names = [file.name for file in files]
    for name in names:
        if names.count(name) > 1:
            raise SubmissionError(Problem("was sent twice.", "Send each file once.", file=name))


def _too_many(archive: str) -> SubmissionError:
    return SubmissionError(Problem(f"holds more than {MAX_FILES} files.", "Put in one for each task.", file=archive))


def _members(upload: Upload) -> list[Upload]:
    if upload.content.count(_ZIP_ENTRY_MAGIC) > MAX_ARCHIVE_ENTRIES:
        raise _too_many(upload.name)
    try:
        with zipfile.ZipFile(io.BytesIO(upload.content)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir() and not is_of_the_system(info.filename)]
            _acceptable(upload.name, infos)
            members: list[tuple[PurePosixPath, Upload]] = []
            for info in infos:
                folder = PurePosixPath(info.filename.replace("\\", "/")).parent
                members.append((folder, _member(archive, info, upload.name)))
                _small_enough([file for _, file in members])  # for each file, so at most one too many is held
            return _sets(members, PurePosixPath(upload.name).stem)
    except _UNREADABLE as error:
        raise SubmissionError(
            Problem("is not a readable zip archive.", "Make it again, or send the files one by one.", file=upload.name)
        ) from error


def _sets(files: list[tuple[PurePosixPath, Upload]], root: str) -> list[Upload]:
    """The files, with the parts of a set put together. Each comes with its folder; ``root`` names the outermost one."""
    found = [file for _, file in files if not is_part(file.name)]
    parts: dict[tuple[PurePosixPath, str], list[Upload]] = {}
    for folder, file in files:
        if is_part(file.name):
            parts.setdefault((folder, PurePosixPath(file.name).suffix), []).append(file)
    for (folder, ending), several in parts.items():
        _named_once(several)
        several.sort(key=lambda part: part.name)
        name = plain_name(set_name(folder.name or root, several[0].name))
        content = put_together([part.content for part in several], headers=ending == ".csv")
        found.append(Upload(name, content))
    return found


def is_of_the_system(path: str) -> bool:
    """Whether a file is a mark of macOS, Windows or Spark that was not meant to be sent."""
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    return path.startswith("__MACOSX/") or _MARK.fullmatch(name) is not None or is_mark(name)


def _acceptable(archive: str, infos: list[zipfile.ZipInfo]) -> None:
    if any(info.filename in _OFFICE_MEMBERS for info in infos):
        raise SubmissionError(
            Problem(
                "is an office document (XLSX, ODS or the like), not a CSV file.",
                "In the spreadsheet choose 'Save as… CSV UTF-8' and send that file.",
                file=archive,
            )
        )
    if not infos:
        raise SubmissionError(Problem("is an archive without files.", "Put your files into it.", file=archive))
    names = [info.filename.replace("\\", "/").rsplit("/", 1)[-1] for info in infos]
    if sum(not is_part(name) for name in names) > MAX_FILES or len(names) > MAX_FILES + MAX_PARTS:
        raise _too_many(archive)
    for info in infos:
        parts = info.filename.replace("\\", "/").split("/")
        if parts[0] == "" or ".." in parts or ":" in parts[0]:
            raise SubmissionError(
                Problem(
                    f"holds the path {quoted(info.filename)}, which leads out of the archive.",
                    "Put plain file names into the archive.",
                    file=archive,
                )
            )
        if stat.S_ISLNK(info.external_attr >> 16):
            raise SubmissionError(
                Problem(f"holds the link {quoted(info.filename)}.", "Put the file itself in.", file=archive)
            )
        if info.flag_bits & _ENCRYPTED:
            raise SubmissionError(Problem("is encrypted.", "Send it without a password.", file=archive))
        if info.compress_type not in _COMPRESSIONS:
            raise SubmissionError(Problem("uses a compression other than deflate.", "Make a plain zip.", file=archive))


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, archive_name: str) -> Upload:
    name = plain_name(info.filename.replace("\\", "/").rsplit("/", 1)[-1])
    # The declared size can't be trusted: read one byte past the limit and stop.
    with archive.open(info) as stream:
        content = stream.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise SubmissionError(too_large(f"{archive_name}: {name}", MAX_FILE_BYTES))
    if content.startswith((ZIP_MAGIC, EMPTY_ZIP_MAGIC)):
        raise SubmissionError(
            Problem(f"holds another archive, {quoted(name)}.", "Put the files themselves in.", file=archive_name)
        )
    return Upload(name, content)


def read_files(paths: Iterable[Path]) -> list[Upload]:
    """Read uploads from files, directories (their regular files, by name) or zip archives on disk.

    Raises:
        SubmissionError: as in ``unpack``, or a file can't be read or is larger than ``MAX_FILE_BYTES``.
    """
    uploads: list[Upload] = []
    for path in paths:
        uploads.extend(_read_folder(path) if path.is_dir() else [_read_file(path)])
    return unpack(uploads)


def _read_folder(folder: Path) -> list[Upload]:
    """The files of a folder, and the sets whose parts lie in a folder inside it.

    Parts in the folder itself are a set only if it looks like one. The files of a stored submission keep their names.
    """
    inside = sorted(folder.iterdir())
    paths = [path for path in inside if path.is_file() and not is_of_the_system(path.name)]
    if not is_named_as_set(folder.name) and not any(is_mark(path.name) for path in inside):
        files = [_read_file(path) for path in paths]
        paths = []
    else:
        files = []
    paths += [part for path in inside if path.is_dir() for part in sorted(path.rglob("part-*")) if is_part(part.name)]
    return files + _sets([(PurePosixPath(path.parent), _read_file(path)) for path in paths], folder.name)


def _read_file(path: Path) -> Upload:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise SubmissionError(Problem("cannot be read.", file=path.name)) from error
    if len(content) > MAX_FILE_BYTES:
        raise SubmissionError(too_large(path.name, MAX_FILE_BYTES))
    return Upload(path.name, content)
