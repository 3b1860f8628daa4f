"""The operations of any OpenAPI document, a contract or not: under paths, webhooks, callbacks and components."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inferproof.document import pointers

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_ITEMS = ("/paths", "/webhooks", "/components/pathItems")

Json = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """An operation with its place, and the place of the path item around it."""

    pointer: str
    item: str
    node: Json


def operations(document: Json) -> Iterator[Operation]:
    """Every operation that is an object; what is broken has a finding of its own."""
    for place in _ITEMS:
        yield from _of_items(at(document, place), place)
    for name, callback in named(at(document, "/components/callbacks")):
        yield from _of_items(callback, pointers.join("/components/callbacks", name))


def _of_items(items: Any, pointer: str) -> Iterator[Operation]:
    for name, item in children(items):
        here = pointers.join(pointer, name)
        for method, node in children(item):
            if method in _METHODS and isinstance(node, dict):
                yield from _with_callbacks(Operation(pointers.join(here, method), here, node))
        for method, node in children(item.get("additionalOperations") if isinstance(item, dict) else None):
            if isinstance(node, dict):
                yield from _with_callbacks(Operation(pointers.join(here, "additionalOperations", method), here, node))


def _with_callbacks(operation: Operation) -> Iterator[Operation]:
    yield operation
    for name, callback in named(operation.node.get("callbacks")):
        yield from _of_items(callback, pointers.join(operation.pointer, "callbacks", name))


def named(node: Any) -> Iterator[tuple[str, Any]]:
    """The members of an object whose names the document's author gives; of anything else, nothing."""
    yield from node.items() if isinstance(node, dict) else ()


def children(node: Any) -> Iterator[tuple[str, Any]]:
    """The members of an object that are no extensions; of anything else, nothing."""
    if isinstance(node, dict):
        yield from ((name, child) for name, child in node.items() if not str(name).startswith("x-"))


def at(document: Json, pointer: str) -> Any:
    """The node at a pointer, behind its references; None where there is none."""
    try:
        return pointers.resolve(document, pointers.follow(document, pointers.locate(document, pointer)))
    except KeyError:
        return None


def place(document: Json, pointer: str) -> str | None:
    """Where the node at a pointer is written, behind its references; None where there is none."""
    try:
        return pointers.follow(document, pointers.locate(document, pointer))
    except KeyError:
        return None


def request_content(document: Json, operation: Operation) -> Iterator[tuple[str, str, Json]]:
    """(pointer, media type, node) of each form of the request's body."""
    yield from _content(document, pointers.join(operation.pointer, "requestBody"))


def reply_content(document: Json, operation: Operation, status: str) -> Iterator[tuple[str, str, Json]]:
    """(pointer, media type, node) of each form of the replies with a status, as written in the document."""
    yield from _content(document, pointers.join(operation.pointer, "responses", status))


def _content(document: Json, body: str) -> Iterator[tuple[str, str, Json]]:
    content = pointers.join(body, "content")
    for media, _ in named(at(document, content)):
        here = place(document, pointers.join(content, media))
        node = at(document, here) if here is not None else None
        if here is not None and isinstance(node, dict):
            yield here, media, node


def is_json(media: str) -> bool:
    """`application/json`, and what is JSON by its suffix (RFC 6839 §3.1); not a sequence of JSON texts."""
    name = media.partition(";")[0].strip().lower()
    return name in ("application/json", "text/json") or name.endswith("+json")


def properties(document: Json, schema: Any, depth: int = 8) -> Json:
    """The members that a schema names, behind references and in each part of a union, the first of a name first."""
    node = schema
    found: Json = {}
    if depth == 0:
        return found
    if isinstance(node, dict) and isinstance(node.get("$ref"), str):
        found |= properties(document, at(document, node["$ref"]) if node["$ref"].startswith("#") else None, depth - 1)
    if not isinstance(node, dict):
        return found
    found = dict(named(node.get("properties"))) | found
    for keyword in ("allOf", "anyOf", "oneOf"):
        for part in node[keyword] if isinstance(node.get(keyword), list) else ():
            found = properties(document, part, depth - 1) | found
    return found
