"""The contract as Stoplight Prism can serve it: OpenAPI 3.1, without what Prism cannot read or misreads.

Measured with Prism 5.14 and 5.16: it knows nothing of OpenAPI 3.2; it answers 500 where a stream has no text to send;
it takes the first media type and the first example; and it reads schemas as draft 7, unless the document says which.
"""

from __future__ import annotations

import copy
from typing import Any

from inferproof.document.contract import Contract, Json

VERSION = "3.1.0"
# Said in so many words, Prism picks a validator of that draft; by default it picks draft 7.
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_JSON = "application/json"
_MAPS_OF_SCHEMAS = ("properties", "patternProperties", "$defs", "dependentSchemas")
_LISTS_OF_SCHEMAS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SCHEMAS = ("items", "additionalProperties", "propertyNames", "contains", "not", "if", "then", "else", "contentSchema")
_IN_PLACE_APPLICATORS = ("$ref", "allOf", "anyOf", "oneOf", "if", "then", "else", "not", "dependentSchemas")


def for_prism(contract: Contract) -> Json:
    """The corrected contract as an OpenAPI 3.1 document for Prism, to be written as JSON or YAML.

    What Prism is thereby not told: the shape of a stream's events, which position of an array a schema is for, and that
    a member is unknown where only a combination of schemas knows the members.
    """
    lowered: Json = _node(copy.deepcopy(contract.corrected))
    head = {"openapi": VERSION, "info": lowered["info"], "jsonSchemaDialect": DIALECT}
    return {**head, **{name: value for name, value in lowered.items() if name not in head}}


def _node(node: Any) -> Any:
    """Any node of OpenAPI's own, with all that lies below it."""
    if isinstance(node, list):
        return [_node(member) for member in node]
    if not isinstance(node, dict):
        return node
    return {name: _member(name, value) for name, value in node.items()}


def _member(name: str, value: Any) -> Any:
    match name:
        case "schema":
            return _schema(value)
        case "schemas":
            return {title: _schema(schema) for title, schema in value.items()}
        case "content":
            json_first = sorted(value, key=lambda media: media != _JSON)
            return {media: _media(value[media]) for media in json_first}
        case "example":
            return value
        case "examples":
            return {title: _example(example) for title, example in value.items()}
    return _node(value)


def _media(media: Json) -> Json:
    """A media type; a stream becomes the text that it is on the wire, which is all that Prism can send."""
    lowered: Json = _node(media)
    if lowered.pop("itemSchema", None) is None:
        return lowered
    return {**lowered, "schema": {"type": "string"}}


def _example(example: Json) -> Json:
    """An example of OpenAPI 3.2 as one of 3.1, which has `value` alone."""
    lowered = {name: value for name, value in example.items() if name not in ("dataValue", "serializedValue")}
    for name in ("dataValue", "serializedValue"):
        if name in example:
            lowered["value"] = example[name]
    return lowered


def _schema(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    lowered = dict(schema)
    for name in _SCHEMAS:
        if name in lowered:
            lowered[name] = _schema(lowered[name])
    for name in _LISTS_OF_SCHEMAS:
        if name in lowered:
            lowered[name] = [_schema(member) for member in lowered[name]]
    for name in _MAPS_OF_SCHEMAS:
        if name in lowered:
            lowered[name] = {title: _schema(member) for title, member in lowered[name].items()}
    return _without_positions(_without_unevaluated(lowered))


def _without_unevaluated(schema: Json) -> Json:
    """`unevaluatedProperties` says what `additionalProperties` says, unless members are known by another schema."""
    if "unevaluatedProperties" not in schema:
        return schema
    unevaluated = _schema(schema.pop("unevaluatedProperties"))
    if not any(name in schema for name in _IN_PLACE_APPLICATORS):
        schema.setdefault("additionalProperties", unevaluated)
    return schema


def _without_positions(schema: Json) -> Json:
    """`prefixItems` by what every draft reads alike: each member is one of the kinds, and there are not too many."""
    if "prefixItems" not in schema:
        return schema
    kinds = schema.pop("prefixItems")
    rest = schema.pop("items", True)
    if rest is False:
        most = len(kinds)
        return {**schema, "items": {"anyOf": kinds}, "maxItems": min(most, schema.get("maxItems", most))}
    return schema if rest is True else {**schema, "items": {"anyOf": [*kinds, rest]}}
