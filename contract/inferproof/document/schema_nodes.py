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
    """A value that a document shows, and the schema that it follows."""

    pointer: str
    schema: str | None  # pointer; None where a stream has no schema for an event
    stream: bool  # the value is the text of a stream, and the schema that of one event
    value: Any
    media: str | None = None  # the media type that it is an example of; None in a schema, a parameter, a header
    serialized: bool = False  # the value is the text that is sent (OpenAPI 3.2, `serializedValue`)
    described: bool = False  # of a media type, a parameter or a header, and not of a schema


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


def schemas(document: Any) -> Iterator[tuple[str, Any]]:
    """(pointer, schema) of every schema that is not part of another one."""
    for pointer, key, child in members(document):
        if key in ("schema", "itemSchema"):
            yield pointer, child
        elif pointer == "/components/schemas" and isinstance(child, dict):
            for name, schema in child.items():
                yield pointers.join(pointer, name), schema


def examples(document: Any) -> Iterator[Example]:
    """Every example of a media type, a parameter, a header and a schema, and every default of a schema."""
    for pointer, node in _describers(document):
        *_, parent, name = ["", *pointers.split(pointer)]
        media = name if parent == "content" else None
        stream = media == "text/event-stream"
        whole = pointers.join(pointer, "schema") if "schema" in node else None
        schema = _event_schema(node, pointer) if stream else whole
        for place, member, value in _values(document, node, pointer):
            yield Example(place, schema, stream, value, media, member == "serializedValue", described=True)
    for pointer, schema_node in schemas(document):
        yield from _in_schema(schema_node, pointer)


def _describers(document: Any) -> Iterator[tuple[str, Any]]:
    """(pointer, node) of every media type, and of every parameter and header that has a schema."""
    seen: set[str] = set()
    for pointer, key, child in members(document):
        parent = pointer.rpartition("/")[0]
        if parent.endswith("/content") and isinstance(child, dict) and not {"schema", "itemSchema"} & child.keys():
            yield pointer, child
        elif key in ("schema", "itemSchema") and parent not in seen:
            seen.add(parent)
            yield parent, pointers.resolve(document, parent)


def members(node: Any, pointer: str = "") -> Iterator[tuple[str, str, Any]]:
    """(pointer, key, value) of every member outside schemas, examples and extensions."""
    if isinstance(node, dict):
        for key, child in node.items():
            if key in _VALUES or key.startswith("x-"):
                continue
            here = pointers.join(pointer, key)
            yield here, key, child
            if key not in ("schema", "itemSchema") and here != "/components/schemas":
                yield from members(child, here)
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from members(child, pointers.join(pointer, index))


def _event_schema(node: Any, pointer: str) -> str | None:
    """The schema of one event's JSON: of OpenAPI 3.2, else the object that an older document gives for the stream."""
    if "itemSchema" in node:
        place = pointers.join(pointer, "itemSchema", "properties", "data", "contentSchema")
        try:
            pointers.resolve(node, place.removeprefix(pointer))
        except KeyError:
            return None
        return place
    schema = node.get("schema")
    return pointers.join(pointer, "schema") if isinstance(schema, dict) and schema.get("type") != "string" else None


def _values(document: Any, node: Any, pointer: str) -> Iterator[tuple[str, str, Any]]:
    """(pointer, member, value) of each example that a media type, a parameter or a header shows."""
    if "example" in node:
        yield pointers.join(pointer, "example"), "example", node["example"]
    shown = node.get("examples")
    for name in shown if isinstance(shown, dict) else ():
        try:
            place = pointers.follow(document, pointers.join(pointer, "examples", name))
        except KeyError:
            continue  # a dangling reference has a finding of its own
        example = pointers.resolve(document, place)
        for member in ("serializedValue", "dataValue", "value"):
            if isinstance(example, dict) and member in example:
                yield pointers.join(place, member), member, example[member]


def _in_schema(node: Any, pointer: str) -> Iterator[Example]:
    if not isinstance(node, dict):
        return
    for keyword in ("example", "default"):
        if keyword in node:
            yield Example(pointers.join(pointer, keyword), pointer, False, node[keyword])
    for index, value in enumerate(node["examples"] if isinstance(node.get("examples"), list) else ()):
        yield Example(pointers.join(pointer, "examples", index), pointer, False, value)
    for place, child in parts(node, pointer):
        yield from _in_schema(child, place)


def parts(schema: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """(pointer, schema) of each schema directly within another one."""
    if not isinstance(schema, dict):
        return
    for keyword in _ONE:
        if keyword in schema:
            yield pointers.join(pointer, keyword), schema[keyword]
    for keyword in _LIST:
        for index, child in enumerate(schema[keyword] if isinstance(schema.get(keyword), list) else ()):
            yield pointers.join(pointer, keyword, index), child
    for keyword in _NAMED:
        for name, child in schema[keyword].items() if isinstance(schema.get(keyword), dict) else ():
            yield pointers.join(pointer, keyword, name), child
