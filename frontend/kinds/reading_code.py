"""The lines of a page's Python program that read a public table, for the format of its files."""

from __future__ import annotations

import json
from pathlib import PurePosixPath

from evaluators.specification import Table

IMPORTS = {
    ".parquet": "import numpy as np\nimport pyarrow.parquet as pq\n",
    ".csv": "import csv\n\nimport numpy as np\n",
    ".npz": "import numpy as np\n",
}


def imports_for(table: Table) -> str:
    """The imports that ``reading_lines`` of the table needs, apart from NumPy."""
    return IMPORTS[_suffix(table.ids or table.files[0])]


def reading_lines(table: Table, name: str, *, labels: bool) -> str:
    """Lines of code that turn the list ``files`` of the table's files into ``ids``, ``X`` and perhaps ``labels``.

    With ``.npy`` files the last entry is the file of ids. ``name`` is what the program calls the table.
    """
    suffix = _suffix(table.ids or table.files[0])
    files = "files" if table.ids is None else "files[-1:]"
    opened = {
        ".parquet": f"pq.read_table({files})",
        ".csv": f'[row for file in {files} for row in csv.DictReader(open(file, encoding="utf-8-sig"))]',
        ".npz": f"[np.load(file, allow_pickle=False) for file in {files}]",
    }[suffix]
    lines = [f"{name} = {opened}", f"ids = {_texts(suffix, name, str(table.id))}", *_vectors(suffix, name, table)]
    if labels:
        texts = _texts(suffix, name, str(table.label))
        lines.append(f"labels = {texts if suffix == '.npz' else f'np.array({texts})'}")
    return "".join(f"    {line}\n" for line in lines)


def _texts(suffix: str, name: str, column: str) -> str:
    key = json.dumps(column)
    return {
        ".parquet": f"{name}[{key}].to_pylist()",
        ".csv": f"[row[{key}].strip() for row in {name}]",
        ".npz": f"np.concatenate([part[{key}] for part in {name}]).astype(str)",
    }[suffix]


def _vectors(suffix: str, name: str, table: Table) -> list[str]:
    key = json.dumps(table.embedding)
    if table.ids is not None:
        return ["X = np.concatenate([np.load(file, allow_pickle=False) for file in files[:-1]])"]
    if suffix == ".csv":
        # One column of lists or one column for each number: the same once the cells are joined.
        return [
            f'cells = [" ".join(row[key] for key in row if key.startswith({key})) for row in {name}]',
            'X = np.array([text.translate(str.maketrans("[](),;", " " * 6)).split() for text in cells], float)',
        ]
    if suffix == ".npz":
        return [f"X = np.concatenate([part[{key}] for part in {name}])"]
    return [f"X = np.stack({name}[{key}].to_pylist())"]


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix
