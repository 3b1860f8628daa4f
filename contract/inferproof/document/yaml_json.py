"""JSON and YAML text as JSON values. Its own module, because a contract that comes from the cache needs no YAML."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from inferproof.document.errors import DocumentError
from inferproof.document.nesting import too_deep

DEEPEST = 200
"""How deeply a document may be nested. PyYAML's parser recurses in C, and ends the process where the stack does."""

MOST = 2_000_000
"""Values that a document may unfold to: a few hundred bytes of aliases to aliases unfold to billions."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe YAML with the types of JSON: dates and times stay text, and there are no sets, pairs or bytes."""


def _without_times(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """A number that is no `18:00`, which YAML 1.1 takes for 1080, and YAML 1.2, as OpenAPI has it, for a text."""
    return re.compile(rf"(?![^\s:]+:)(?:{pattern.pattern})", re.VERBOSE)


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, _without_times(pattern) if tag.rpartition(":")[2] in ("int", "float") else pattern)
        for tag, pattern in resolvers
        if tag != "tag:yaml.org,2002:timestamp"
    ]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}
_Loader.yaml_constructors = {
    tag: constructor
    for tag, constructor in _Loader.yaml_constructors.items()
    if tag is None or tag.rpartition(":")[2] in ("null", "bool", "int", "float", "str", "seq", "map")
}


_UTF16 = (b"\xff\xfe", b"\xfe\xff")


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
    value: Any = None
    gave_up: RecursionError | None = None
    try:
        value = json.loads(text, parse_constant=lambda word: _no_number(word, source))
    except RecursionError as error:  # Python's own limit, which is higher than ours
        gave_up = error
    place = too_deep(text, DEEPEST)
    if place is not None:
        raise _nested(source, text.count("\n", 0, place) + 1)
    if gave_up:
        raise ValueError from gave_up
    return value


def _nested(source: str, line: int | None) -> DocumentError:
    return DocumentError(f"{source}{f', line {line}' if line else ''}: nested more than {DEEPEST} levels deep")


def _no_number(word: Any, source: str) -> NoReturn:
    raise DocumentError(f"{source}: {word} is no number of JSON")


def _parse_yaml(raw: bytes, source: str) -> Any:
    try:
        _refuse_depth(raw, source)
        value = yaml.load(raw, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        if mark and too_deep(_line_until(mark, raw), DEEPEST) is not None:
            raise _nested(source, mark.line + 1) from error
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
                raise _nested(source, event.start_mark.line + 1 if event.start_mark else None)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _line_until(mark: Any, raw: bytes) -> str:
    """The line of an error, up to the error.

    PyYAML may have a limit of its own, and reach it before `_refuse_depth` has seen an event: what is on one line may
    turn out to be the key of a mapping, so its brackets are all read before the first of them is an event.
    """
    text = raw.decode("utf-16" if raw.startswith(_UTF16) else "utf-8-sig", "replace")
    lines = text.splitlines()
    return lines[mark.line][: mark.column] if mark.line < len(lines) else ""


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
