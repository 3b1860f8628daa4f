"""A list of models, read in any of its shapes: OpenAI's object with `data`, one with pages, or a bare array."""

from __future__ import annotations

from inferproof.document.names import NAMED_BY, name_of
from inferproof.judge.value import Missing, Value


def items_of(body: Value) -> list[Value]:
    """The items that are objects. Raises Missing where there is no list."""
    found = body.items() if isinstance(body.raw, list) else body.items("/data")
    return [item for item in found if isinstance(item.raw, dict)]


def name_in(item: Value, role: str) -> str:
    """The name of a model in a list of that role. Raises Missing where it has none, or one that is no text."""
    name = name_of(item.raw, role)
    if not isinstance(name, str):
        raise Missing(" or ".join(NAMED_BY[role]), item.at)
    return name
