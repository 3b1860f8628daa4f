"""Both validation libraries over bodies that differ from an example in one member each."""

import itertools

import pytest

from inferproof.document import load

ODD = [
    *(None, True, False, 0, -1, 1, 1.0, 2.5, 1e308, 2**40, "", "x", "none", "2025-01-01T00:00:00Z", [], {}),
    *([None], [1], ["x"], [[]], [{}], {"type": "text"}, {"type": "json_schema"}, {"a": "b"}, {"1": 1}),
    *({"function": {"name": "x"}}, [{"role": "user"}], [{"role": "wizard", "content": "x"}], ["x"] * 5),
]


@pytest.mark.parametrize("role", ["chat", "attributes", "embeddings", "chat.openai-path", "chat.legacy"])
@pytest.mark.parametrize("layer", ["published", "corrected"])
def test_jsonschema_and_jsonschema_rs_agree(role, layer):
    contract = load("inflection")
    pointer = contract.operation(role).request_schema
    body = contract.request_example(role)
    validator = contract.validator(pointer, layer)
    for member, value in itertools.product(members(contract, pointer) | body.keys(), ODD):
        changed = {**body, member: value}
        decided = validator._decides.is_valid(changed)
        assert decided == validator._explains.is_valid(changed), (member, value)
        assert decided == (validator.violations(changed) == []), (member, value)


def members(contract, pointer):
    """The properties of an object schema, or of the schemas of a union."""
    schema = contract._schemas["corrected"].deref(contract.at(pointer))
    branches = [contract._schemas["corrected"].deref(branch) for branch in schema.get("anyOf", [schema])]
    return set().union(*(branch["properties"].keys() for branch in branches))


def test_every_schema_of_both_layers_compiles():
    contract = load("inflection")
    for layer in ("published", "corrected"):
        for name in contract.at("/components/schemas", layer):
            contract.validator(f"/components/schemas/{name}", layer).violations({})
