"""What a client leaves out is what the contract says of it, and where that is silent, what vLLM says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from inferproof.document import Contract
from inferproof.front.app import Front
from inferproof_reference.server import Options, _documented_names, reference
from tests.front.asgi import ask
from tests.front.made import CHAT, MESSAGES, MODELS, OPENAI, made
from tests.reference.scripted_engine import ScriptedEngine

Json = dict[str, Any]

TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]
BOTH_FORMS = {
    "anyOf": [
        {
            "type": "object",
            "required": ["input"],
            "properties": {"input": {}, "add_special_tokens": {"default": False}},
        },
        {
            "type": "object",
            "required": ["messages"],
            "properties": {"messages": {}, "encoding_format": {"default": "float"}},
        },
    ]
}


def request(**properties: Any) -> Json:
    return {"allOf": [{"type": "object", "properties": {"messages": {}, **properties}}]}


async def sent(contract: Contract, engine: ScriptedEngine, path: str = CHAT, **members: Any) -> Json:
    """What the engine got, without what every request has."""
    async with engine.running() as url, reference(contract, url, url, Options()) as front:
        reply = await ask(front, "POST", path, members if path != CHAT else {**MESSAGES, **members})
    assert reply.status == 200, reply.body
    return {name: value for name, value in engine.body.items() if name not in ("messages", "model", "input")}


@pytest.mark.parametrize(
    ("properties", "members", "expected"),
    [
        ({}, {}, {}),
        ({"presence_penalty": {"default": 0.5}}, {}, {"presence_penalty": 0.5}),
        ({"presence_penalty": {"default": 0.5}}, {"presence_penalty": 1}, {"presence_penalty": 1}),
        ({"temperature": {"default": 0.7}}, {}, {"temperature": 0.7}),
        ({"temperature": {"default": 0.7}}, {"temperature": None}, {"temperature": 0.7}),
        ({"n": {"default": 1}, "logprobs": {"default": False}, "stop": {"default": []}}, {}, {}),
        ({"n": {"default": 2}}, {}, {"n": 2}),
        ({"seed": {"default": None}}, {}, {}),
        ({"priority": {"default": 0}, "guided_decoding_backend": {"default": "x"}, "other": {"default": 1}}, {}, {}),
        ({"max_tokens": {"default": 100000}}, {}, {"max_tokens": 4096}),
        ({"parallel_tool_calls": {"default": False}}, {}, {}),
        ({"tools": {}}, {"tools": TOOLS}, {"tools": TOOLS, "tool_choice": "auto"}),
        ({}, {"tools": TOOLS, "cache_salt": "", "bad_words": 1}, {}),
        (
            {"tools": {}, "parallel_tool_calls": {"default": False}},
            {"tools": TOOLS},
            {"tools": TOOLS, "tool_choice": "auto", "parallel_tool_calls": False},
        ),
    ],
    ids=str,
)
async def test_an_absent_member_is_what_the_contract_says(
    properties: Json, members: Json, expected: Json, engine: ScriptedEngine
) -> None:
    assert await sent(made(request=request(**properties)), engine, **members) == expected


@pytest.mark.parametrize(("default", "include"), [({"default": True}, True), ({"default": False}, False), ({}, False)])
async def test_whether_a_stream_ends_with_its_usage_is_what_the_contract_says(
    default: Json, include: bool, engine: ScriptedEngine
) -> None:
    options = {"stream_options": {"type": "object", "properties": {"include_usage": default}}}
    found = await sent(made(request=request(**options)), engine, stream=True, stream_options={})
    assert found["stream_options"] == {"include_usage": include}


EFFORT = {"reasoning": {"type": "object"}, "reasoning_effort": {}}


@pytest.mark.parametrize(
    ("properties", "members", "effort"),
    [
        (EFFORT, {"reasoning": {"effort": "low"}}, "low"),
        (EFFORT, {"reasoning_effort": "none"}, "none"),
        (EFFORT, {"reasoning": {"effort": "low"}, "reasoning_effort": "high"}, "low"),
        (EFFORT, {"reasoning": {}, "reasoning_effort": "high"}, "high"),
        (EFFORT, {"reasoning": {"effort": None}}, None),
        (EFFORT, {}, None),
        ({**EFFORT, "reasoning_effort": {"default": "medium"}}, {}, "medium"),
        ({**EFFORT, "reasoning_effort": {"default": "medium"}}, {"reasoning": {"effort": "none"}}, "none"),
        ({"reasoning": {}}, {"reasoning_effort": "high"}, None),
        ({}, {"reasoning": {"effort": "low"}, "reasoning_effort": "high"}, None),
    ],
    ids=str,
)
async def test_either_member_says_how_much_to_reason_where_the_contract_has_it(
    properties: Json, members: Json, effort: str | None, engine: ScriptedEngine
) -> None:
    expected = {} if effort is None else {"reasoning_effort": effort}
    assert await sent(made(request=request(**properties)), engine, **members) == expected


async def test_each_form_of_an_embeddings_request_has_its_own_defaults(embedder: ScriptedEngine) -> None:
    body = {"content": {"application/json": {"schema": BOTH_FORMS}}}
    embed = {"/embed": {"post": {"x-inferproof-role": "embeddings", "requestBody": body, "responses": {}}}}
    contract = made(paths=embed)
    assert await sent(contract, embedder, "/embed", input="x") == {"add_special_tokens": False}
    assert await sent(contract, embedder, "/embed", **MESSAGES) == {}


@pytest.fixture
async def front(engine: ScriptedEngine) -> AsyncIterator[Front]:
    contract = made(
        request=request(guided_json={}),
        errors={"400": OPENAI},
        paths={"/s": {"get": {"x-inferproof-role": "status", "responses": {}}}},
    )
    async with engine.running() as url, reference(contract, url, None, Options()) as front:
        yield front


async def test_what_the_engine_refuses_has_the_documented_status(front: Front) -> None:
    reply = await ask(front, "POST", CHAT, {**MESSAGES, "guided_json": "{nope"})
    assert (reply.status, reply.json["error"]["param"]) == (400, "guided_json")


async def test_the_models_of_the_catalogue_are_listed(front: Front) -> None:
    reply = await ask(front, "GET", MODELS)
    assert [one["id"] for one in reply.json["data"]] == ["tiny"]


def test_models_go_by_the_names_that_the_document_shows() -> None:
    tables = _documented_names(made(example={"model": "small-1"}), "generates", "embeds")
    assert [entry["name"] for entry in tables["chat"]] == ["small-1", "generates"]
    assert [entry["name"] for entry in tables["embedding"]] == ["embeds"]
