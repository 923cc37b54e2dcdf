"""Read YAML as plain data with the position of every value; its size is limited before any data is built.

Dates stay text: the specification decides which of them are times, and in which time zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.specification.yaml_problems import in_plain_words

MAX_VALUES = 200_000
"""Maximum number of values in a document with every alias expanded."""

MAX_DEPTH = 20
_PREFIX = "tag:yaml.org,2002:"
_TEXT = ("str", "timestamp")
_NUMBERS = ("int", "float", "bool", "null")
Place = tuple[int, int]


@dataclass
class Document:
    """``content`` is plain data; ``problems`` are duplicate keys and values that aren't valid YAML."""

    content: Any
    root: Node | None
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Sequence[int | str], *, key: bool = False) -> Place | None:
        """Line and column of the value at ``path``, or of its key with ``key``.

        If there is no such value, the position of the innermost existing one that would contain it. Parts of the path
        that the document doesn't have, such as the name of a variant, are skipped. Returns None for the document as a
        whole.
        """
        node, found = self.root, None
        for part in path:
            entry = _entry(node, part)
            if entry is not None:
                place, node = entry
                at_key = key or not isinstance(node, ScalarNode)
                found = place if at_key else _place(node)
        return found


def read_document(content: bytes, name: str) -> Document:
    """Parse ``content``; ``name`` is the name of its file.

    Raises:
        BundleError: it isn't UTF-8, isn't YAML, or is too large with its aliases expanded.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BundleError(Problem("is not UTF-8 text.", "Save it as UTF-8.", name, line)) from error
    yaml = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as error:
        raise BundleError(in_plain_words(error, text, name)) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        remedy = "Take it out; a program for plain text shows it."
        raise BundleError(Problem("has a character that no text has.", remedy, name, line)) from error
    except RecursionError as error:
        raise BundleError(_too_deep(name)) from error
    except (YAMLError, ValueError) as error:
        raise BundleError(Problem("is not valid YAML.", "See docs/bundles.md for an example.", name)) from error
    if root is None:
        return Document(None, None)
    _Measure(name).of(root)
    builder = _Builder(yaml.constructor, name)
    return Document(builder.build(root), root, builder.problems)


def _too_deep(name: str) -> Problem:
    return Problem(f"is nested more than {MAX_DEPTH} levels deep.", "Look for a bracket left open.", name)


def _place(node: Node) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _entry(node: Node | None, part: int | str) -> tuple[Place, Node] | None:
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return _place(item), item
    if isinstance(node, MappingNode):
        # Of duplicate keys the last one counts, as in ``content``.
        for key, value in reversed(node.value):
            if isinstance(key, ScalarNode) and key.value == str(part):
                return _place(key), value
    return None


class _Measure:
    """Counts values with every alias expanded, so that a few lines can't expand to millions of values."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sizes: dict[int, int] = {}
        self.open: set[int] = set()

    def of(self, node: Node, depth: int = 1) -> int:
        if depth > MAX_DEPTH:
            raise BundleError(_too_deep(self.name))
        if id(node) in self.open:
            line, column = _place(node)
            raise BundleError(
                Problem("a value holds itself.", "Write it out without '*'.", self.name, line, column=column)
            )
        if id(node) not in self.sizes:
            self.open.add(id(node))
            children = _children(node)
            self.sizes[id(node)] = 1 + sum(self.of(child, depth + 1) for child in children)
            self.open.discard(id(node))
        if self.sizes[id(node)] > MAX_VALUES:
            message = f"stands for more than {MAX_VALUES} values."
            raise BundleError(Problem(message, "Write less, and without '*'.", self.name))
        return self.sizes[id(node)]


def _children(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []


class _Builder:
    """Builds plain data from nodes; a node with several aliases is built only once."""

    def __init__(self, constructor: Any, name: str) -> None:
        self.constructor = constructor
        self.name = name
        self.problems: list[Problem] = []
        self.built: dict[int, Any] = {}

    def build(self, node: Node) -> Any:
        if id(node) not in self.built:
            self.built[id(node)] = self._value(node)
        return self.built[id(node)]

    def _value(self, node: Node) -> Any:
        kind = str(node.tag).removeprefix(_PREFIX)
        if isinstance(node, MappingNode) and kind == "map":
            return self._mapping(node)
        if isinstance(node, SequenceNode) and kind == "seq":
            return [self.build(item) for item in node.value]
        if isinstance(node, ScalarNode) and kind in _TEXT:
            return self._text(node)
        if isinstance(node, ScalarNode) and kind in _NUMBERS:
            try:
                return self.constructor.construct_object(node, deep=True)
            except (ValueError, YAMLError):
                self._found(f"{quoted(node.value)} cannot be read as a number.", "Put a text into quotes.", node)
                return None
        self._found(f"the tag {quoted(str(node.tag))} is not read here.", "Write plain values without '!'.", node)
        return None

    def _text(self, node: ScalarNode) -> str | None:
        text = str(node.value)
        # Escapes can produce characters that YAML itself refuses, such as NUL, which PostgreSQL can't store.
        control = next((char for char in text if char < " " and char not in "\t\n\r"), None)
        if control is not None:
            self._found(f"a text has the control character U+{ord(control):04X} in it.", "Take it out.", node)
            return None
        try:
            # JSON writes a character above U+FFFF as a surrogate pair.
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self._found("a text has half a character in it.", "Take the escape '\\ud…' out.", node)
            return None

    def _mapping(self, node: MappingNode) -> dict[Any, Any]:
        content: dict[Any, Any] = {}
        merged: dict[Any, Any] = {}
        lines: dict[Any, int] = {}
        for key_node, value_node in node.value:
            if key_node.tag == f"{_PREFIX}merge":
                merged |= self._merged(value_node)
                continue
            if not isinstance(key_node, ScalarNode):
                self._found("a field's name is not a plain word.", "Write name: value.", key_node)
                continue
            # ``1:`` and ``yes:`` are field names here, just as ``title:`` is.
            key = self._text(key_node) or ""
            if key in content:
                remedy = f"It is there in line {lines[key]} already; keep one of them."
                self._found(f"the field {quoted(key)} is given twice.", remedy, key_node)
            content[key], lines[key] = self.build(value_node), _place(key_node)[0]
        return merged | content

    def _merged(self, node: Node) -> dict[Any, Any]:
        values = [self.build(item) for item in node.value] if isinstance(node, SequenceNode) else [self.build(node)]
        if not all(isinstance(value, dict) for value in values):
            self._found("only fields can be merged by '<<'.", "Name a mapping after it.", node)
            return {}
        return {key: value for item in reversed(values) for key, value in item.items()}

    def _found(self, message: str, remedy: str, node: Node) -> None:
        line, column = _place(node)
        self.problems.append(Problem(message, remedy, self.name, line, column=column))
