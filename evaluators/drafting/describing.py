"""``describe-files``: report what the files of a folder contain and which role each column may have."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from evaluators.drafting.guessing import guess_part, guess_roles
from evaluators.drafting.parsing import as_report
from evaluators.drafting.reports import ColumnReport, FileReport, FilesReport, ProblemReport, ValueCount
from evaluators.material.roles import kinds_roles
from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.tables.raw.base import RawBatch, RawColumn, RawFile, finite
from evaluators.tables.raw.opening import open_raw, raw_paths

MAX_VALUES = 1000
FEW_VALUES = 50
MAX_DISTINCT = 1_000_000
EXAMPLES = 3
SHOWN_COLUMNS = 200
SHOWN_PARTS = 5


def describe(folder: Path) -> FilesReport:
    """Describe every file. Whatever is wrong with a file is listed among its problems; nothing is raised."""
    try:
        paths = raw_paths(folder)
    except BundleError as error:
        problems = [as_report(problem) for problem in error.problems]
        return {"files": [], "problems": problems, "usable": False, "answers": {"files": {}}}
    files = [_described(path) for path in paths]
    guess_roles(files)
    for file in files:
        _leave_out_values(file)
    problems = _missing_roles(files)
    usable = not problems and not any(file["problems"] for file in files)
    return {"files": files, "problems": problems, "usable": usable, "answers": {"files": _answers(files)}}


def _leave_out_values(file: FileReport) -> None:
    """Drop long lists of values, except in columns where the organizer chooses from them: labels, a kind's own role."""
    chosen_from = ("label", "true label", *(role.name for role in kinds_roles()))
    for column in file["columns"]:
        if column["role"] not in chosen_from and len(column["values"] or ()) > FEW_VALUES:
            column["values"] = None


def _described(path: Path) -> FileReport:
    name = path.name
    report: FileReport = {
        "name": name,
        "bytes": path.lstat().st_size,
        "kind": None,
        "rows": None,
        "part": guess_part(name),
        "columns": [],
        "problems": [],
    }
    problems: list[Problem] = []
    try:
        file = open_raw(path)
        report["kind"], report["rows"] = file.kind, file.rows
        counted = _Counted(file)
        report["columns"] = counted.reports(problems)
        report["rows"] = counted.rows
    except BundleError as error:
        problems += error.problems
    except MemoryError:
        problems.append(Problem("needs more memory than there is.", "Send it in several files.", file=name))
    except Exception:
        problems.append(Problem("cannot be read.", "Save it again, as parquet or CSV.", file=name))
    report["problems"] = [as_report(problem) for problem in problems]
    return report


class _Counted:
    """The columns of a file while its rows are counted."""

    def __init__(self, file: RawFile) -> None:
        self.file = file
        self.rows = 0
        self.columns = list(file.columns.values())[:SHOWN_COLUMNS]
        self._cells = {column.name: _Cells() for column in self.columns if column.usable and not column.is_vector}
        self._vectors: dict[str, list[str]] = {column.name: [] for column in self.columns if column.is_vector}
        self._bad: dict[str, Problem] = {}

    def reports(self, problems: list[Problem]) -> list[ColumnReport]:
        """Read the file once and report every column; problems with its rows are added to ``problems``."""
        try:
            for batch in self.file.batches([column for column in self.columns if column.usable]):
                self._add(batch)
        except BundleError as error:
            problems += error.problems
        problems += self._bad.values()
        problems += [self._unusable(column) for column in self.columns if not column.usable]
        if len(self.file.columns) > SHOWN_COLUMNS:
            words = f"has {len(self.file.columns)} columns; the first {SHOWN_COLUMNS} are shown"
            problems.append(Problem(f"{words}.", "Number those of a vector: x_0, x_1, …", file=self.file.name))
        return [self._report(column) for column in self.columns]

    def _add(self, batch: RawBatch) -> None:
        self.rows += batch.count
        room = MAX_DISTINCT - sum(len(cells.hashes) for cells in self._cells.values())
        for name, texts in batch.texts.items():
            self._cells[name].add(texts, room)
        for name, vectors in batch.vectors.items():
            problem = finite(batch, name, self.file.name) if name not in self._bad else None
            if problem is not None:
                self._bad[name] = problem
            if self.rows == batch.count:
                self._vectors[name] = [_shown_vector(vector.tolist()) for vector in vectors[:EXAMPLES, :4]]

    def _unusable(self, column: RawColumn) -> Problem:
        words = f"the column {quoted(column.name)} is neither text nor numbers nor vectors of one length"
        return Problem(f"{words}.", "Leave it out, or save it otherwise.", file=self.file.name)

    def _report(self, column: RawColumn) -> ColumnReport:
        cells = self._cells.get(column.name)
        return {
            "name": column.name,
            "type": column.type,
            "dimensions": column.dimensions,
            "parts": list(column.parts[:SHOWN_PARTS]),
            "role": "pixels" if column.whole and column.is_vector else "ignore",
            "missing": cells.missing if cells else 0,
            "distinct": len(cells.hashes) if cells else None,
            "distinct_is_exact": cells is None or cells.exact,
            "values": cells.all_values(self.rows) if cells else None,
            "examples": cells.examples if cells else self._vectors.get(column.name, []),
        }


class _Cells:
    """Counts of one column of texts or numbers."""

    def __init__(self) -> None:
        self.missing = 0
        self.hashes: set[int] = set()
        self.exact = True
        self.examples: list[str] = []
        self._values: Counter[str] | None = Counter()

    def add(self, texts: list[str], room: int) -> None:
        self.missing += texts.count("")
        for text in texts[: EXAMPLES * 100] if len(self.examples) < EXAMPLES else ():
            shown = quoted(text)
            if text and shown not in self.examples and len(self.examples) < EXAMPLES:
                self.examples.append(shown)
        if self.exact:
            self.hashes.update(map(hash, filter(None, texts)))
            self.exact = room > 0
        if self._values is not None:
            self._values.update(text for text in texts if text)
            if len(self._values) > MAX_VALUES:
                self._values = None

    def all_values(self, rows: int) -> list[ValueCount] | None:
        """Every value with its count, the most frequent first; None if there are too many or they hardly repeat."""
        if self._values is None or not self._values or len(self._values) > max(2, rows // 2):
            return None
        if any(len(value) > 100 or not value.isprintable() for value in self._values):
            return None  # can't be class names or sellers, so the list isn't needed
        ordered = sorted(self._values.items(), key=lambda item: (-item[1], item[0]))
        return [{"value": value, "count": count} for value, count in ordered]


def _shown_vector(numbers: list[float]) -> str:
    return quoted("[" + ", ".join(f"{number:.4g}" for number in numbers) + ", …]")


def _missing_roles(files: list[FileReport]) -> list[ProblemReport]:
    readable = [file for file in files if file["columns"]]
    if readable and not any(column["role"] == "embedding" for file in readable for column in file["columns"]):
        remedy = "A column of lists, a matrix, or columns numbered x_0, x_1, … can be one."
        return [as_report(Problem("no file holds embeddings.", remedy, field="files"))]
    return []


def _answers(files: list[FileReport]) -> dict[str, object]:
    return {
        file["name"]: {
            "part": file["part"],
            "columns": {column["name"]: column["role"] for column in file["columns"] if column["role"] != "ignore"},
        }
        for file in files
        if file["columns"]
    }
