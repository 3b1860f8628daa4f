"""Whatever vLLM refuses, and however it fails: the client gets a documented status and body."""

from __future__ import annotations

import asyncio
import errno
import json
from typing import Any

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from inferproof.front.app import Front
from inferproof.front.backend import Refusal
from inferproof_reference.refusals import refusal_of
from inferproof_reference.upstream import Upstream
from tests.front.asgi import Conversation, Reply, ask, scope
from tests.reference import scripted_engine
from tests.reference.scripted_engine import CHAT, HELLO, OPENING, ScriptedEngine, error
from tests.reference.test_field_map import HI, TOOLS

ANYWHERE = ConnectionKey("127.0.0.1", 9, False, True, None, None, None)
REQUEST = {"messages": HI}
STREAM = {"messages": HI, "stream": True}
PYDANTIC = "1 validation error:\n  {'type': 'missing', 'loc': 'body.x', 'msg': 'Field required', 'input': 'None'}"
TOO_LONG = (
    "This model's maximum context length is 4096 tokens. However, your prompt … (parameter=input_tokens, value=4097)"
)

# The message and the `param` of a 400 of vLLM 0.32, members of the request, and where our 422 points.
POINTED: list[tuple[str, str | None, dict[str, Any], list[Any]]] = [
    (
        "temperature must be in [0, 2], got 3.0. (parameter=temperature, value=3.0)",
        "temperature",
        {"temperature": 3},
        ["temperature"],
    ),
    (PYDANTIC, "body.messages.0.ChatCompletionUserMessageParam.content", {}, ["messages", 0, "content"]),
    (
        "Requested sample logprobs of 21 … (parameter=logprobs, value=21)",
        "logprobs",
        {"top_logprobs": 20},
        ["top_logprobs"],
    ),
    ("min_tokens must be less than or equal to max_tokens=1, got 2.", None, {"min_tokens": 2}, ["min_tokens"]),
    ("stop cannot contain an empty string.", None, {"stop": "a"}, ["stop"]),
    ("tiny is not a multimodal model", None, {}, ["messages"]),
    ('Model "e" only supports Matryoshka dimensions [16], got 17.', None, {"dimensions": 17}, ["dimensions"]),
    ("Token id 99999 is out of vocabulary", None, {"input": [99999]}, ["input"]),
    ("Failed json: [22:15:09] <path>:4944: Unsupported", None, {"guided_json": {"type": "b"}}, ["guided_json"]),
    ("only function tool_calls are supported", "tool_calls", {}, ["messages"]),
    ("Grammar error: Invalid type: banana", None, {"guided_json": {"type": "b"}}, ["guided_json"]),
    ("Invalid grammar specification.", None, {"guided_grammar": "("}, ["guided_grammar"]),
    ("Grammar error: bad", None, {"response_format": {"type": "json_object"}}, ["response_format"]),
    ("Grammar error: bad", None, {"tools": TOOLS}, ["tools"]),
    ("bad (parameter=structured_outputs)", "structured_outputs.regex", {"guided_regex": "("}, ["guided_regex"]),
    (
        '"auto" tool choice requires --enable-auto-tool-choice',
        None,
        {"tools": TOOLS, "tool_choice": "auto"},
        ["tool_choice"],
    ),
]


@pytest.mark.parametrize(("message", "param", "members", "loc"), POINTED, ids=lambda value: str(value)[:30])
async def test_a_400_of_the_engine_points_at_the_member(
    message: str, param: str | None, members: dict[str, Any], loc: list[Any]
) -> None:
    body = scripted_engine._text(error(message, param))
    refusal = refusal_of(400, body, {**REQUEST, **members})
    assert refusal.status == 422
    assert list(refusal.loc) == ["body", *loc]
    assert "parameter=" not in refusal.message
    assert "<path>" not in refusal.message
    assert "validation error" not in refusal.message


async def answered(front: Front, engine: ScriptedEngine, status: int, body: Any, request: Any = REQUEST) -> Reply:
    engine.answers[CHAT] = (status, body)
    return await ask(front, "POST", CHAT, request)


