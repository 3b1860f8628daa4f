"""A value that a schema allows, as small as may be: for members that a document wants and no backend knows of."""

from __future__ import annotations

import copy
from collections.abc import Collection
from typing import Any

from inferproof.document import objects, pointers
from inferproof.document.contract import Contract

_DEEPEST = 4
"""Levels of required members that are filled: no list of models has more, and a schema may ask for itself for ever."""

_ZEROS = {"string": "", "integer": 0, "number": 0, "boolean": False, "array": [], "object": {}, "null": None}


def required(contract: Contract, schema: str) -> set[str]:
    """The members that the schema at a pointer asks for, through references and `allOf`."""
    lists = (contract.at(part).get("required") for part in objects.parts(contract.corrected, schema))
    return {name for one in lists if isinstance(one, list) for name in one}


def smallest(contract: Contract, schema: str, depth: int = 0) -> Any:
    """What the schema shows or fixes, else a zero of its type with what it asks for; of a union, for its first."""
    document = contract.corrected
    place = pointers.follow(document, schema)
    node = contract.at(place)
    shown = _shown(node) if isinstance(node, dict) else []
    if shown:
        return copy.deepcopy(shown[0])
    if branches := objects.branches(document, place):
        return smallest(contract, branches[0], depth + 1) if depth < _DEEPEST else None
    members = objects.properties(document, place)
    kinds = node.get("type", "object") if isinstance(node, dict) else "object"
    kind = kinds if isinstance(kinds, str) else next(iter(kinds), "null")
    if kind != "object" or depth > _DEEPEST:
        return copy.deepcopy(_ZEROS.get(kind))
    return {name: smallest(contract, members[name], depth + 1) for name in _asked(members, required(contract, place))}


def _asked(members: Collection[str], wanted: Collection[str]) -> list[str]:
    """In the document's order."""
    return [name for name in members if name in wanted]


def _shown(node: dict[str, Any]) -> list[Any]:
    values = [node[keyword] for keyword in ("const", "default", "example") if keyword in node]
    lists = (node[keyword] for keyword in ("enum", "examples") if isinstance(node.get(keyword), list))
    return [*values, *(value for one in lists for value in one)]
