"""The members of an object schema, wherever they are written: through `$ref`, `allOf` and unions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inferproof.document import pointers

_DEEPEST = 16
"""Steps of composition after which a schema that refers to itself is left."""


def properties(document: Any, pointer: str) -> dict[str, str]:
    """Each member of the object schema at `pointer`, with the pointer of its schema.

    Of `$ref` and `allOf` all members, the schema's own before those that it takes over; of a union none: see `forms`.
    """
    found: dict[str, str] = {}
    for part in parts(document, pointer):
        own = pointers.resolve(document, part).get("properties")
        for name in own if isinstance(own, dict) else ():
            found.setdefault(name, pointers.join(part, "properties", name))
    return found


def forms(document: Any, pointer: str) -> list[str]:
    """The object schemas that a union chooses between; of a schema that is no union, itself."""
    return _forms(document, pointer, 0) or [pointers.follow(document, pointer)]


def _forms(document: Any, pointer: str, depth: int) -> list[str]:
    pointer = pointers.follow(document, pointer)
    within = branches(document, pointer) if depth < _DEEPEST else []
    if not within:
        return [pointer] if depth and properties(document, pointer) else []
    return [form for branch in within for form in _forms(document, branch, depth + 1)]


def branches(document: Any, pointer: str) -> list[str]:
    """The pointers of a union's branches, `anyOf` before `oneOf`; none where it is no union."""
    node = pointers.resolve(document, pointer)
    return [
        pointers.join(pointer, keyword, index)
        for keyword in ("anyOf", "oneOf")
        if isinstance(node, dict) and isinstance(node.get(keyword), list)
        for index in range(len(node[keyword]))
    ]


def parts(document: Any, pointer: str, depth: int = 0) -> Iterator[str]:
    """The pointers of the schema at `pointer` and of what it is made of by `$ref` and `allOf`."""
    node = pointers.resolve(document, pointer)
    if not isinstance(node, dict) or depth > _DEEPEST:
        return
    yield pointer
    followed = pointers.follow(document, pointer)
    if followed != pointer:
        yield from parts(document, followed, depth + 1)
    composed = node.get("allOf")
    for index in range(len(composed) if isinstance(composed, list) else 0):
        yield from parts(document, pointers.join(pointer, "allOf", index), depth + 1)
