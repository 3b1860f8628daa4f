import pytest

from inferproof.document import load
from inferproof.document.validate import Schemas


def nested(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


CHAT = "/components/schemas/ChatCompletionRequest"


@pytest.fixture(scope="module")
def contract():
    return load("inflection")


def said(validator, value):
    return [(violation.at, violation.keyword, violation.message) for violation in validator.violations(value)]


def schema(node):
    return Schemas({"s": node}).validator("/s")


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([{"role": "user", "content": 5}], ("/0/content", "type", "is a number; expected a string or an array")),
        ([{"role": "user"}], ("/0/content", "required", "is required, and missing")),
        ([{"content": "x"}], ("/0/role", "required", "is required, and missing")),
        ([{"role": "tool", "content": "x"}], ("/0/tool_call_id", "required", "is required, and missing")),
        ([7], ("/0", "type", "is a number; expected an object")),
        (
            [{"role": "user", "content": [{"type": "image_url", "image_url": "x"}]}],
            ("/0/content/0/image_url", "type", "is a string; expected an object"),
        ),
        (
            [{"role": "user", "content": [{"type": "banana"}]}],
            ("/0/content/0/type", "enum", 'is "banana"; expected "text", "image_url", "input_audio" or "file"'),
        ),
        (
            [{"role": "assistant", "tool_calls": [{"id": "a", "type": "function"}]}],
            ("/0/tool_calls/0/function", "required", "is required, and missing"),
        ),
        ([], ("", "minItems", "has 0 items; expected at least 1")),
    ],
)
def test_a_message_is_explained_by_the_branch_of_its_role(contract, messages, expected):
    at, keyword, message = expected
    assert said(contract.validator(CHAT), {"messages": messages}) == [("/messages" + at, keyword, message)]


@pytest.mark.parametrize(
    ("member", "value", "expected"),
    [
        ("temperature", "hot", ("/temperature", "type", "is a string; expected a number or null")),
        ("temperature", 3, ("/temperature", "maximum", "is 3; expected at most 2")),
        ("n", 2.5, ("/n", "type", "is 2.5; expected an integer or null")),
        ("seed", -1, ("/seed", "minimum", "is -1; expected at least 0")),
        ("use_beam_search", "banana", ("/use_beam_search", "type", "is a string; expected a boolean")),
        ("top_k", True, ("/top_k", "type", "is a boolean; expected an integer or null")),
        ("stop", ["a", ""], ("/stop/1", "minLength", "has 0 characters; expected at least 1")),
        ("stop", [1], ("/stop/0", "type", "is a number; expected a string")),
        ("logit_bias", {"one": 1}, ("/logit_bias", "pattern", 'is "one"; expected text that matches ^[0-9]+$')),
        (
            "tool_choice",
            "banana",
            ("/tool_choice", "enum", 'is "banana"; expected "none", "auto", "required", an object or null'),
        ),
        (
            "response_format",
            {"type": "json_schema"},
            ("/response_format/json_schema", "required", "is required, and missing"),
        ),
        ("tool_choice", "required", ("/tools", "required", "is required, and missing")),
        ("stream_options", {}, ("/stream", "required", "is required, and missing")),
    ],
)
def test_a_parameter_is_explained_at_its_place(contract, member, value, expected):
    body = {"messages": [{"role": "user", "content": "Hello."}], member: value}
    assert said(contract.validator(CHAT), body) == [expected]


def test_exclusive_parameters_are_explained_at_the_second_one(contract):
    body = {"messages": [{"role": "user", "content": "x"}], "guided_regex": "a", "guided_choice": ["a"]}
    assert said(contract.validator(CHAT), body) == [("/guided_choice", "type", "is an array; expected null")]


def test_a_missing_member_has_the_pointer_it_would_have(contract):
    (violation,) = contract.validator(CHAT).violations({})
    assert (violation.at, violation.loc, violation.keyword) == ("/messages", ("messages",), "required")


