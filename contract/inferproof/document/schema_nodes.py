"""Finds the schemas and the examples of an OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inferproof.document import pointers

# Keywords of JSON Schema 2020-12 by what they hold; in `properties` a name like "example" is no keyword.
_ONE = (
    *("additionalProperties", "contains", "contentSchema", "else", "if", "items", "not", "propertyNames", "then"),
    *("unevaluatedItems", "unevaluatedProperties"),
)
_LIST = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("$defs", "dependentSchemas", "patternProperties", "properties")
_VALUES = ("const", "default", "enum", "example", "examples")


@dataclass(frozen=True)
class Example:
    """A value that a document shows: where it stands, which schema it follows, and in which media type."""

    pointer: str
    schema: str | None  # pointer; None where the stream has no schema for an event
    media: str | None  # None for the example of a schema, a parameter or a header
    value: Any


def references(document: Any) -> Iterator[tuple[str, str]]:
    """(pointer, reference) of every `$ref` that is one, and not part of an example."""
    yield from _references(document, "")


def _references(node: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, child in node.items():
            if key == "$ref" and isinstance(child, str):
                yield pointer, child
            elif key not in _VALUES or pointer.endswith("/properties"):
                yield from _references(child, pointers.join(pointer, key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _references(child, pointers.join(pointer, index))


def examples(document: Any) -> Iterator[Example]:
    """Every example of a media type, a parameter, a header and a schema, and every default of a schema."""
    yield from _shown(document, document, "", None)


def _shown(document: Any, node: Any, pointer: str, media: str | None) -> Iterator[Example]:
    if isinstance(node, list):
        for index, child in enumerate(node):
            yield from _shown(document, child, pointers.join(pointer, index), None)
        return
    if not isinstance(node, dict):
        return
    if "schema" in node or "itemSchema" in node:
        schema = _event_schema(node, pointer) if media == "text/event-stream" else pointers.join(pointer, "schema")
        for place, value in _values(document, node, pointer):
            yield Example(place, schema, media, value)
    for key, child in node.items():
        here = pointers.join(pointer, key)
        if key in ("schema", "itemSchema"):
            yield from _in_schema(child, here)
        elif key == "schemas" and pointer == "/components":
            for name, schema_node in child.items():
                yield from _in_schema(schema_node, pointers.join(here, name))
        elif key == "content" and isinstance(child, dict):
            for name, media_type in child.items():
                yield from _shown(document, media_type, pointers.join(here, name), name)
        elif key not in _VALUES and not key.startswith("x-"):
            yield from _shown(document, child, here, None)


def _event_schema(node: Any, pointer: str) -> str | None:
    """The schema of one event's JSON: of OpenAPI 3.2, else the object that an older document gives for the stream."""
    if "itemSchema" in node:
        place = pointers.join(pointer, "itemSchema", "properties", "data", "contentSchema")
        try:
            pointers.resolve(node, place.removeprefix(pointer))
        except KeyError:
            return None
        return place
    return pointers.join(pointer, "schema") if node["schema"].get("type") != "string" else None


def _values(document: Any, node: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    if "example" in node:
        yield pointers.join(pointer, "example"), node["example"]
    shown = node.get("examples")
    for name in shown if isinstance(shown, dict) else ():
        try:
            place = pointers.follow(document, pointers.join(pointer, "examples", name))
        except KeyError:
            continue  # a dangling reference has a finding of its own
        example = pointers.resolve(document, place)
        for member in ("serializedValue", "dataValue", "value"):
            if member in example:
                yield pointers.join(place, member), example[member]


def _in_schema(node: Any, pointer: str) -> Iterator[Example]:
    if not isinstance(node, dict):
        return
    for keyword in ("example", "default"):
        if keyword in node:
            yield Example(pointers.join(pointer, keyword), pointer, None, node[keyword])
    for index, value in enumerate(node["examples"] if isinstance(node.get("examples"), list) else ()):
        yield Example(pointers.join(pointer, "examples", index), pointer, None, value)
    for keyword in _ONE:
        if keyword in node:
            yield from _in_schema(node[keyword], pointers.join(pointer, keyword))
    for keyword in _LIST:
        for index, child in enumerate(node.get(keyword, ())):
            yield from _in_schema(child, pointers.join(pointer, keyword, index))
    for keyword in _NAMED:
        for name, child in node.get(keyword, {}).items():
            yield from _in_schema(child, pointers.join(pointer, keyword, name))
