"""Which models a server has: what its lists name, in either shape, and what a contract's examples name."""

from __future__ import annotations

from collections.abc import Iterable

from inferproof.document import Contract
from inferproof.document.names import LISTS, LISTS_OF_EMBEDDINGS, name_of, requested
from inferproof.judge.lists import items_of
from inferproof.judge.value import Skip, Value
from inferproof.wire.exchange import Exchange, NotJson

LONGEST_NAME = 200
"""Characters of a model's name that we take from a server."""


def listed(exchange: Exchange) -> list[str]:
    """The names that a list has, as far as they can be names; none where it is no list, or cannot be read."""
    reply, role = exchange.reply, exchange.role or ""
    if reply is None or reply.status != 200 or role not in LISTS:
        return []
    try:
        names = [name_of(item.raw, role) for item in items_of(Value(reply.json))]
    except (NotJson, Skip):
        return []
    return [name for name in names if isinstance(name, str) and name.isprintable() and 0 < len(name) <= LONGEST_NAME]


def names_of(exchanges: Iterable[Exchange], *, embed: bool) -> list[str]:
    """What the lists of models that embed have, or the others: a list of all does not say which of them embed."""
    return [name for each in exchanges if (each.role in LISTS_OF_EMBEDDINGS) is embed for name in listed(each)]


def chosen(wanted: str | None, documented: str, names: list[str]) -> str:
    """The model asked for; else the documented one where the lists have it, or have nothing; else their first."""
    if wanted:
        return wanted
    return documented if not names or documented in names else names[0]


def documented(contract: Contract, role: str) -> str:
    """The model that the first documented request of an operation names, or its schema; empty where none does."""
    return next(iter(requested(contract, (role,))), "")
