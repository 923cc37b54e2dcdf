"""JSON in a canonical form, so that documents can be compared byte by byte: sorted keys, one value in a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

_encode_text = json.JSONEncoder(ensure_ascii=False).encode
_encode_other = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def canonical(document: object) -> bytes:
    """The document in a canonical form.

    Raises:
        ValueError: a number is not finite.
    """
    return b"".join(canonical_pieces(document))


def canonical_pieces(document: object) -> Iterator[bytes]:
    """The same, value by value, for what need not be in memory as a whole; raises like ``canonical``.

    These are the bytes of ``json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)`` and a
    line break, which with ``indent`` takes three times as long.
    """
    for text in _pieces(document, "\n"):
        yield text.encode("utf-8", "backslashreplace")
    yield b"\n"


def _pieces(value: object, line: str) -> Iterator[str]:
    """``line`` begins a line at the depth of ``value``."""
    inner = line + " "
    if isinstance(value, Mapping) and value:
        before = "{" + inner
        for key in sorted(value):
            yield f"{before}{_encode_text(key)}: "
            yield from _pieces(value[key], inner)
            before = "," + inner
        yield line + "}"
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        before = "[" + inner
        for item in value:
            yield before
            if isinstance(item, dict) and _is_flat(item):
                yield _flat(item, inner)
            else:
                yield from _pieces(item, inner)
            before = "," + inner
        yield line + "]"
    else:
        yield _scalar(value)


def _is_flat(row: Mapping[str, object]) -> bool:
    return bool(row) and not any(
        isinstance(item, Mapping | Sequence) and not isinstance(item, str) for item in row.values()
    )


def _flat(row: Mapping[str, object], line: str) -> str:
    """A mapping to plain values, such as a row of a board, of which there are tens of thousands."""
    inner = line + " "
    lines = ("," + inner).join([f"{_encode_text(key)}: {_scalar(row[key])}" for key in sorted(row)])
    return f"{{{inner}{lines}{line}}}"


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    return _encode_text(value) if isinstance(value, str) else _encode_other(value)
