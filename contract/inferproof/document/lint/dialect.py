"""The schemas of any OpenAPI document as those of JSON Schema 2020-12, which is what examples are validated by."""

from __future__ import annotations

import copy
from typing import Any

from inferproof.document import schema_nodes
from inferproof.document.lint.operations import at

Json = dict[str, Any]


def lowered(document: Json) -> Json:
    """A copy whose schemas say in JSON Schema 2020-12 what they mean in OpenAPI; each stays at its place.

    A member that is only read, or only written, is not required: an example may be of a request or of a reply.
    In OpenAPI 3.0 `nullable` is a type, `exclusiveMinimum` a boolean, and nothing counts beside a `$ref`.
    """
    result = copy.deepcopy(document)
    old = str(document.get("openapi", "")).startswith("3.0")
    for _, schema in schema_nodes.schemas(result):
        _lower(result, schema, old)
    return result


def _lower(document: Json, schema: Any, old: bool) -> None:
    if not isinstance(schema, dict):
        return
    if old:
        _modernise(schema)
    required, named = schema.get("required"), schema.get("properties")
    if isinstance(required, list) and isinstance(named, dict):
        schema["required"] = [name for name in required if not _one_way(document, named.get(str(name)))]
    for _, child in schema_nodes.parts(schema):
        _lower(document, child, old)


def _one_way(document: Json, schema: Any) -> bool:
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    target = at(document, reference) if isinstance(reference, str) and reference.startswith("#") else None
    return any(isinstance(each, dict) and (each.get("readOnly") or each.get("writeOnly")) for each in (schema, target))


def _modernise(schema: Json) -> None:
    """OpenAPI 3.0, Schema Object and Reference Object."""
    if isinstance(schema.get("$ref"), str):
        reference = schema["$ref"]
        schema.clear()
        schema["$ref"] = reference
        return
    if schema.pop("nullable", None) is True and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    for bound, strict in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(schema.get(strict), bool):
            excluded = schema.pop(strict)
            if excluded and bound in schema:
                schema[strict] = schema.pop(bound)
