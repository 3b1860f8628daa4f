"""What requirements cite: the nodes of a contract, by the requirements that rest on them or speak of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from inferproof.document import Contract, Layer
from inferproof.judge.requirement import Requirement

LAYERS: tuple[Layer, ...] = ("published", "corrected")


def citing(contract: Contract, requirements: Iterable[Requirement]) -> dict[str, list[str]]:
    """The ids of the requirements that cite each pointer."""
    found: dict[str, list[str]] = {}
    for requirement in requirements:
        for place in requirement.places(contract):
            found.setdefault(place.pointer, []).append(requirement.id)
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
