"""Strict reading of a submission's JSON file, in either format of DataPerf's challenges.

A *label map*, ``{"ID": 0, "ID": 1, …}``, gives each row a label; ``1``, ``1.0`` and ``true`` are the same label. It may
have an outer key around it, as DataPerf's site took it until March 2023, or one for each task, as in 2021. A *word
list*, ``{"targets": {"WORD": ["ID", …]}, "nontargets": ["ID", …]}``, lists rows by class.

JSON readers silently keep the last of two equal keys, at the place of the first. So did DataPerf's evaluators; the
corrected scorers refuse a repeated key.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from evaluators.problems.collecting import SubmissionProblems
from evaluators.problems.problem import Problem, SubmissionError, quoted
from evaluators.submissions.numbers import as_number
from evaluators.submissions.text import decoded
from evaluators.submissions.uploads import Upload, too_many

MAX_DEPTH = 100
TARGETS, NONTARGETS = "targets", "nontargets"
_MAP_OR_LIST = 'Send {"ID": label, …} or {"targets": {"WORD": ["ID", …], …}, "nontargets": ["ID", …]}.'
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_ONE_LIST = 'Write the ids as a list of texts, ["ID", …].'


@dataclass(frozen=True, slots=True)
class Label:
    """A label as written.

    ``number`` is the shortest form of a number, ``1`` for ``1.0`` and ``true``. ``quoted``: it is a text in the file.
    """

    text: str
    number: str | None
    quoted: bool


@dataclass(frozen=True, slots=True)
class LabelMap:
    """Ids with their labels, in the order of the file. ``doubled`` is the number of keys that were given twice."""

    labels: tuple[tuple[str, Label], ...]
    doubled: int = 0


@dataclass(frozen=True, slots=True)
class LabelMaps:
    """Label maps by their outer keys, in the order of the file."""

    maps: tuple[tuple[str, LabelMap], ...]


@dataclass(frozen=True, slots=True)
class WordList:
    """Ids by target word in the order of the file, including words without ids, and the ids of ``nontargets``.

    ``others`` are any further keys. ``doubled`` is the number of keys that were given twice.
    """

    targets: tuple[tuple[str, tuple[str, ...]], ...]
    nontargets: tuple[str, ...]
    others: tuple[str, ...]
    doubled: int = 0


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as written: those with a million digits are not parsed."""

    text: str


@dataclass(frozen=True, slots=True)
class _Object:
    """The pairs of an object, including repeated keys."""

    pairs: tuple[tuple[str, _Value], ...]


_Value = str | bool | None | _Number | _Object | list["_Value"]


class _TooManyPairs(ValueError):
    """An object has more keys than a file may have rows."""


class _Constant(ValueError):
    """NaN or an infinity: Python accepts them, JSON does not."""


