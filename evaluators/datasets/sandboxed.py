"""Prepare an organizer's bundle in the sandbox, without reading it here, and verify what comes out.

The organizer's files may have taken over the process in the sandbox, so its output isn't trusted. A dataset is adopted
only if it can't do more harm than other files by the organizer could: the sources are hashed here, the digest is
computed here, and every array has the dtype, shape and range of values that its readers rely on. Of embeddings only the
header is checked; only the sandbox computes with them.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evaluators.datasets.prepared import FORMAT, MANIFEST, SPECIFICATION, PreparedDataset, Source
from evaluators.datasets.store import digest_of, open_plain, publish, sources_of
from evaluators.datasets.verifying import UnexpectedArray, check_table, table_files
from evaluators.problems.problem import BundleError, Problem
from evaluators.sandbox import INPUT, OUTPUT, UnexpectedFile, WorkFailed, collect, work
from evaluators.specification.challenge import TEST_SPLITS, Specification
from evaluators.specification.reading import MAX_SPECIFICATION_BYTES, SPECIFICATION_FILE, parse_specification

MAX_MANIFEST_BYTES = 4 * 1024 * 1024
MAX_WRITTEN_SPECIFICATION_BYTES = 8 * MAX_SPECIFICATION_BYTES
"""The written specification includes its defaults, and JSON escapes make it longer."""

_PRINTED = re.compile(rf"{re.escape(str(OUTPUT))}/([0-9a-f]{{64}})")
Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _ManifestSource(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    sha256: Hex
    size: int


class _WrittenManifest(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    format: int
    digest: Hex
    sources: list[_ManifestSource]
    tables: dict[str, Annotated[int, Field(ge=1, lt=2**31)]]


def prepare_in_sandbox(bundle: Path, store: Path) -> list[PreparedDataset]:
    """Prepare every split of a bundle, ``test`` first, each as ``store/<digest>/``.

    The returned specifications have the texts of this bundle.

    Raises:
        BundleError: the bundle is at fault.
        SandboxUnavailable: there is no sandbox, so nothing was opened.
        WorkFailed: we are at fault, or the output isn't a valid prepared dataset.
    """
    if not (bundle / SPECIFICATION_FILE).is_file():
        raise BundleError(Problem("the bundle has no challenge.yaml.", file=SPECIFICATION_FILE))
    store.mkdir(parents=True, exist_ok=True)
    # Inside the store, so that a finished dataset can be moved into place by a rename.
    with tempfile.TemporaryDirectory(dir=store, prefix=".preparing-", ignore_cleanup_errors=True) as name:
        output = Path(name)
        printed = work(["prepare", str(INPUT), "--store", str(OUTPUT), "--json"], folder=bundle, output=output)
        lines = printed.decode("ascii", errors="replace").splitlines()
        matches = [_PRINTED.fullmatch(line) for line in lines]
        digests = [match[1] for match in matches if match is not None]
        if len(digests) != len(lines) or not 1 <= len(digests) <= len(TEST_SPLITS) or len(set(digests)) != len(digests):
            raise WorkFailed("result", "not the digests of a bundle's parts")
        try:
            return [_adopt(output / digest, digest, bundle, store) for digest in digests]
        except (UnexpectedFile, UnexpectedArray, ValidationError, ValueError, OSError, RecursionError) as error:
            raise WorkFailed("result", f"{type(error).__name__}: {error}") from error


def _adopt(made: Path, digest: str, bundle: Path, store: Path) -> PreparedDataset:
    """Check one prepared dataset and move it into the store."""
    if made.is_symlink():
        raise UnexpectedFile("the folder is a link")
    specification = _specification(made)
    manifest = _WrittenManifest.model_validate_json(_bounded(made / MANIFEST, MAX_MANIFEST_BYTES))
    sources = sources_of(bundle, specification)
    if manifest.format != FORMAT or manifest.digest != digest or digest_of(specification, sources) != digest:
        raise UnexpectedFile("the digest is another")
    if [Source(**source.model_dump()) for source in manifest.sources] != list(sources):
        raise UnexpectedFile("the sources are others")
    if manifest.tables.keys() != specification.tables().keys():
        raise UnexpectedFile("the tables are others")
    _check_files(made, specification, manifest.tables, sources)
    publish(made, store / digest)
    return replace(PreparedDataset.open(store / digest), specification=specification)


def _check_files(made: Path, specification: Specification, counts: dict[str, int], sources: tuple[Source, ...]) -> None:
    names = [MANIFEST, SPECIFICATION, *(f"documents/{Path(name).name}" for name in specification.documents)]
    for name, planned in specification.tables().items():
        names += [f"tables/{name}/{file}" for file in table_files(planned)]
    missing = set(names) - collect(made, names).keys()
    if missing:
        raise UnexpectedFile(f"{min(missing)!a} is missing")
    for name, planned in specification.tables().items():
        check_table(made / "tables" / name, planned, counts[name])
    hashes = {source.name: source.sha256 for source in sources}
    for name in specification.documents:
        # Documents are unchanged copies, so comparing hashes is enough; they needn't be parsed here.
        with (made / "documents" / Path(name).name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != hashes[name]:
                raise UnexpectedFile("a document is another")


def _specification(made: Path) -> Specification:
    content: Any = json.loads(_bounded(made / SPECIFICATION, MAX_WRITTEN_SPECIFICATION_BYTES))
    specification = parse_specification(content)
    if specification.has_final:
        raise UnexpectedFile("the specification is of more than one part")
    return specification


def _bounded(path: Path, limit: int) -> bytes:
    with open_plain(path) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise UnexpectedFile(f"{path.name} is larger than {limit} bytes")
    return content
