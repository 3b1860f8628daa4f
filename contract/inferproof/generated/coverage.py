"""The values that schemathesis' coverage phase gives to each member of each request body."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import orjson

from inferproof.document import Contract, Operation, pointers
from inferproof.generated.baselines import ABSENT
from inferproof.generated.members import branches, examples, members
from inferproof.judge.claims import BODY

if TYPE_CHECKING:
    from schemathesis.schemas import BaseSchema

MADE, BODIES = "x-inferproof", "its bodies"
"""The member that tells our own hooks (`inferproof.schemathesis`) what a document is: this one they leave alone."""

Values = dict[str, list[Any]]
"""By member, without repetition, in the order in which they came."""


def values(contract: Contract, seed: int) -> dict[str, Values]:
    """By role, every value that some case of the coverage phase gives to a member; ABSENT where it is left out.

    The published layer is walked for good and bad values, the corrected one for values within its bounds. Conditions
    between members (`allOf` of the body) are left out, since the values are taken apart anyway.
    """
    found: dict[str, dict[str, dict[bytes, Any]]] = {}
    for layer, modes in ((contract.published, ("positive", "negative")), (contract.corrected, ("positive",))):
        for operation, body in _bodies(contract, layer, modes, seed):
            kept = found.setdefault(operation.role, {})
            for name, value in _members(body):
                kept.setdefault(name, {}).setdefault(_key(value), value)
    for member in members(contract):
        if member.required:
            found[member.role].setdefault(member.name, {})[_key(ABSENT)] = ABSENT
    return {role: {name: list(kept.values()) for name, kept in by_name.items()} for role, by_name in found.items()}


def _bodies(
    contract: Contract, layer: dict[str, Any], modes: tuple[str, ...], seed: int
) -> Iterator[tuple[Operation, Any]]:
    from schemathesis.core import NotSet
    from schemathesis.core.result import Err
    from schemathesis.generation import GenerationMode

    schema = _schema(_bodies_only(contract, layer), seed)
    for result in schema.get_all_operations():
        if isinstance(result, Err):
            raise result.err()
        generated = result.ok()
        operation = contract.match(generated.method, generated.path)
        assert operation is not None
        for mode in modes:
            for case in schema.iter_coverage_cases(
                generated,
                generation_modes=[GenerationMode(mode)],
                generation_config=schema.config.generation_for(operation=generated),
            ):
                if not isinstance(case.body, NotSet) and case.media_type == "application/json":
                    yield operation, case.body


def _schema(document: dict[str, Any], seed: int) -> BaseSchema:
    import schemathesis
    from schemathesis.config import SchemathesisConfig

    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "generation": {"database": "none"},
            "cache": {"enabled": False},
            "phases": {"coverage": {"unexpected-methods": []}},
        }
    )
    return schemathesis.openapi.from_dict(document, config=config)


def _bodies_only(contract: Contract, layer: dict[str, Any]) -> dict[str, Any]:
    """The layer as OpenAPI 3.1 with nothing but the JSON bodies of requests."""
    components = copy.deepcopy(layer.get("components", {}).get("schemas", {}))
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": contract.name, "version": "1"},
        MADE: BODIES,
        "paths": {},
        "components": {"schemas": components},
    }
    for operation in contract.operations:
        if operation.request_schema is None:
            continue
        node = pointers.resolve(layer, pointers.locate(layer, operation.request_schema))
        media = {"schema": copy.deepcopy(node), "examples": _named(examples(contract, operation.role))}
        body = {"required": True, "content": {"application/json": media}}
        document["paths"].setdefault(operation.path, {})[operation.method.lower()] = {
            "requestBody": body,
            "responses": {"200": {"description": "whatever"}},
        }
        place = pointers.join("/paths", operation.path, operation.method.lower(), "requestBody")
        for _, schema in branches(document, pointers.join(place, "content", "application/json", "schema")):
            schema.pop("allOf", None)
    return document


def _named(shown: list[Any]) -> dict[str, Any]:
    return {f"example-{index}": {"value": value} for index, value in enumerate(shown)}


def _members(body: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(body, dict):
        yield from body.items()
    else:
        yield BODY, body


def _key(value: Any) -> bytes:
    if value is ABSENT:
        return b"absent"
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # an integer that does not fit into 64 bits
        return json.dumps(value, sort_keys=True).encode()
