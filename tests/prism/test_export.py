"""The export says what the contract says, in the words that Prism reads."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from inferproof.document import Contract, Json, load
from inferproof.document.prism import DIALECT, for_prism

JSON, STREAM = "application/json", "text/event-stream"
MISREAD = {"unevaluatedProperties", "unevaluatedItems", "prefixItems", "$dynamicRef", "dependentSchemas"}


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load("inflection")


@pytest.fixture(scope="module")
def exported(contract: Contract) -> Json:
    return for_prism(contract)


def replies(document: Json) -> Iterator[tuple[str, Json]]:
    """Each documented reply, references followed, with where it is."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for status, reply in operation.get("responses", {}).items():
                name = reply.get("$ref", "").rpartition("/")[2]
                yield f"{method} {path} {status}", document["components"]["responses"][name] if name else reply


def first_example(media: Json) -> Any:
    return media["example"] if "example" in media else next(iter(media["examples"].values()))["value"]


def keywords(node: Any) -> Iterator[str]:
    """Every key outside examples."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield name
            yield from keywords(value) if name not in ("example", "examples") else ()
    elif isinstance(node, list):
        for member in node:
            yield from keywords(member)


def test_it_is_openapi_3_1_and_names_the_dialect_of_its_schemas(exported: Json) -> None:
    assert exported["openapi"] == "3.1.0"
    assert exported["jsonSchemaDialect"] == DIALECT


def test_nothing_that_prism_misreads_is_left(exported: Json) -> None:
    assert MISREAD.isdisjoint(keywords(exported))


def test_nothing_of_openapi_3_2_is_left(exported: Json) -> None:
    assert {"itemSchema", "itemEncoding", "prefixEncoding"}.isdisjoint(keywords(exported))
    examples = [example for _, reply in replies(exported) for media in reply.get("content", {}).values()
                for example in media.get("examples", {}).values()]  # fmt: skip
    assert all({"dataValue", "serializedValue"}.isdisjoint(example) for example in examples)


def test_every_documented_reply_has_an_example(exported: Json) -> None:
    for where, reply in replies(exported):
        for media in reply["content"].values():
            assert "example" in media or media.get("examples"), where


def test_json_comes_first_and_its_first_example_is_valid(exported: Json) -> None:
    for where, reply in replies(exported):
        if JSON in reply["content"]:
            assert next(iter(reply["content"])) == JSON, where
            media = reply["content"][JSON]
            schema = {**media["schema"], "components": exported["components"]}
            assert list(Draft202012Validator(schema).iter_errors(first_example(media))) == [], where


def test_every_stream_is_a_text_with_an_example(contract: Contract, exported: Json) -> None:
    streams = [reply["content"][STREAM] for _, reply in replies(exported) if STREAM in reply["content"]]
    assert len(streams) == len([operation for operation in contract.operations if operation.event_schema])
    for media in streams:
        assert media["schema"] == {"type": "string"}
        text = first_example(media)
        assert isinstance(text, str)
        assert text.startswith("data: ")


def test_it_keeps_every_operation_status_and_example_of_the_contract(contract: Contract, exported: Json) -> None:
    for operation in contract.operations:
        kept = exported["paths"][operation.path][operation.method.lower()]
        assert [int(status) for status in kept["responses"]] == [int(status) for status in operation.node["responses"]]
        for status in operation.statuses:
            where = f"{operation.method.lower()} {operation.path} {status}"
            for kind, media in dict(replies(exported))[where]["content"].items():
                assert first_example(media) == contract.reply_example(operation.role, status, kind), where


def test_the_contract_itself_is_left_alone(contract: Contract) -> None:
    before = copy.deepcopy(contract.corrected)
    for_prism(contract)
    assert contract.corrected == before


def lowered(schema: Json) -> Any:
    contract = Contract("a", {}, {"info": {}, "paths": {}, "components": {"schemas": {"A": schema}}})
    return for_prism(contract)["components"]["schemas"]["A"]


def test_a_closed_list_of_positions_becomes_a_short_list_of_those_kinds() -> None:
    schema = {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False}
    kinds = [{"type": "integer"}, {"type": "string"}]
    assert lowered(schema) == {"type": "array", "items": {"anyOf": kinds}, "maxItems": 2}


def test_an_open_list_of_positions_stays_open() -> None:
    assert lowered({"type": "array", "prefixItems": [{"type": "integer"}]}) == {"type": "array"}


def test_unevaluated_properties_are_additional_ones_where_no_other_schema_knows_members() -> None:
    alone = {"properties": {"a": {"type": "string"}}, "unevaluatedProperties": False}
    assert lowered(alone) == {"properties": {"a": {"type": "string"}}, "additionalProperties": False}
    combined = {"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False}
    assert lowered(combined) == {"allOf": [{"properties": {"a": {}}}]}


def test_a_property_named_like_a_keyword_is_kept() -> None:
    schema = {"properties": {"prefixItems": {"type": "string"}, "schema": {"type": "object"}}}
    assert lowered(schema) == schema
