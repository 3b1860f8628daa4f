"""The members of a request that the contract names: what else a client sends is accepted, and means nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from inferproof.document.contract import Contract
from inferproof.front.backend import Json


def named_members(contract: Contract, role: str, always: Iterable[str] = ()) -> Callable[[Json], Json]:
    """What is left of a body for the backend, which would read any other member by its own lights, whatever its type.

    The members of `always` stay in any case.
    """
    schema = contract.operation(role).request_schema
    assert schema is not None
    names = frozenset((*always, *contract.members(schema)))

    def named(body: Json) -> Json:
        return {name: value for name, value in body.items() if name in names}

    return named
