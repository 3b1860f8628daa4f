"""A union whose branches are told apart by `role` or `type` is explained as if each had been looked into."""

import itertools

import jsonschema
import pytest

from inferproof.document import load
from inferproof.document.explain import explain
from inferproof.document.inline import inlined

VALUES = [None, True, 0, "", "x", "user", "assistant", "tool", "text", "image_url", "function", [], {}, ["x"]]
MESSAGE = {"role": "user", "content": [{"type": "text", "text": "Hello."}], "tool_calls": [{"id": "a", "type": "b"}]}


def odd(value):
    """The value with each of VALUES in each of its places, one at a time, and without each of its members."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield {other: kept for other, kept in value.items() if other != name}
            yield from ({**value, name: changed} for changed in itertools.chain(VALUES, odd(child)))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            for changed in itertools.chain(VALUES, odd(child)):
                yield [*value[:index], changed, *value[index + 1 :]]


@pytest.mark.parametrize("layer", ["published", "corrected"])
def test_the_same_is_wrong_in_the_same_words(layer):
    contract = load("inflection")
    validator = contract.validator(contract.operation("chat").request_schema, layer)
    deref = contract._schemas[layer].deref
    wholly = jsonschema.Draft202012Validator(
        validator._reference,
        registry=contract._schemas[layer].explaining,
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )
    for message in odd(MESSAGE):
        body = {"messages": [message], "response_format": {"type": "xml"}, "tool_choice": {"type": message.get("role")}}
        assert explain(validator._explains.iter_errors(body), deref) == explain(wholly.iter_errors(body), deref), body


def test_a_reference_is_replaced_by_what_it_leads_to_itself_too():
    tree = {"type": "object", "properties": {"left": {"$ref": "#/s"}, "name": {"$ref": "#/name"}}}
    whole = inlined({"s": tree, "name": {"$ref": "#/text"}, "text": {"type": "string"}})
    assert whole["s"]["properties"]["left"] is whole["s"]
    assert whole["s"]["properties"]["name"] == {"type": "string"}
    assert tree["properties"]["left"] == {"$ref": "#/s"}


@pytest.mark.parametrize(
    "node",
    [
        {"$ref": "#/nowhere"},
        {"$ref": "other.yaml#/s"},
        {"$ref": "#/s"},
        {"$ref": "#/text", "minLength": 1},
        {"const": {"$ref": "#/text"}},
    ],
)
def test_a_reference_that_nothing_can_stand_for_stays(node):
    assert inlined({"s": node, "text": {"type": "string"}})["s"] == node
