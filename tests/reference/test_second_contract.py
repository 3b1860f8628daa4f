"""The reference under a contract whose paths, defaults, credentials and errors are others, with scripted engines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from inferproof.document import Contract
from inferproof.front.app import Front
from inferproof_reference.server import Options, reference
from tests.conftest import contract_of
from tests.front.asgi import Reply, ask
from tests.reference import scripted_engine
from tests.reference.scripted_engine import HELLO, ScriptedEngine, chunk, completion, error

Json = dict[str, Any]

BASE = "/api/v1"
KEY = "sk-one"
ASKED = {"model": "tiny", "messages": [{"role": "user", "content": "Hi"}]}
DEFAULTS = {
    "temperature": 0.7,
    "top_p": 1,
    "top_k": -1,
    "min_p": 0,
    "repetition_penalty": 1,
    "frequency_penalty": 0.0,
    "presence_penalty": 0.0,
}
"""What the document has for them, of which vLLM would take what the model's generation config has."""

CONTENT = 'The "sea" is salty.'
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}


@pytest.fixture(scope="module")
def contract() -> Contract:
    return contract_of("io-intelligence")


@pytest.fixture
async def front(contract: Contract, engine: ScriptedEngine, embedder: ScriptedEngine) -> AsyncIterator[Front]:
    options = Options(keys=(KEY,), max_queue=2, patience_s=0.5, compact_json=True)
    async with (
        engine.running() as url,
        embedder.running() as embeddings_url,
        reference(contract, url, embeddings_url, options) as front,
    ):
        yield front


async def post(front: Front, path: str, body: Any, **headers: str) -> Reply:
    return await ask(front, "POST", BASE + path, body, {"authorization": f"Bearer {KEY}", **headers})


async def chat(front: Front, **members: Any) -> Reply:
    return await post(front, "/chat/completions", {**ASKED, **members})


def require_documented(contract: Contract, role: str, reply: Reply) -> None:
    """The body is as the document describes it for its status."""
    place = contract.operation(role).pointer + f"/responses/{reply.status}"
    node = contract.at(place)
    while "$ref" in node:
        place = node["$ref"].removeprefix("#")
        node = contract.at(place)
    assert contract.validator(f"{place}/content/application~1json/schema").violations(reply.json) == []


async def test_a_reply_is_as_documented(front: Front, engine: ScriptedEngine, contract: Contract) -> None:
    engine.answers[scripted_engine.CHAT] = (200, completion(CONTENT))
    reply = await chat(front)
    require_documented(contract, "chat", reply)
    assert reply.json["choices"][0]["message"]["content"] == CONTENT
    assert reply.json["model"] == "tiny"
    assert engine.asked[-1].path == scripted_engine.CHAT


@pytest.mark.parametrize(
    ("members", "arrives"),
    [
        ({}, {}),
        ({"temperature": 0}, {"temperature": 0}),
        ({"temperature": None}, {}),
        ({"top_k": 5, "min_p": 0.5}, {"top_k": 5, "min_p": 0.5}),
        ({"n": 1, "min_tokens": 0, "logprobs": False}, {"n": 1, "min_tokens": 0, "logprobs": False}),
        ({"max_completion_tokens": 9}, {"max_completion_tokens": 9}),
        ({"best_of": 1, "priority": 0, "chat_template": None, "guided_decoding_backend": "outlines"}, {}),
        ({"guided_choice": ["a", "b"]}, {"structured_outputs": {"choice": ["a", "b"]}}),
        ({"tools": [TOOL]}, {"tools": [TOOL], "tool_choice": "auto", "parallel_tool_calls": False}),
        ({"tools": [], "tool_choice": "none"}, {}),
        ({"inferproof_extra": [1], "cache_salt": "", "timeout_sec": "never"}, {}),
        ({"return_tokens_as_token_ids": True}, {"return_tokens_as_token_ids": True}),
        ({"stream": True}, {"stream": True}),
        (
            {"stream": True, "stream_options": {}},
            {"stream": True, "stream_options": {"include_usage": True}},
        ),
    ],
    ids=str,
)
async def test_what_arrives_is_what_was_asked_and_what_is_documented(
    members: Json, arrives: Json, front: Front, engine: ScriptedEngine
) -> None:
    assert (await chat(front, **members)).status == 200
    assert engine.body == {**ASKED, **DEFAULTS, **arrives}


