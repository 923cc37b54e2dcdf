"""Which task a submitted file is for, said by its name."""

from __future__ import annotations

from collections.abc import Iterable


def task_of_name(names: Iterable[str], file: str) -> str | None:
    """The task that a file's name names; None if it names none, or several that are equally long.

    The stem is the task's name, begins with it and a ``_``, or ends with a ``_`` and it. Capitals make no difference,
    and the longest name wins. So ``Cupcake.csv`` and ``alpha_Cupcake.csv`` are for ``Cupcake``, ``en_25_train.json`` is
    for ``en_25``, ``01g317-flipped_mine.txt`` for ``01g317-flipped``.
    """
    stem = file.rsplit(".", 1)[0].lower()
    found = [
        name
        for name in names
        if stem == name.lower() or stem.startswith(f"{name.lower()}_") or stem.endswith(f"_{name.lower()}")
    ]
    longest = [name for name in found if len(name) == max(map(len, found))]
    return longest[0] if len(longest) == 1 else None