async def test_a_member_out_of_range_is_a_422_with_details(front: Front, engine: ScriptedEngine) -> None:
    refused = error("token_id(s) [9] … (parameter=logit_bias, value=[9])", "logit_bias")
    reply = await answered(front, engine, 400, refused, {**REQUEST, "logit_bias": {"9": 1}})
    assert reply.status == 422
    assert reply.json == {
        "detail": [{"loc": ["body", "logit_bias"], "msg": "token_id(s) [9] …", "type": "value_error"}]
    }


async def test_an_overflowing_context_is_a_400_with_its_code(front: Front, engine: ScriptedEngine) -> None:
    for request in (REQUEST, STREAM):
        reply = await answered(front, engine, 400, error(TOO_LONG, "input_tokens"), request)
        assert reply.status == 400
        assert reply.json["error"]["code"] == "context_length_exceeded"
        assert reply.json["error"]["param"] == "messages"


async def test_a_400_that_points_nowhere_stays_one(front: Front, engine: ScriptedEngine) -> None:
    reply = await answered(front, engine, 400, error("Something odd."))
    assert reply.status == 400
    assert reply.json["error"]["message"] == "Something odd."


async def test_an_unknown_model_is_a_404_that_lists_the_known(front: Front, engine: ScriptedEngine) -> None:
    engine.asked.clear()
    reply = await ask(front, "POST", CHAT, {**REQUEST, "model": "nope"})
    assert reply.status == 404
    assert reply.json["error"]["code"] == "model_not_found"
    assert "tiny" in reply.json["error"]["message"]
    assert engine.asked == []


async def test_an_unknown_embedding_model_is_a_404(front: Front) -> None:
    reply = await ask(front, "POST", scripted_engine.EMBEDDINGS, {"input": "x", "model": "tiny"})
    assert reply.status == 404


@pytest.mark.parametrize(
    ("status", "body", "ours"),
    [
        (500, error("boom", code=500), 502),
        (503, None, 503),
        (429, error("full", code=429), 429),
        (401, {"error": "Unauthorized"}, 502),
        (404, {"detail": "Not Found"}, 502),
        (404, error("The model `tiny` does not exist.", "model", code=404), 404),
        (500, b"<html>", 502),
        (200, b"not JSON", 502),
        (200, ["a"], 502),
        (200, {"choices": [{}]}, 502),
        ("cut", "cut", 502),
    ],
)
async def test_how_the_engine_fails_becomes_a_documented_status(
    status: Any, body: Any, ours: int, front: Front, engine: ScriptedEngine
) -> None:
    reply = await answered(front, engine, status, body)
    assert reply.status == ours
    assert reply.json["error"]["message"]
    assert ("retry-after" in reply.headers) == (ours in (429, 503))


@pytest.mark.parametrize("stream", [False, True])
async def test_an_idle_connection_that_the_engine_closes_costs_no_request(
    stream: bool, front: Front, engine: ScriptedEngine
) -> None:
    engine.closes_when_used_again = True
    body = {**REQUEST, "stream": stream}
    replies = [await ask(front, "POST", CHAT, body) for _ in range(3)]
    assert [reply.status for reply in replies] == [200] * 3


async def test_a_request_is_sent_again_once_and_only_after_a_used_connection(
    front: Front, engine: ScriptedEngine
) -> None:
    await ask(front, "POST", CHAT, REQUEST)
    engine.asked.clear()
    engine.answers[CHAT] = (200, "cut")
    assert (await ask(front, "POST", CHAT, REQUEST)).status == 502
    assert len(engine.asked) == 2
    assert (await ask(front, "POST", CHAT, REQUEST)).status == 502
    assert len(engine.asked) == 3


@pytest.mark.parametrize(
    ("failure", "status", "words"),
    [
        (aiohttp.ConnectionTimeoutError(), 503, "The engine took no connection within 5 seconds."),
        (aiohttp.SocketTimeoutError(), 504, "The engine said nothing for 0.5 seconds."),
        (
            aiohttp.ClientConnectorError(ANYWHERE, OSError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 9)")),
            503,
            "The engine cannot be reached: connection refused.",
        ),
    ],
    ids=["no connection", "silence", "refused"],
)
async def test_a_wait_is_told_as_what_it_was_and_an_address_is_nobodys_business(
    failure: Exception, status: int, words: str
) -> None:
    with pytest.raises(Refusal) as raised:
        async with Upstream("http://127.0.0.1:9", patience_s=0.5)._refusing():
            raise failure
    assert (raised.value.status, raised.value.message) == (status, words)


