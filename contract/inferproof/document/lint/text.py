"""What is wrong with the text of a document: no JSON where its name says so, members that stand twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import yaml

from inferproof.document import pointers
from inferproof.document.lint.finding import Finding


def text(raw: bytes, source: str) -> Iterator[Finding]:
    """The findings in what `files.description` can read."""
    if source.lower().endswith(".json"):
        try:
            json.loads(raw)
        except json.JSONDecodeError as error:
            yield Finding(
                "",
                "json",
                f"line {error.lineno}, column {error.colno}: not JSON: {error.msg}; "
                "it is read as YAML here, and tools that read JSON refuse it",
            )
        except (ValueError, RecursionError):
            pass  # another encoding, which is read as YAML
    try:
        root = yaml.compose(raw, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError):
        return  # JSON with half of a surrogate pair, say, which YAML does not know
    yield from _twice(root, "", set())


def _twice(node: Any, pointer: str, seen: set[int]) -> Iterator[Finding]:
    """Members that stand twice; what an alias stands for is looked at once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            yield from _twice(child, pointers.join(pointer, index), seen)
    elif isinstance(node, yaml.MappingNode):
        lines: dict[tuple[str, str], int] = {}
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            here = pointers.join(pointer, key.value)
            line = key.start_mark.line + 1
            if key.value != "<<" and (key.tag, key.value) in lines:
                first = lines[key.tag, key.value]
                yield Finding(
                    here,
                    "json",
                    f"stands twice, in lines {first} and {line}: readers take the one or the other, or refuse both",
                )
            lines[key.tag, key.value] = line
            yield from _twice(child, here, seen)