def is_json(content: bytes) -> bool:
    """Whether a file starts like a JSON object or list."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")[:1] in (b"{", b"[")


def read_json(
    upload: Upload, *, max_bytes: int, max_rows: int, last_of_equal_keys: bool
) -> LabelMap | LabelMaps | WordList:
    """Read a file in any of the formats.

    Raises:
        SubmissionError: it is too large, not UTF-8, not JSON, too deeply nested or in another format, or it has an
            unpaired surrogate, more than ``max_rows`` rows, or, without ``last_of_equal_keys``, a repeated key.
    """
    value = _parsed(upload, max_bytes, max_rows)
    if not isinstance(value, _Object):
        raise SubmissionError(Problem(f"is JSON, but {_kind(value)}, not an object.", _MAP_OR_LIST, upload.name))
    if not value.pairs:
        raise SubmissionError(Problem("is an empty JSON object.", _MAP_OR_LIST, upload.name))
    doubled = 0
    if last_of_equal_keys:
        value, doubled = _last_of_equal_keys(value)
    _keys_differ(upload.name, value, field=None)
    items = dict(value.pairs)
    if any(isinstance(items.get(name), _Object | list) for name in (TARGETS, NONTARGETS)):
        return _word_list(upload.name, items, max_rows, doubled)
    if all(isinstance(inner, _Object) for inner in items.values()):
        return LabelMaps(_inner_maps(upload.name, value, max_rows, doubled))
    return LabelMap(_labels(upload.name, value), doubled)


def _parsed(upload: Upload, max_bytes: int, max_rows: int) -> _Value:
    def as_object(pairs: list[tuple[str, _Value]]) -> _Object:
        if len(pairs) > max_rows:
            raise _TooManyPairs
        return _Object(tuple(pairs))

    text = decoded(upload, max_bytes=max_bytes, remedy="Save the file as JSON in UTF-8 and send that.")
    remedy = "Write it with a JSON library."
    value: _Value = None
    too_deep = True
    try:
        value = json.loads(
            text,
            object_pairs_hook=as_object,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_refuse,
        )
    except json.JSONDecodeError as error:
        said = _trailing_comma(error) or error
        message = f"is not valid JSON: {said.msg[:1].lower()}{said.msg[1:]} at character {said.colno}."
        raise SubmissionError(Problem(message, remedy, upload.name, said.lineno)) from error
    except _Constant as error:
        raise SubmissionError(Problem(f"is not valid JSON: it has no {error}.", remedy, upload.name)) from error
    except _TooManyPairs as error:
        raise SubmissionError(too_many(upload.name, max_rows)) from error
    except RecursionError:
        pass
    else:
        too_deep = _is_deeper_than(MAX_DEPTH, value)
    if too_deep:
        raise SubmissionError(Problem("is nested far too deeply.", _MAP_OR_LIST, upload.name))
    half = _with_half_a_character(value) if _SURROGATE.search(text) else None
    if half is not None:
        message = f"the text {quoted(half)} has half of a character, a lone surrogate."
        raise SubmissionError(Problem(message, "Write the whole character.", upload.name))
    return value


def _trailing_comma(error: json.JSONDecodeError) -> json.JSONDecodeError | None:
    """What Python 3.13 says of a comma before the end of an object or a list, also on older ones."""
    before = error.doc[: error.pos].rstrip()
    ends = {"}": "object", "]": "array"}
    found = error.doc[error.pos : error.pos + 1]
    if not before.endswith(",") or found not in ends:
        return None
    return json.JSONDecodeError(f"Illegal trailing comma before end of {ends[found]}", error.doc, len(before) - 1)


def _is_deeper_than(depth: int, value: _Value) -> bool:
    """Python's own limit depends on its version."""
    level = [value]
    for _ in range(depth):
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, list | _Object)]
        if not level:
            return False
    return True


def _inside(value: _Value) -> Iterable[_Value]:
    if isinstance(value, _Object):
        return (inner for _, inner in value.pairs)
    return value if isinstance(value, list) else ()


