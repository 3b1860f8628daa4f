"""What vLLM answers, row by row of the field map: as the contract has it when it reaches the client."""

from __future__ import annotations

from typing import Any

import pytest

from inferproof.document import Contract
from inferproof.front.app import Front
from tests.front.asgi import ask
from tests.reference import scripted_engine
from tests.reference.scripted_engine import HELLO, OPENING, ScriptedEngine, chunk, completion
from tests.reference.test_field_map import HI

REQUEST = {"messages": HI}
STREAM = {"messages": HI, "stream": True}
USAGE = {"prompt_tokens": 3, "total_tokens": 5, "completion_tokens": 2}
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}


async def whole(front: Front, engine: ScriptedEngine, answer: dict[str, Any], **members: Any) -> dict[str, Any]:
    engine.answers[scripted_engine.CHAT] = (200, answer)
    reply = await ask(front, "POST", scripted_engine.CHAT, {**REQUEST, **members})
    assert reply.status == 200, reply.body
    value: dict[str, Any] = reply.json
    return value


async def streamed(front: Front, engine: ScriptedEngine, *chunks: Any) -> list[Any]:
    engine.chunks = [*chunks, "[DONE]"]
    reply = await ask(front, "POST", scripted_engine.CHAT, STREAM)
    assert reply.status == 200, reply.body
    return reply.events


def with_message(**members: Any) -> dict[str, Any]:
    answer = completion()
    answer["choices"][0]["message"].update(members)
    return answer


async def test_what_vllm_adds_and_leaves_null_is_dropped(front: Front, engine: ScriptedEngine) -> None:
    assert await whole(front, engine, completion()) == {
        "id": "chatcmpl-b7b12c0483ce2cda",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "tiny",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hello there."},
                "logprobs": None,
                "finish_reason": "stop",
                "stop_reason": None,
            }
        ],
        "system_fingerprint": "vllm-0.32.0-98bbccb6",
        "usage": USAGE,
    }


async def test_what_is_internal_to_the_engine_is_dropped_also_with_a_value(
    front: Front, engine: ScriptedEngine
) -> None:
    internal = {"kv_transfer_params": {"a": 1}, "prompt_token_ids": [1], "prompt_text": "p", "ec_transfer_params": {}}
    answer = completion(**internal)
    answer["choices"][0].update(token_ids=[1], routed_experts="abc")
    assert await whole(front, engine, answer) == await whole(front, engine, completion())


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"reasoning": "so"}, {"content": "Hello there.", "reasoning_content": "so"}),
        ({"tool_calls": [CALL]}, {"content": "Hello there.", "tool_calls": [CALL]}),
        ({"role": "user"}, {"content": "Hello there."}),
        ({"refusal": "no", "annotations": []}, {"content": "Hello there.", "refusal": "no", "annotations": []}),
    ],
    ids=["reasoning", "tool calls", "role of the last message", "refusal"],
)
async def test_a_message(
    members: dict[str, Any], message: dict[str, Any], front: Front, engine: ScriptedEngine
) -> None:
    reply = await whole(front, engine, with_message(**members))
    assert reply["choices"][0]["message"] == {"role": "assistant", **message}


async def test_the_tokens_of_reasoning_are_counted_as_the_engine_counts_them(
    front: Front, engine: ScriptedEngine
) -> None:
    answer = with_message(reasoning="so")
    answer["usage"]["completion_tokens_details"] = {"reasoning_tokens": 1}
    assert (await whole(front, engine, answer))["usage"] == {
        **USAGE,
        "completion_tokens_details": {"reasoning_tokens": 1},
    }


async def test_metrics_become_the_time_info(front: Front, engine: ScriptedEngine) -> None:
    reply = await whole(front, engine, completion(metrics={"queue_time_ms": 1.5}))
    assert reply["time_info"] == {"queue_time_ms": 1.5}
    assert "metrics" not in reply


async def test_prompt_logprobs_come_only_when_they_are_asked_for(front: Front, engine: ScriptedEngine) -> None:
    answer = completion(prompt_logprobs=[None, {"5": {"logprob": -1.0, "rank": 2, "decoded_token": "a"}}])
    assert (await whole(front, engine, answer, prompt_logprobs=0))["prompt_logprobs"] == answer["prompt_logprobs"]
    assert "prompt_logprobs" not in await whole(front, engine, answer, echo=True)


