"""Compares the structure of two OpenAPI documents: what has the vendor changed since we restated the document?

Sentences do not count: titles, summaries, descriptions and the texts of examples and code samples are ours. Neither
does the order of members, nor that of `required` and `enum`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from inferproof.document import pointers

_PROSE = ("title", "summary", "description")
_SHOWN = ("example", "examples")
_UNORDERED = ("required", "enum", "type", "tags")
# Their children are named by the author: a property may be called "description".
_NAMED = (
    "$defs",
    "callbacks",
    "content",
    "dependentSchemas",
    "headers",
    "patternProperties",
    "paths",
    "properties",
    "responses",
)


@dataclass(frozen=True)
class Change:
    """One difference. `added` is in theirs only, `removed` in ours only."""

    kind: Literal["added", "removed", "changed"]
    pointer: str
    ours: Any
    theirs: Any

    def __str__(self) -> str:
        match self.kind:
            case "added":
                return f"#{self.pointer}: theirs has {_brief(self.theirs)}, ours nothing"
            case "removed":
                return f"#{self.pointer}: ours has {_brief(self.ours)}, theirs nothing"
            case _:
                return f"#{self.pointer}: ours has {_brief(self.ours)}, theirs {_brief(self.theirs)}"


def drift(ours: dict[str, Any], theirs: dict[str, Any]) -> list[Change]:
    """Every difference of structure, in the order of the pointers."""
    return sorted(_compare(ours, theirs, "", named=False), key=lambda change: change.pointer)


def _compare(ours: Any, theirs: Any, pointer: str, *, named: bool) -> Iterator[Change]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in {**ours, **theirs}:
            here = pointers.join(pointer, key)
            if not named and key in _PROSE and isinstance(ours.get(key, theirs.get(key)), str):
                continue
            if key not in ours:
                yield Change("added", here, None, theirs[key])
            elif key not in theirs:
                yield Change("removed", here, ours[key], None)
            elif not named and (key in _SHOWN or key.startswith("x-")):
                yield from _shapes(ours[key], theirs[key], here)
            elif not named and key in _UNORDERED and _sorted(ours[key]) == _sorted(theirs[key]):
                continue
            else:
                children_named = not named and (key in _NAMED or pointer == "/components")
                yield from _compare(ours[key], theirs[key], here, named=children_named)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _compare(mine, other, pointers.join(pointer, index), named=False)
    elif ours != theirs or _shape(ours) != _shape(theirs):
        yield Change("changed", pointer, ours, theirs)


def _shapes(ours: Any, theirs: Any, pointer: str) -> Iterator[Change]:
    """The differences between two values shown: their members and types, not their texts and numbers."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in {**ours, **theirs}:
            here = pointers.join(pointer, key)
            if key not in ours:
                yield Change("added", here, None, theirs[key])
            elif key not in theirs:
                yield Change("removed", here, ours[key], None)
            else:
                yield from _shapes(ours[key], theirs[key], here)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _shapes(mine, other, pointers.join(pointer, index))
    elif _shape(ours) != _shape(theirs) or isinstance(ours, list):
        yield Change("changed", pointer, ours, theirs)


def _shape(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return type(value).__name__


def _sorted(value: Any) -> Any:
    return sorted(value, key=repr) if isinstance(value, list) else value


def _brief(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:79] + "…"