def _with_half_a_character(value: _Value) -> str | None:
    """A key or text with an unpaired surrogate. The file is valid UTF-8, but an escape can still produce one."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            if not found.isascii() and any("\ud800" <= char <= "\udfff" for char in found):
                return found
        elif isinstance(found, list):
            waiting.extend(found)
        elif isinstance(found, _Object):
            for pair in found.pairs:
                waiting.extend(pair)
    return None


def _last_of_equal_keys(value: _Object) -> tuple[_Object, int]:
    """The object as a JSON reader keeps it, and how many keys it drops, in the objects directly inside it, too."""
    kept: dict[str, _Value] = {}
    dropped = 0
    for key, inner in value.pairs:
        dropped += key in kept
        kept[key] = inner
    for key, inner in kept.items():
        if isinstance(inner, _Object):
            flat = dict(inner.pairs)
            dropped += len(inner.pairs) - len(flat)
            kept[key] = _Object(tuple(flat.items()))
    return _Object(tuple(kept.items())), dropped


def _refuse(constant: str) -> NoReturn:
    raise _Constant(constant)


def _keys_differ(file: str, value: _Object, field: str | None) -> None:
    doubled = [key for key, times in Counter(key for key, _ in value.pairs).items() if times > 1]
    found = SubmissionProblems()
    for key in doubled:
        found.add(_doubled, file, key, field or shown(key))
    found.refuse()


def _doubled(file: str, key: str, field: str | None) -> Problem:
    remedy = "Write each key once: a JSON reader would keep the last and drop the others."
    return Problem(f"the key {quoted(key)} occurs twice.", remedy, file, field=field)


def _inner_maps(file: str, value: _Object, max_rows: int, doubled: int) -> tuple[tuple[str, LabelMap], ...]:
    if sum(len(inner.pairs) for _, inner in value.pairs if isinstance(inner, _Object)) > max_rows:
        raise SubmissionError(too_many(file, max_rows))
    found = []
    for key, inner in value.pairs:
        if isinstance(inner, _Object):
            _keys_differ(file, inner, shown(key))
            found.append((key, LabelMap(_labels(file, inner), doubled)))
    return tuple(found)


def _labels(file: str, value: _Object) -> tuple[tuple[str, Label], ...]:
    labels: list[tuple[str, Label]] = []
    found = SubmissionProblems()
    for key, label in value.pairs:
        if isinstance(label, str):
            labels.append((key, Label(label, None, quoted=True)))
        elif isinstance(label, bool):
            labels.append((key, Label("true" if label else "false", "1" if label else "0", quoted=False)))
        elif isinstance(label, _Number):
            labels.append((key, Label(label.text, as_number(label.text), quoted=False)))
        else:
            found.add(_no_label, file, key, label)
    found.refuse()
    return tuple(labels)


def _no_label(file: str, key: str, label: _Value) -> Problem:
    remedy = "Give each id a number or a text as its label, and each task a file of its own."
    return Problem(f"{quoted(key)} has {_kind(label)} for a label.", remedy, file, field=shown(key))


def _word_list(file: str, items: dict[str, _Value], max_rows: int, doubled: int) -> WordList:
    for name in (TARGETS, NONTARGETS):
        if name not in items:
            raise SubmissionError(Problem(f"there is no '{name}'.", _MAP_OR_LIST, file, field=name))
    targets, nontargets = items[TARGETS], items[NONTARGETS]
    if not isinstance(targets, _Object):
        remedy = 'Write the target words as an object, {"WORD": ["ID", …], …}.'
        raise SubmissionError(Problem(f"is {_kind(targets)}.", remedy, file, field=TARGETS))
    _keys_differ(file, targets, TARGETS)
    if sum(len(ids) for ids in (nontargets, *(ids for _, ids in targets.pairs)) if isinstance(ids, list)) > max_rows:
        raise SubmissionError(too_many(file, max_rows))
    by_word = tuple((word, _ids(file, word, ids)) for word, ids in targets.pairs)
    others = tuple(name for name in items if name not in (TARGETS, NONTARGETS))
    return WordList(by_word, _ids(file, NONTARGETS, nontargets), others, doubled)


def _ids(file: str, name: str, value: _Value) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise SubmissionError(Problem(f"is {_kind(value)}, not a list.", _ONE_LIST, file, field=shown(name)))
    ids: list[str] = []
    found = SubmissionProblems()
    for place, item in enumerate(value, start=1):
        if isinstance(item, str):
            ids.append(item)
        else:
            found.add(_no_id, file, name, place, item)
    found.refuse()
    return tuple(ids)


def _no_id(file: str, name: str, place: int, item: _Value) -> Problem:
    return Problem(f"its item {place} is {_kind(item)}, not an id.", _ONE_LIST, file, field=shown(name))


def _kind(value: _Value) -> str:
    if isinstance(value, _Object):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, _Number):
        return f"the number {value.text}" if len(value.text) <= 20 else "a number"
    return (
        f"the text {quoted(value)}" if isinstance(value, str) else {None: "null", True: "true", False: "false"}[value]
    )


def shown(key: str) -> str | None:
    """A key as the field of a problem; a long or unprintable key is only quoted in the message."""
    return key if key and key.isprintable() and len(key) <= 60 else None
