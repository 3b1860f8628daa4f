"""No schema of a client keeps the mock busy, or breaks it: it is obeyed, or refused with 4xx."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from inferproof.document import Contract
from inferproof.front.app import Front
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.front.asgi import ask

ENDS_WITHIN_S = 20

LEVELS = 25


def _levels(level: Any, last: Any) -> dict[str, Any]:
    """A chain of schemas, each of which refers to the next one twice."""
    chain = {f"n{place}": level({"$ref": f"#/$defs/n{place + 1}"}) for place in range(LEVELS)}
    return {"$ref": "#/$defs/n0", "$defs": {**chain, f"n{LEVELS}": last}}


def _pair(next_one: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": next_one, "b": next_one}, "required": ["a", "b"]}


def _nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer"}
    for _ in range(levels):
        schema = {"type": "array", "items": schema, "minItems": 16}
    return schema


MANY = [f"p{place}" for place in range(5_000)]

SCHEMAS: dict[str, Any] = {
    "doubled references": _levels(_pair, {"type": "integer"}),
    "doubled allOf": _levels(lambda next_one: {"allOf": [next_one] * 2}, {"type": "integer"}),
    "nested minItems": _nested(8),
    "coprime multiples": {"allOf": [{"type": "integer", "multipleOf": 999_983}, {"multipleOf": 1_000_003}]},
    "minProperties": {"type": "object", "minProperties": 100_000_000},
    "minItems": {"type": "array", "items": {"type": "integer"}, "minItems": 10_000_000},
    "minLength": {"type": "string", "minLength": 1_000_000_000},
    "minLength beyond 64 bits": {"type": "string", "minLength": 10**18},
    "minLength that only a validator knows": {"type": "string", "minLength": 1_000_000_000, "not": {}},
    "maxLength": {"type": "string", "maxLength": 10**12},
    "5000 properties": {"type": "object", "properties": {key: {"type": "string"} for key in MANY}, "required": MANY},
    "required circles": {
        "type": "object",
        "properties": {key: {"$ref": "#"} for key in MANY[:24]},
        "required": MANY[:24],
    },
    "allOf itself": {"allOf": [{"$ref": "#"}]},
    "anyOf itself": {"anyOf": [{"$ref": "#"}]},
    "items of itself": {"prefixItems": [{"$ref": "#"}] * 16},
    "100000 options": {"enum": [f"v{place}" for place in range(100_000)]},
    "many branches of much": {
        "anyOf": [{"$ref": "#/$defs/much"}] * 3_000,
        "$defs": {"much": {f"x-{place}": 0 for place in range(2_000)}},
        "not": {"const": 1},
    },
    "many parts of much": {
        "allOf": [{"$ref": "#/$defs/much"}] * 1_900,
        "$defs": {"much": {"properties": {key: {} for key in MANY}, "required": MANY}},
        "not": {"const": 1},
    },
    "deep and much required": {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "properties": {key: {} for key in MANY},
                    "required": [f"q{key}" for key in MANY],
                },
            },
        },
        "not": {"const": 1},
    },
    "a tiny multiple": {"type": "number", "multipleOf": 1e-300},
}


@pytest.fixture(scope="module")
def front(contract: Contract) -> Front:
    return mock(contract)


@pytest.fixture
def ends() -> Iterator[None]:
    """Breaks off what takes too long."""

    def too_long(*_: object) -> None:
        raise TimeoutError(f"not done after {ENDS_WITHIN_S} s")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(ENDS_WITHIN_S)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.asyncio
@pytest.mark.usefixtures("ends")
@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=list(SCHEMAS))
@pytest.mark.parametrize("member", ["guided_json", "response_format", "tools"])
async def test_it_is_obeyed_or_refused(member: str, schema: Any, front: Front) -> None:
    function = {"name": "f", "parameters": {"type": "object", "properties": {"a": schema}, "required": ["a"]}}
    asked = {
        "guided_json": {"guided_json": schema},
        "response_format": {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}},
        "tools": {"tools": [{"type": "function", "function": function}], "tool_choice": "required"},
    }[member]
    body = {"messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 16, **asked}
    reply = await ask(front, "POST", "/v1/chat/completions", body, headers={"Authorization": f"Bearer {DEFAULT_KEY}"})
    assert reply.status in (200, 400, 422), reply.body
