"""What a citation points at: nodes of the contract, in the published layer, in the corrected one, or in both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from inferproof.document import Contract, Layer, pointers
from inferproof.judge.requirement import Requirement

LAYERS: tuple[Layer, ...] = ("published", "corrected")

EACH = "/*"
"""At the end of a pointer: each child of that node, and not the node itself."""

CONTAINERS = ("components", "content", "paths", "properties", "requestBody", "responses", "schemas")
"""Members whose values are nodes that are cited for themselves: of these, a node has the names only."""


def cited(contract: Contract, requirement: Requirement) -> tuple[str, ...]:
    """The pointers of a requirement's citations of this contract, each `/*` written out, be they there or not."""
    found: dict[str, None] = {}
    for cite in requirement.cites:
        name, _, pointer = cite.partition("#")
        if name == contract.name:
            found.update(dict.fromkeys(_expanded(contract, pointer)))
    return tuple(found)


def citing(contract: Contract, requirements: Iterable[Requirement]) -> dict[str, list[str]]:
    """The ids of the requirements that cite each pointer."""
    found: dict[str, list[str]] = {}
    for requirement in requirements:
        for pointer in cited(contract, requirement):
            found.setdefault(pointer, []).append(requirement.id)
    return found


def nodes(contract: Contract, pointer: str) -> dict[Layer, Any]:
    """The node at a pointer, as the document writes it, in each layer that has it. Raises KeyError where none does."""
    found: dict[Layer, Any] = {}
    for layer in LAYERS:
        try:
            found[layer] = contract.at(pointer, layer)
        except KeyError:
            continue
    if not found:
        raise KeyError(f"#{pointer} is in neither layer of the contract {contract.name}")
    return found


def own(node: Any, pointer: str) -> Any:
    """The node without what lies below it: of its named children only their names."""
    if not isinstance(node, dict):
        return node
    if pointers.split(pointer)[-1:] and pointers.split(pointer)[-1] in CONTAINERS:
        return sorted(node)
    return {
        name: sorted(value) if name in CONTAINERS and isinstance(value, dict) else value for name, value in node.items()
    }


def _expanded(contract: Contract, pointer: str) -> Iterator[str]:
    parent = pointer.removesuffix(EACH)
    try:
        found = nodes(contract, parent) if parent != pointer else {}
    except KeyError:
        found = {}
    names = [name for node in found.values() for name in node]
    yield from (pointers.join(parent, name) for name in names) if names else (pointer,)
