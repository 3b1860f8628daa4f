"""Which models a server has: what its lists name, in either shape, and what a contract's examples name."""

from __future__ import annotations

from inferproof.document import Contract
from inferproof.document.names import requested
from inferproof.judge.value import Skip, Value
from inferproof.wire.exchange import NotJson, Reply

LISTS = ("configs", "models")
"""The roles of the operations that list models."""

LONGEST_NAME = 200
"""Characters of a model's name that we take from a server."""


def listed(reply: Reply | None) -> list[str]:
    """The names that a list has, as far as they can be names; none where it cannot be read.

    A list of configs is an array of objects with a `name`, one of models an object with `data`, objects with an `id`.
    """
    try:
        body = Value(reply.json if reply is not None and reply.status == 200 else [])
        whole = isinstance(body.raw, dict)
        names = [each.get("/id") for each in body.items("/data")] if whole else [each.get("/name") for each in body]
    except (NotJson, Skip):
        return []
    return [name for name in names if isinstance(name, str) and name.isprintable() and 0 < len(name) <= LONGEST_NAME]


def documented(contract: Contract, role: str) -> str:
    """The model that the first documented request of an operation names, or its schema; empty where none does."""
    return next(iter(requested(contract, (role,))), "")