async def test_a_stream_is_as_documented(front: Front, engine: ScriptedEngine, contract: Contract) -> None:
    usage = {**chunk(), "choices": [], "usage": completion()["usage"]}
    engine.chunks = [HELLO[0], chunk(reasoning="Hm."), *HELLO[1:], usage, "[DONE]"]
    *events, last = (await chat(front, stream=True, stream_options={"include_usage": True})).events
    assert last == "[DONE]"
    schema = contract.operation("chat").event_schema
    assert [contract.validator(schema).violations(event) for event in events] == [[]] * len(events)
    assert events[1]["choices"][0]["delta"] == {"reasoning_content": "Hm."}
    assert (events[-1]["choices"], events[-1]["usage"]["total_tokens"]) == ([], 5)


async def test_a_failure_under_way_is_the_last_event(front: Front, engine: ScriptedEngine) -> None:
    engine.chunks = [HELLO[0], error("CUDA is gone.", code=500)]
    events = (await chat(front, stream=True)).events
    assert events[-1]["error"]["code"] == "bad_gateway"


@pytest.mark.parametrize("input", ["a", ["a", "b"], [1, 2], [[1], [2]]], ids=str)
async def test_vectors_are_as_documented(
    input: Any, front: Front, embedder: ScriptedEngine, contract: Contract
) -> None:
    body = {"model": "tiny-embed", "input": input, "encoding_format": "float", "priority": 0, "additional_data": {}}
    reply = await post(front, "/embeddings", body)
    require_documented(contract, "embeddings", reply)
    assert embedder.body == {"model": "tiny-embed", "input": input, "encoding_format": "float"}


async def test_the_models_that_the_engine_serves_are_listed(front: Front, contract: Contract) -> None:
    reply = await ask(front, "GET", f"{BASE}/models", headers={"x-api-key": KEY})
    require_documented(contract, "models", reply)
    assert "tiny" in [model["id"] for model in reply.json["data"]]


@pytest.mark.parametrize("headers", [{"authorization": f"Bearer {KEY}"}, {"x-api-key": KEY}, {"token": KEY}], ids=str)
async def test_each_documented_credential_opens(headers: dict[str, str], front: Front) -> None:
    assert (await ask(front, "POST", f"{BASE}/chat/completions", ASKED, headers)).status == 200


@pytest.mark.parametrize(
    ("members", "answer", "status", "says"),
    [
        ({"model": "none"}, None, 404, ("error", "model_not_found")),
        ({"temperature": "hot"}, None, 422, ("detail", ["body", "temperature"])),
        ({"messages": []}, None, 422, ("detail", ["body", "messages"])),
        (
            {"logit_bias": {"99999": 1}},
            (400, error("Token id 99999", "logit_bias")),
            422,
            ("detail", ["body", "logit_bias"]),
        ),
        ({}, (400, error("Too long.", "input_tokens")), 400, ("error", "context_length_exceeded")),
        ({}, (500, error("Gone.", code=500)), 502, ("error", "bad_gateway")),
        ({}, (503, None), 503, ("error", "engine_unavailable")),
        ({}, (200, "wait"), 504, ("error", "timeout")),
    ],
    ids=str,
)
async def test_an_error_is_as_documented(
    members: Json,
    answer: Any,
    status: int,
    says: tuple[str, Any],
    front: Front,
    engine: ScriptedEngine,
    contract: Contract,
) -> None:
    if answer is not None:
        engine.answers[scripted_engine.CHAT] = answer
    reply = await chat(front, **members)
    assert reply.status == status
    require_documented(contract, "chat", reply)
    shape, said = says
    assert (reply.json["error"]["code"] if shape == "error" else reply.json["detail"][0]["loc"]) == said


async def test_a_stranger_is_told_so(front: Front, contract: Contract) -> None:
    reply = await ask(front, "POST", f"{BASE}/chat/completions", ASKED, {"x-api-key": "sk-another"})
    assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")
    require_documented(contract, "chat", reply)
