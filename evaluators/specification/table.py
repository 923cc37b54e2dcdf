"""One table of a specification: its files and its columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from evaluators.problems.invalid import InvalidValue, refuse
from evaluators.problems.problem import quoted

MAX_ID_BYTES = 128
"""Maximum length of a row's id, in UTF-8 bytes."""

MAX_GROUPS = 1000
"""Maximum number of different values of a table's ``group``."""

TABLE_SUFFIXES = (".parquet", ".csv", ".npz", ".npy")


class SpecificationModel(BaseModel):
    """Base class of all models of a specification.

    ``added`` names fields of later versions: they are written only if they are used, so that a specification without
    them keeps its digest.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    added: ClassVar[tuple[str, ...]] = ()

    @model_serializer(mode="wrap")
    def _without_unused(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = handler(self)
        return {name: value for name, value in content.items() if value is not None or name not in self.added}


class Table(SpecificationModel):
    """One table of rows: files of one format with the same columns, read in the order given.

    A column that a table doesn't have is ``null``: the rows of a seller need no ids, a list of true labels has no
    embeddings. ``group`` names a public column, such as the source of a row; results are also counted by its values.
    Files may end in ``.parquet``, ``.csv``, ``.npz`` or ``.npy``. ``.npy`` files hold only the embeddings; then ``ids``
    is a file of another format with the other columns, row for row.
    """

    added = ("ids",)

    files: list[str] = Field(min_length=1, max_length=1000)
    id: str | None = "id"
    embedding: str | None = "embedding"
    label: str | None = None
    group: str | None = None
    ids: str | None = None

    @field_validator("files")
    @classmethod
    def _inside_the_bundle(cls, files: list[str]) -> list[str]:
        for name in files:
            if not any(is_data_file(name, suffix) for suffix in TABLE_SUFFIXES):
                raise InvalidValue(
                    f"{quoted(name)} is not public/NAME.parquet or hidden/NAME.parquet",
                    "" if _suffix(name) in TABLE_SUFFIXES else f"It may also end in {', '.join(TABLE_SUFFIXES[1:])}.",
                )
        if len(set(files)) != len(files):
            raise ValueError("a file is named twice")
        if len({name.partition("/")[0] for name in files}) > 1:
            raise ValueError("a table is either public or hidden: its files belong in one folder")
        if len({_suffix(name) for name in files}) > 1:
            raise ValueError("the files of a table are all of one format")
        return files

    @model_validator(mode="after")
    def _the_other_columns(self) -> Self:
        refuse(self._wrong_ids())
        return self

    def _wrong_ids(self) -> Iterator[str]:
        bare = _suffix(self.files[0]) == ".npy"
        others = [name for name in (self.id, self.label, self.group) if name is not None]
        if bare and self.embedding is None:
            yield "files: a .npy file holds embeddings, and this table has none"
        if bare and others and self.ids is None:
            yield f"ids: a .npy file holds embeddings alone; name the file with the column '{others[0]}'"
        if self.ids is not None:
            if not bare or not others:
                yield "ids: it goes with .npy files, for the columns that they cannot hold"
            elif not any(is_data_file(self.ids, suffix) for suffix in TABLE_SUFFIXES if suffix != ".npy"):
                yield f"ids: {quoted(self.ids)} is not a .parquet, .csv or .npz file in public/ or hidden/"
            elif self.ids.partition("/")[0] != self.files[0].partition("/")[0]:
                yield "ids: a table is either public or hidden: its files belong in one folder"

    @property
    def sources(self) -> list[str]:
        """Every file of the table."""
        return [*self.files, *([self.ids] if self.ids is not None else [])]

    @property
    def public(self) -> bool:
        return self.files[0].startswith("public/")

    @property
    def columns(self) -> list[str]:
        return [name for name in (self.id, self.embedding, self.label, self.group) if name is not None]


def is_data_file(name: str, suffix: str) -> bool:
    """Whether ``name`` is a file with this suffix directly in ``public/`` or ``hidden/``."""
    folder, _, file = name.partition("/")
    stem = file.removesuffix(suffix)
    return (
        folder in ("public", "hidden")
        and stem != file
        and stem[:1].isalnum()
        and stem.isascii()
        and all(char.isalnum() or char in "._-" for char in stem)
    )


def _suffix(name: str) -> str:
    return name[name.rfind(".") :]