def test_an_embeddings_request_is_explained_by_the_branch_that_got_further(contract):
    validator = contract.validator(contract.operation("embeddings").request_schema)
    assert [at for at, _, _ in said(validator, {"messages": "x"})] == ["/messages"]
    assert [at for at, _, _ in said(validator, {"model": "m"})] == ["/input"]


def test_formats_are_asserted(contract):
    validator = contract.validator("/components/schemas/ExternalTurn")
    turn = {"type": "Human", "text": "Hello."}
    assert validator.is_valid({**turn, "ts": "2025-01-01T00:00:00Z"})
    assert said(validator, {**turn, "ts": "yesterday"}) == [("/ts", "format", 'is "yesterday"; expected a date-time')]


def test_numbers_are_those_of_json_schema():
    assert schema({"type": "integer"}).is_valid(1.0)
    assert schema({"type": "integer"}).is_valid(2**70)
    assert not schema({"type": "number"}).is_valid(True)
    assert not schema({"const": 1}).is_valid(True)


def test_an_unexpected_member_is_named():
    closed = schema({"type": "object", "properties": {"a": {}}, "additionalProperties": False})
    assert said(closed, {"a": 1, "b": 2}) == [("/b", "additionalProperties", "is not a member of this object")]


def test_special_characters_are_escaped_in_pointers():
    assert said(schema({"required": ["a/b~c"]}), {}) == [("/a~1b~0c", "required", "is required, and missing")]


def test_pointers_with_special_characters_are_found():
    document = {"paths": {"/a b/{c}~": {"x%y": {"type": "string"}}}}
    validator = Schemas(document).validator("/paths/~1a b~1{c}~0/x%y")
    assert validator.is_valid("x")
    assert not validator.is_valid(1)


def test_a_failure_that_only_one_library_sees_is_none():
    # jsonschema-rs takes NaN for null; jsonschema takes it for a number.
    validator = schema({"type": "number"})
    assert validator.is_valid(float("nan"))
    assert validator.violations(float("nan")) == []


def test_violations_and_verdict_agree(contract):
    validator = contract.validator(CHAT)
    for value in ({}, [], None, 1, {"messages": [{"role": "user", "content": "x"}]}, {"messages": {}}):
        assert validator.is_valid(value) == (validator.violations(value) == [])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"messages": [], "inferproof": 1},
        {"messages": [{"role": "user", "content": 1}, {"role": "nobody", "content": "x"}, {"content": "x"}, 7]},
        {"messages": [{"role": "user", "content": [{"type": "text"}, {"type": "image_url", "image_url": {}}, []]}]},
        {"messages": [{"role": "tool", "content": "x"}, {"role": "assistant", "tool_calls": [{"id": 1}]}]},
        {
            "messages": [{"role": "user", "content": "x"}],
            "stop": [1],
            "n": 0,
            "tools": [{}],
            "tool_choice": {"type": 1},
        },
        {"messages": [{"role": "user", "content": "x"}], "response_format": {"type": "json_schema"}, "logit_bias": 1},
    ],
)
def test_places_are_those_of_the_violations(contract, body):
    for layer in ("published", "corrected"):
        validator = contract.validator(CHAT, layer)
        assert validator.places(body) == {violation.loc for violation in validator.violations(body)}


def test_a_schema_is_compiled_once(contract):
    assert contract.validator(CHAT) is contract.validator(CHAT)


@pytest.mark.parametrize("odd", ["\ud800", nested(300)], ids=["half of a surrogate pair", "300 levels"])
def test_what_the_fast_library_cannot_list_is_still_explained(contract, odd):
    body = {"model": "m", "messages": [{"role": "user", "content": 1}], "inferproof_extra": odd}
    validator = contract.validator(CHAT)
    assert {place[0] for place in validator.places(body)} == {"messages"}
    assert [violation.loc[0] for violation in validator.violations(body)] == ["messages"]