async def test_the_model_is_called_what_the_catalogue_calls_it(front: Front, engine: ScriptedEngine) -> None:
    assert (await whole(front, engine, completion(model="tiny-2026-01")))["model"] == "tiny"
    events = await streamed(front, engine, {**OPENING, "model": "tiny-2026-01"}, chunk("stop"))
    assert events[0]["model"] == "tiny"


async def test_a_stream_is_passed_on_event_by_event(front: Front, engine: ScriptedEngine) -> None:
    events = await streamed(front, engine, *HELLO)
    assert events[-1] == "[DONE]"
    assert [event["choices"][0]["delta"] for event in events[:-1]] == [
        {"role": "assistant", "content": ""},
        {"content": "Hello"},
        {"content": " there."},
        {},
    ]
    assert events[0].keys() == {"id", "object", "created", "model", "choices"}
    assert events[1]["choices"][0].keys() == {"index", "delta", "logprobs", "finish_reason"}


async def test_reasoning_is_renamed_in_every_delta(front: Front, engine: ScriptedEngine) -> None:
    events = await streamed(front, engine, OPENING, chunk(reasoning="so"), chunk(reasoning="!"), chunk("stop"))
    assert [event["choices"][0]["delta"] for event in events[1:3]] == [
        {"reasoning_content": "so"},
        {"reasoning_content": "!"},
    ]


async def test_the_usage_chunk_of_a_stream(front: Front, engine: ScriptedEngine) -> None:
    last = {**chunk(), "choices": [], "usage": {**USAGE, "completion_tokens_details": None}, "metrics": {"a": 1}}
    events = await streamed(front, engine, OPENING, chunk("stop"), {**last, "system_fingerprint": "fp"})
    assert events[-2]["usage"] == USAGE
    assert events[-2]["time_info"] == {"a": 1}
    assert events[-2]["system_fingerprint"] == "fp"


async def test_comments_that_keep_a_stream_alive_are_not_events(front: Front, engine: ScriptedEngine) -> None:
    events = await streamed(front, engine, OPENING, b": keep-alive\n\n", chunk("stop"))
    assert len(events) == 3


async def test_an_event_may_come_in_pieces(front: Front, engine: ScriptedEngine) -> None:
    event = b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[]}\n\n'
    events = await streamed(front, engine, event[:20], event[20:-1], event[-1:] + event)
    assert len(events) == 3


async def test_embeddings_are_passed_on(front: Front, contract: Contract) -> None:
    reply = await ask(front, "POST", scripted_engine.EMBEDDINGS, {"input": "x"})
    assert reply.json["data"] == scripted_engine.VECTORS["data"]
    assert reply.json["model"] == "tiny-embed"
    assert reply.json["usage"] == {"prompt_tokens": 2, "total_tokens": 2, "completion_tokens": 0}
    schema = contract.operation("embeddings").reply_schema
    assert schema is not None
    assert contract.validator(schema).is_valid(reply.json)


async def test_the_legacy_stream_says_what_the_engine_says(front: Front, engine: ScriptedEngine) -> None:
    engine.chunks = [*HELLO, "[DONE]"]
    body = {"config": "tiny", "context": [{"type": "Human", "text": "Hi"}]}
    reply = await ask(front, "POST", "/external/api/inference/streaming", body)
    assert "".join(event["text"] for event in reply.events[:-1]) == "Hello there."
    assert engine.body["messages"] == HI


async def test_attributes_are_scored_by_constrained_decoding(front: Front, engine: ScriptedEngine) -> None:
    scores = '{"Kind":{"score":0.5,"positive":true}}'
    engine.answers[scripted_engine.CHAT] = (200, completion(scores))
    body = {
        "model": "tiny",
        "messages": [*HI, {"role": "assistant", "content": "Hello."}, *HI],
        "attributes": [{"name": "Kind", "definition": "Is kind."}],
    }
    reply = await ask(front, "POST", "/v1/chat/attributes", body)
    assert reply.json["choices"][0]["message"]["content"] == scores
    assert engine.body["structured_outputs"]["json"]["required"] == ["Kind"]
