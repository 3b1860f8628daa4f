from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest

from tests.mock.asking import Json, body, chunks, complete, content, fold, refusal

CITY: Json = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "degrees": {"type": "number", "minimum": -30, "maximum": 50},
        "unit": {"enum": ["celsius", "fahrenheit"]},
        "sunny": {"type": "boolean"},
    },
    "required": ["city", "degrees", "unit", "sunny"],
    "additionalProperties": False,
}
SCHEMAS: list[Json] = [
    {},
    CITY,
    {"type": "string", "minLength": 40},
    {"type": "string", "maxLength": 2},
    {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{2}$"},
    {"type": "string", "pattern": "b{2,3}"},
    {"type": "string", "format": "date-time"},
    {"type": "string", "format": "uuid"},
    {"type": "integer", "minimum": 1000, "maximum": 1010},
    {"type": "integer", "exclusiveMinimum": 5, "exclusiveMaximum": 7},
    {"type": "number", "minimum": 0.2, "maximum": 0.3},
    {"type": "number", "multipleOf": 0.05, "minimum": 0, "maximum": 1},
    {"type": ["null", "integer"]},
    {"const": {"a": [1, None, "ü"]}},
    {"enum": [1, "two", None, {"three": 3}]},
    {"anyOf": [{"type": "object", "properties": {"a": {"const": 1}}, "required": ["a"]}, {"type": "null"}]},
    {"oneOf": [{"type": "object", "required": ["a"]}, {"type": "object", "required": ["b"]}]},
    {"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}}, {"required": ["a"]}]},
    {"type": "array", "items": {"type": "integer"}, "minItems": 5, "maxItems": 5},
    {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": True},
    {"type": "array", "prefixItems": [{"type": "boolean"}, {"type": "string"}], "minItems": 2, "items": False},
    {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 2},
    {"type": "object", "patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": False},
    {
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "value": {"type": "integer"},
                    "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                },
                "required": ["value", "children"],
            }
        },
    },
]
WAYS: list[dict[str, Any]] = [{}, {"temperature": 1, "seed": 2}, {"temperature": 2, "top_p": 1, "seed": 5}]


async def finished(request: Json) -> str:
    choice = (await complete(request))["choices"][0]
    assert choice["finish_reason"] == "stop", choice
    assert isinstance(choice["message"]["content"], str)
    return choice["message"]["content"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: json.dumps(schema)[:40])
async def test_guided_json_follows_the_schema(schema: Json, way: dict[str, Any]) -> None:
    text = await finished(body(guided_json=schema, **way))
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(json.loads(text))


@pytest.mark.parametrize(
    "members",
    [
        {"guided_json": CITY},
        {"guided_json": json.dumps(CITY)},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "city", "schema": CITY}}},
    ],
)
async def test_a_schema_may_come_in_three_ways(members: dict[str, Any]) -> None:
    text = await finished(body("Is it sunny in Tokyo?", **members))
    found = json.loads(text)
    jsonschema.validate(found, CITY)
    assert found["city"] == "Tokyo"
    assert found["degrees"] == round(found["degrees"], 2)


async def test_a_json_object_is_an_object_with_something_in_it() -> None:
    found = json.loads(await finished(body(response_format={"type": "json_object"})))
    assert isinstance(found, dict)
    assert found


@pytest.mark.parametrize(("pattern", "expected"), [("", "[1,1]"), (" ?", "[1, 1]"), (r"\n*", "[1,1]")])
async def test_the_whitespace_pattern_is_obeyed(pattern: str, expected: str) -> None:
    assert await finished(body(guided_json={"const": [1, 1]}, guided_whitespace_pattern=pattern)) == expected


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "pattern",
    ["[0-9]+", r"\d{3}-\d{4}", "[a-z]+@[a-z]+\\.(com|org)", ".{10}", "(foo|bar)+", "^abc$", "[^a]*", "x*", "(a|b)*c"],
)
async def test_guided_regex_matches_as_a_whole(pattern: str, way: dict[str, Any]) -> None:
    assert re.fullmatch(pattern, await finished(body(guided_regex=pattern, **way)))


