"""Replies that cannot be meant: an error that repeats the request, no stream for who asks for one, objects as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from inferproof.document import pointers, schema_nodes
from inferproof.document.lint.finding import Finding
from inferproof.document.lint.operations import (
    Operation,
    at,
    children,
    is_json,
    operations,
    properties,
    reply_content,
    request_content,
)

_OF_ERRORS = frozenset(
    {"code", "cause", "detail", "details", "description", "error", "errors", "exception", "fault", "issues", "message"}
    | {"msg", "problem", "reason", "status", "title", "type", "violations", "warnings"}
)
"""Members that tell of an error: a body with one of them may be one, and an error may be what a request reports."""

_CURRENT = ("409", "412", "428")
"""Statuses whose body may well be the resource as it is now (RFC 9110 §15.5.10, RFC 6585 §3)."""

_FEWEST = 2
"""Members that a body has at least before two of the same names are no coincidence."""

_OF_STREAMS = re.compile(r"server-sent|event[- ]stream|\bsse\b|chunk|delta|increment|partial|token", re.IGNORECASE)


def replies(document: dict[str, Any]) -> Iterator[Finding]:
    for operation in operations(document):
        asked = list(_members_of(document, request_content(document, operation)))
        yield from _echoes(document, operation, asked)
        yield from _streams(document, operation)
    yield from _texts(document)


def _members_of(
    document: dict[str, Any], content: Iterator[tuple[str, str, dict[str, Any]]]
) -> Iterator[tuple[str, frozenset[str]]]:
    for pointer, media, node in content:
        if is_json(media) and (named := properties(document, node.get("schema"))):
            yield pointer, frozenset(named)


def _echoes(
    document: dict[str, Any], operation: Operation, asked: list[tuple[str, frozenset[str]]]
) -> Iterator[Finding]:
    requests = {names for _, names in asked if len(names) >= _FEWEST and not names & _OF_ERRORS}
    statuses = [status for status, _ in children(operation.node.get("responses"))]
    for status in statuses:
        if status[:1] == "2":  # one form for all that is sent either way
            requests -= {names for _, names in _members_of(document, reply_content(document, operation, status))}
    for status in statuses:
        if status[:1] not in ("4", "5") or status in _CURRENT:
            continue
        for pointer, names in _members_of(document, reply_content(document, operation, status)):
            if names in requests:
                yield Finding(
                    pointers.join(pointer, "schema"),
                    "echo",
                    f"the error {status} has the members of the request, and none that tells what went wrong: "
                    "no client can read an error from it",
                )


def _streams(document: dict[str, Any], operation: Operation) -> Iterator[Finding]:
    statuses = [status for status, _ in children(operation.node.get("responses")) if status[:1] in ("2", "d")]
    forms = [(media, node) for status in statuses for _, media, node in reply_content(document, operation, status)]
    if not forms or not all(is_json(media) and "itemSchema" not in node for media, node in forms):
        return
    for pointer, media, node in request_content(document, operation):
        named = properties(document, node.get("schema"))
        if is_json(media) and _asks_for_a_stream(document, named):
            yield Finding(
                pointers.join(pointer, "schema"),
                "stream",
                "stream asks for a stream, and no reply has text/event-stream: "
                "a client cannot know how the events are written, nor what is in one",
            )


def _asks_for_a_stream(document: dict[str, Any], named: dict[str, Any]) -> bool:
    """`stream` is a switch of a completion, and not a stream of the API's own subject."""
    schema = named.get("stream")
    if not isinstance(schema, dict) or not _may_be_true(document, schema):
        return False
    of_a_model = "model" in named and bool({"messages", "prompt", "input"} & named.keys())
    return "stream_options" in named or of_a_model or bool(_OF_STREAMS.search(str(schema.get("description", ""))))


def _may_be_true(document: dict[str, Any], schema: Any) -> bool:
    if isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
        schema = at(document, schema["$ref"]) if schema["$ref"].startswith("#") else None
    if not isinstance(schema, dict):
        return False
    if "const" in schema or "enum" in schema:
        values = schema["enum"] if isinstance(schema.get("enum"), list) else [schema.get("const")]
        return any(value is True for value in values)
    kinds = schema.get("type")
    if kinds == "boolean" or (isinstance(kinds, list) and "boolean" in kinds):
        return True
    parts = [part for keyword in ("anyOf", "oneOf", "allOf") for part in schema.get(keyword) or ()]
    return any(_may_be_true(document, part) for part in parts)


def _texts(document: dict[str, Any]) -> Iterator[Finding]:
    for pointer, key, node in schema_nodes.members(document):
        parent = pointer.rpartition("/")[0]
        if not parent.endswith("/content") or key.partition(";")[0].strip().lower() != "text/plain":
            continue
        schema = node.get("schema") if isinstance(node, dict) else None
        if isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
            schema = at(document, schema["$ref"]) if schema["$ref"].startswith("#") else None
        if isinstance(schema, dict) and schema.get("type") in ("object", "array"):
            yield Finding(
                pointer,
                "media",
                f"text/plain carries text, and the schema describes an {schema['type']}: nothing says how it is "
                "written, and no client can read it; perhaps application/json is meant",
            )
