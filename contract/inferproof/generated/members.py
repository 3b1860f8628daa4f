"""The members of each operation's request body, as the published document lists them, and what is known of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inferproof.document import Contract, pointers
from inferproof.judge.claims import BODY


@dataclass(frozen=True)
class Member:
    """A member of the body of one operation. `pointer` is its schema's; `required` by the published document."""

    role: str
    name: str
    pointer: str
    required: bool

    @property
    def citation(self) -> str:
        if self.name == BODY:
            return f"{self.role}.request"
        return f"{self.role}.request#/{pointers.escape(self.name)}"

    def id(self, kind: str) -> str:
        """`chat.top-p.refuses`"""
        return f"{self.role}.{self.name.replace('_', '-').lower()}.{kind}"


def roles(contract: Contract) -> tuple[str, ...]:
    """The operations of whose requests a known-good body is known, in the document's order."""
    return tuple(
        operation.role
        for operation in contract.operations
        if operation.request_schema is not None and contract.facts.operation(operation.role).base is not None
    )


def members(contract: Contract) -> Iterator[Member]:
    """In the document's order; each operation ends with BODY, the body as a whole."""
    for operation in contract.operations:
        if operation.request_schema is None or operation.role not in roles(contract):
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
    """(pointer, schema) of the object schemas that a body is made of, through references, `allOf` and unions."""
    place = pointers.follow(document, pointers.locate(document, pointer))
    schema = pointers.resolve(document, place)
    if "properties" in schema:
        yield place, schema
    for keyword in ("allOf", "anyOf", "oneOf"):
        for index in range(len(schema.get(keyword, ()))):
            yield from branches(document, pointers.join(place, keyword, index))


def examples(contract: Contract, role: str) -> list[Any]:
    """The documented request bodies of an operation."""
    return contract.request_examples(role)
