"""JSON and YAML text as JSON values. Its own module, because a contract that comes from the cache needs no YAML."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

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


_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"|([\[{])|[\]}]')
"""What opens or closes a level of JSON text, or a string, whose brackets do not count."""


class _NotYaml(DocumentError):
    """The text is no YAML, and so no JSON either."""


def parse(raw: bytes, source: str) -> Any:
    """The text as JSON values, keys as text. Raises DocumentError with line and column."""
    try:
        return _Json(source).value(_read_json(raw, source))
    except ValueError as error:  # no JSON: YAML, or what is wrong with it
        fault = error
    try:
        return _parse_yaml(raw, source)
    except _NotYaml:
        if isinstance(fault, json.JSONDecodeError) and _meant_as_json(raw, source):
            place = f"line {fault.lineno}, column {fault.colno}"
            raise DocumentError(f"{source}, {place}: not JSON: {fault.msg}") from fault
        raise


def _meant_as_json(raw: bytes, source: str) -> bool:
    return source.endswith(".json") or raw.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"["))


def _read_json(raw: bytes, source: str) -> Any:
    """The value of JSON text. Raises ValueError for other text, DocumentError for JSON with NaN or too many levels.

    JSON comes first, because YAML knows no surrogate pairs (`"\\ud83d\\ude00"`) and takes 1e5 for a text.
    """
    text = raw.decode("utf-8-sig")
    try:
        value = json.loads(text, parse_constant=lambda word: _no_number(word, source))
    except RecursionError as error:
        raise ValueError from error
    depth = 0
    for bracket in _BRACKET.finditer(text):
        if bracket[1]:
            depth += 1
            if depth > DEEPEST:
                line = text.count("\n", 0, bracket.start()) + 1
                raise DocumentError(f"{source}, line {line}: nested more than {DEEPEST} levels deep")
        elif not bracket[0].startswith('"'):
            depth -= 1
    return value


def _no_number(word: Any, source: str) -> NoReturn:
    raise DocumentError(f"{source}: {word} is no number of JSON")


def _parse_yaml(raw: bytes, source: str) -> Any:
    try:
        _refuse_depth(raw, source)
        value = yaml.load(raw, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise _NotYaml(f"{source}{place}: not YAML: {getattr(error, 'problem', None) or error}") from error
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
            _no_number(node, self._source)
        if isinstance(node, int) and node.bit_length() > 1024:
            raise DocumentError(f"{self._source}: holds an integer of over 300 digits")
        return self.text(node) if isinstance(node, str) else node

    def text(self, text: str) -> str:
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
            raise DocumentError(f"{self._source}: {text!r:.60} holds half of a surrogate pair")
        return text
