"""The names of models: which operations list them, how a list names one, and which names a contract shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from inferproof.document import objects, pointers
from inferproof.document.contract import Contract

CHATS = ("chat", "attributes", "chat.openai-path", "chat.legacy", "chat.legacy.stream")
EMBEDDINGS = ("embeddings",)

NAMED_BY: Mapping[str, tuple[str, ...]] = {
    "configs": ("name",),
    "models": ("id", "model_id"),
    "models.embedding": ("id", "model_id"),
}
"""The roles of the lists, each with the members that name a model in it: of two, the first that an item has."""

TOTAL, SIZE = ("total", "total_items", "total_count"), ("page_size", "per_page", "limit")
PAGE, PAGES = ("page", "current_page"), ("total_pages", "pages")
"""What a list that comes in pages calls its members of `pagination`."""

LISTS = tuple(NAMED_BY)
LISTS_OF_EMBEDDINGS = ("models.embedding",)

_MEMBERS = ("model", "config")
"""How a request names its model."""


def requested(contract: Contract, roles: Iterable[str]) -> list[str]:
    """Those of requests to these roles: of the examples, and of the schema where it lists or shows any."""
    found: list[Any] = []
    schemas: list[str] = []
    for role in roles:
        if role in contract.roles:
            bodies = [body for body in contract.request_examples(role) if isinstance(body, dict)]
            found += [body[member] for body in bodies for member in _MEMBERS if member in body]
            schemas.append(contract.operation(role).request_schema or "")
    for schema in filter(None, schemas):
        members = contract.members(schema)
        for member in filter(members.__contains__, _MEMBERS):
            found += _shown(contract, members[member])
    return _texts(found)


def listed(contract: Contract, roles: Iterable[str] = LISTS) -> list[str]:
    """Those of the documented lists of models, of these roles."""
    return _texts(
        name_of(row, role) for role in roles if role in contract.roles for row in rows_of(_example(contract, role))
    )


def name_of(row: Mapping[str, Any], role: str) -> Any:
    """What an item of a list of that role names its model by; None where it names none."""
    return next((row[member] for member in NAMED_BY[role] if row.get(member) is not None), None)


def rows_of(example: Any) -> list[dict[str, Any]]:
    """The items of a list, be it by itself or a member of an object."""
    lists = example.values() if isinstance(example, dict) else [example]
    return [row for one in lists if isinstance(one, list) for row in one if isinstance(row, dict)]


def _example(contract: Contract, role: str) -> Any:
    try:
        return contract.reply_example(role)
    except KeyError:
        return None


def _shown(contract: Contract, schema: str) -> Iterator[Any]:
    """The values that a schema lists, has for a default, or shows."""
    for part in objects.parts(contract.corrected, schema):
        node = pointers.resolve(contract.corrected, part)
        yield from (node[keyword] for keyword in ("const", "default", "example") if keyword in node)
        for keyword in ("enum", "examples"):
            if isinstance(node.get(keyword), list):
                yield from node[keyword]
        for branch in objects.branches(contract.corrected, part):
            yield from _shown(contract, branch)


def _texts(values: Iterable[Any]) -> list[str]:
    """Each text once."""
    return list(dict.fromkeys(value for value in values if isinstance(value, str) and value))
