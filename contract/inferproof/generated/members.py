"""The members of each operation's request body, as the published document lists them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inferproof.document import Contract, pointers
from inferproof.generated.baselines import BODY, roles


@dataclass(frozen=True)
class Member:
    """A member of the body of one operation. `pointer` is its schema's; `required` by the published document."""

    role: str
    name: str
    pointer: str
    required: bool

    def id(self, kind: str) -> str:
        """`chat.top-p.refuses`"""
        return f"{self.role}.{self.name.replace('_', '-').lower()}.{kind}"


def members(contract: Contract) -> Iterator[Member]:
    """In the document's order; each operation ends with BODY, the body as a whole."""
    for operation in contract.operations:
        if operation.request_schema is None or operation.role not in roles():
            continue
        seen: dict[str, Member] = {}
        for branch, schema in branches(contract.published, operation.request_schema):
            for name in schema["properties"]:
                pointer = pointers.join(branch, "properties", name)
                required = name in schema.get("required", ())
                seen.setdefault(name, Member(operation.role, name, pointer, required))
        yield from seen.values()
        yield Member(operation.role, BODY, pointers.join(operation.pointer, "requestBody"), False)


def branches(document: dict[str, Any], pointer: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(pointer, schema) of the object schemas that a body is made of."""
    place = pointers.follow(document, pointers.locate(document, pointer))
    schema = pointers.resolve(document, place)
    if "properties" in schema:
        yield place, schema
    for index in range(len(schema.get("anyOf", ()))):
        yield from branches(document, pointers.join(place, "anyOf", index))


def examples(contract: Contract, role: str) -> list[Any]:
    """The documented request bodies of an operation."""
    media = contract.at(pointers.join(contract.operation(role).pointer, "requestBody", "content", "application/json"))
    names: list[str | None] = list(media.get("examples", ())) or [None]
    return [contract.request_example(role, name) for name in names]
