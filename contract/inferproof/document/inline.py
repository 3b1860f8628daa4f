"""Puts what a reference leads to in its place, for readers that would look it up again for every value."""

from __future__ import annotations

import copy
from typing import Any

from inferproof.document import pointers
from inferproof.document.schema_nodes import references


def inlined(document: dict[str, Any]) -> dict[str, Any]:
    """A copy in which the target of each local `$ref` stands in its place: one object, however often it is referred to.

    A schema that refers to itself comes to hold itself. A reference that leads nowhere, or has other keywords beside
    it, stays.
    """
    whole = copy.deepcopy(document)
    places = [place for place, _ in references(whole) if place and len(pointers.resolve(whole, place)) == 1]
    # All are found before the first is put in, because then there may be no end of places.
    targets = [(*_parent(whole, place), _target(whole, place)) for place in places]
    for parent, step, target in targets:
        parent[step] = target
    return whole


def _parent(document: Any, place: str) -> tuple[Any, str | int]:
    *parts, last = pointers.split(place)
    node = pointers.resolve(document, pointers.join("", *parts))
    return node, int(last) if isinstance(node, list) else last


def _target(document: Any, place: str) -> Any:
    try:
        return pointers.resolve(document, pointers.follow(document, place))
    except KeyError:
        return pointers.resolve(document, place)
