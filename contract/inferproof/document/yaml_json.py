"""YAML and JSON text as JSON values. Its own module, because a contract that comes from the cache needs no YAML."""

from __future__ import annotations

from typing import Any

import yaml

from inferproof.document.errors import DocumentError


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe YAML with the types of JSON: a date stays text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


def parse(raw: bytes, source: str) -> Any:
    """The text as JSON values, keys as text. Raises DocumentError with line and column."""
    try:
        return _textual(yaml.load(raw, Loader=_Loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise DocumentError(f"{source}{place}: not YAML: {getattr(error, 'problem', None) or error}") from error
    except UnicodeDecodeError as error:
        raise DocumentError(f"{source}, byte {error.start}: not UTF-8; save it as UTF-8") from error


def _textual(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(key): _textual(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_textual(value) for value in node]
    return node
