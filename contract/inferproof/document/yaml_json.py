"""YAML and JSON text as JSON values. Its own module, because a contract that comes from the cache needs no YAML."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import yaml

from inferproof.document.errors import DocumentError

DEEPEST = 200
"""How deeply a document may be nested. PyYAML's parser recurses in C, and ends the process where the stack does."""

MOST = 2_000_000
"""Values that a document may unfold to: a few hundred bytes of aliases to aliases unfold to billions."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe YAML with the types of JSON: a date stays text, and there are no sets, pairs or bytes."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}
_Loader.yaml_constructors = {
    tag: constructor
    for tag, constructor in _Loader.yaml_constructors.items()
    if tag is None or tag.rpartition(":")[2] in ("null", "bool", "int", "float", "str", "seq", "map")
}


def parse(raw: bytes, source: str) -> Any:
    """The text as JSON values, keys as text. Raises DocumentError with line and column."""
    try:
        _refuse_depth(raw, source)
        value = yaml.load(raw, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise DocumentError(f"{source}{place}: not YAML: {getattr(error, 'problem', None) or error}") from error
    except UnicodeDecodeError as error:
        raise DocumentError(f"{source}, byte {error.start}: not UTF-8; save it as UTF-8") from error
    except (ValueError, LookupError) as error:  # a value that is not of the type that its tag or its form says
        raise DocumentError(f"{source}: holds a value that cannot be read: {error}") from error
    try:
        return _Json(source).value(value)
    except RecursionError as error:
        raise DocumentError(f"{source}: an alias stands inside of what it stands for; write it out") from error


def _refuse_depth(raw: bytes, source: str) -> None:
    depth = 0
    for event in _events(raw):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                line = f", line {event.start_mark.line + 1}" if event.start_mark else ""
                raise DocumentError(f"{source}{line}: nested more than {DEEPEST} levels deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _events(raw: bytes) -> Iterator[Any]:
    yield from yaml.parse(raw, Loader=_Loader)


class _Json:
    """Turns what YAML made into JSON values, and refuses what JSON has not."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._left = MOST

    def value(self, node: Any) -> Any:
        self._left -= 1
        if self._left < 0:
            raise DocumentError(f"{self._source}: its aliases unfold to over {MOST:,} values; write them out")
        if isinstance(node, dict):
            return {self.text(str(key)): self.value(child) for key, child in node.items()}
        if isinstance(node, list):
            return [self.value(child) for child in node]
        if isinstance(node, float) and not math.isfinite(node):
            raise DocumentError(f"{self._source}: {node} is no number of JSON")
        if isinstance(node, int) and node.bit_length() > 1024:
            raise DocumentError(f"{self._source}: holds an integer of over 300 digits")
        return self.text(node) if isinstance(node, str) else node

    def text(self, text: str) -> str:
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
            raise DocumentError(f"{self._source}: {text!r:.60} holds half of a surrogate pair")
        return text