def test_an_engines_word_of_its_own_log_stays_there() -> None:
    said = error("EngineCore encountered an issue. See stack trace (above) for the root cause.", code=500)
    refusal = refusal_of(500, json.dumps(said).encode(), REQUEST)
    assert refusal.message == "The engine failed with 500: EngineCore encountered an issue."


async def test_an_engine_that_says_nothing_is_a_504(front: Front, engine: ScriptedEngine) -> None:
    reply = await answered(front, engine, 200, "wait")
    assert reply.status == 504


@pytest.mark.parametrize(
    ("end", "status"),
    [(["cut"], 502), ([], 502), ([error("died", code=500), "[DONE]"], 502), (["{"], 502), (["wait"], 504)],
    ids=["cut", "no DONE", "error event", "broken event", "silence"],
)
async def test_a_failure_in_mid_stream_is_an_error_event_and_no_done(
    end: list[Any], status: int, front: Front, engine: ScriptedEngine
) -> None:
    engine.chunks = [*HELLO[:2], *end]
    reply = await ask(front, "POST", CHAT, STREAM)
    assert reply.status == 200
    assert len(reply.events) == 3
    assert reply.events[-1]["error"]["code"] == {502: "bad_gateway", 504: "timeout"}[status]


@pytest.mark.parametrize(("chunks", "status"), [(["cut"], 502), (["wait"], 504), ([error("bad", "stop")], 422)])
async def test_a_failure_before_the_first_event_is_an_ordinary_error(
    chunks: list[Any], status: int, front: Front, engine: ScriptedEngine
) -> None:
    engine.chunks = chunks
    reply = await ask(front, "POST", CHAT, {**STREAM, "stop": "a"})
    assert reply.status == status


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_that_leaves_closes_the_engine_s_connection(
    stream: bool, front: Front, engine: ScriptedEngine
) -> None:
    engine.answers[CHAT] = (200, None if stream else "wait")
    engine.chunks = [OPENING, "wait"]
    body = scripted_engine._text({**REQUEST, "stream": stream})
    conversation = Conversation([body])
    headers = {"content-type": "application/json"}
    asking = asyncio.create_task(front(scope("POST", CHAT, headers), conversation.receive, conversation.send))
    await engine.working.wait()
    conversation.gone.set()
    async with asyncio.timeout(0.4):  # well before the engine's silence would end it
        await engine.left.wait()
    await asking


async def test_the_deadline_of_a_request_closes_the_engine_s_connection(front: Front, engine: ScriptedEngine) -> None:
    engine.answers[CHAT] = (200, "wait")
    reply = await ask(front, "POST", CHAT, {**REQUEST, "timeout_sec": 0.05})
    assert reply.status == 504
    await engine.left.wait()


async def test_one_request_too_many_is_a_429_and_the_place_is_free_again(front: Front, engine: ScriptedEngine) -> None:
    engine.answers[CHAT] = (200, "wait")
    patient = {**REQUEST, "timeout_sec": 0.2}
    replies = await asyncio.gather(*(ask(front, "POST", CHAT, patient) for _ in range(3)))
    assert sorted(reply.status for reply in replies) == [429, 504, 504]
    [refused] = [reply for reply in replies if reply.status == 429]
    assert refused.headers["retry-after"]
    engine.answers[CHAT] = (200, scripted_engine.completion())
    assert (await ask(front, "POST", CHAT, REQUEST)).status == 200


async def test_one_connection_serves_one_request_after_the_other(front: Front, engine: ScriptedEngine) -> None:
    before = engine.connections
    for request in (REQUEST, STREAM, REQUEST, STREAM):
        assert (await ask(front, "POST", CHAT, request)).status == 200
    assert engine.connections == before