@pytest.mark.parametrize("way", WAYS)
async def test_guided_choice_is_one_of_the_choices(way: dict[str, Any]) -> None:
    choices = ["yes", "no", 'say "maybe"', "line\nbreak", "Grüße"]
    assert await finished(body(guided_choice=choices, **way)) in choices


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("grammar", "pattern"),
    [
        ('root ::= "yes" | "no"', "yes|no"),
        ('root ::= term ("+" term)*\nterm ::= [0-9]+', r"[0-9]+(\+[0-9]+)*"),
        ('?start: sum\nsum: NUMBER | sum "+" sum\nNUMBER: /[0-9]+/', r"[0-9]+(\+[0-9]+)*"),
        ('root ::= "a" root "b" | "c"', "a*cb*"),
    ],
)
async def test_guided_grammar_is_obeyed_in_both_spellings(grammar: str, pattern: str, way: dict[str, Any]) -> None:
    assert re.fullmatch(pattern, await finished(body(guided_grammar=grammar, **way)))


@pytest.mark.parametrize("way", WAYS)
async def test_a_structural_tag_holds_json_by_its_schema(way: dict[str, Any]) -> None:
    tag = {
        "type": "structural_tag",
        "structures": [{"begin": "<function=city>", "schema": CITY, "end": "</function>"}],
        "triggers": ["<function="],
    }
    for members in ({"response_format": tag}, {"structural_tag": json.dumps(tag)}):
        text = await finished(body(**members, **way))
        for inside in re.findall("<function=(.*?)</function>", text, re.DOTALL):
            jsonschema.validate(json.loads(inside.removeprefix("city>")), CITY)
        if not way:
            assert "<function=city>" in text


async def test_a_stream_of_json_concatenates_to_it() -> None:
    (choice,) = fold(await chunks(body(guided_json=CITY)))
    assert choice["message"]["content"] == await content(body(guided_json=CITY))


async def test_a_cap_cuts_json_short() -> None:
    choice = (await complete(body(guided_json=CITY, max_tokens=3)))["choices"][0]
    assert choice["finish_reason"] == "length"


@pytest.mark.parametrize("members", [{"min_tokens": 50}, {"ignore_eos": True}])
async def test_a_constraint_is_stronger_than_a_wish_for_length(members: dict[str, Any]) -> None:
    assert await content(body(guided_choice=["yes", "no"], **members)) in ("yes", "no")


async def test_a_format_of_text_constrains_nothing() -> None:
    assert await content(body(response_format={"type": "text"})) == await content(body())


@pytest.mark.parametrize(
    "members",
    [
        {"guided_json": {"type": "banana"}},
        {"guided_json": "{"},
        {"guided_json": "[" * 5000},
        {"guided_json": "7"},
        {"guided_json": {"$ref": "http://127.0.0.1:9/schema"}},
        {"guided_json": {"not": {}}},
        {"guided_regex": "("},
        {"guided_regex": "(?=a)b"},
        {"guided_grammar": 'root ::= "a'},
        {"guided_grammar": "nonsense"},
        {"structural_tag": "{}"},
        {"structural_tag": '{"structures": [{"begin": "<a>", "end": "</a>"}], "triggers": ["<b>"]}'},
        {"guided_whitespace_pattern": "(", "guided_json": {}},
        {"guided_regex": "(a?){2500}a{2500}"},
        {"guided_grammar": 'start: A\nA: B{10000}\nB: C{10000}\nC: "a"'},
    ],
)
async def test_what_cannot_be_obeyed_is_refused_at_its_member(members: dict[str, Any]) -> None:
    refused = await refusal(body(**members))
    assert (refused.status, refused.loc) == (422, ("body", next(iter(members))))


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"guided_regex": "(?=a)b"}, "look-around, including look-ahead and look-behind, is not supported"),
        ({"guided_regex": "(" * 3000 + ")" * 3000}, "exceed the maximum number of nested parentheses/brackets (250)"),
        ({"guided_json": {"type": "string", "pattern": "(?=a)b"}}, "'(?=a)b' looks ahead or behind"),
        ({"guided_json": {}, "guided_whitespace_pattern": "(?=a) ?"}, "looks ahead or behind"),
        ({"guided_regex": "(a?){2500}a{2500}"}, "it takes too much work to follow"),
    ],
)
async def test_a_refusal_says_why(members: dict[str, Any], said: str) -> None:
    assert said in (await refusal(body(**members))).message


async def test_constraints_that_leave_no_token_are_refused() -> None:
    refused = await refusal(body(guided_choice=["yes"], allowed_token_ids=[65]))
    assert (refused.status, refused.code) == (400, "no_token_left")
