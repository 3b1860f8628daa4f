from __future__ import annotations

from typing import Any

import pytest

from inferproof.document.contract import Contract
from inferproof.front.app import Front
from inferproof.front.backend import Refusal
from inferproof.front.legacy import TURNS
from tests.front.asgi import ask
from tests.front.scripted import Scripted, chunk, reply

WHOLE = "/external/api/inference"
STREAM = "/external/api/inference/streaming"
CREATED = 1_700_000_000.0
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Oslo"}'}}
TOOL = {"type": "function", "function": {"name": "weather"}}


def body(*context: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"config": "m", "context": list(context) or [{"type": "Human", "text": "Hi"}], **members}


async def test_turns_become_messages(front: Front, backend: Scripted) -> None:
    turns = [
        {"type": "Instruction", "text": "Be kind."},
        {"type": "Human", "text": "Weather?", "ts": "2024-02-20T07:42:38Z"},
        {"type": "AI", "text": "", "tool_calls": [CALL]},
        {"type": "Tool", "text": "rain", "tool_call_id": "call_1"},
    ]
    assert (await ask(front, "POST", WHOLE, body(*turns))).status == 200
    assert backend.call.role == "chat.legacy"
    assert backend.body == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "Weather?"},
            {"role": "assistant", "content": "", "tool_calls": [CALL]},
            {"role": "tool", "content": "rain", "tool_call_id": "call_1"},
        ],
    }


async def test_parameters_take_their_chat_names_and_the_rest_is_dropped(front: Front, backend: Scripted) -> None:
    sent = body(
        temperature=0.5,
        max_tokens=9,
        top_p=0.9,
        stop_tokens=["END"],
        tools=[TOOL],
        response_format={"type": "text"},
        web_search=True,
        metadata={"user_firstname": "Ada"},
        server_target=None,
        schemas=["x"],
        stream=True,
    )
    assert (await ask(front, "POST", WHOLE, sent)).status == 200
    assert {name: value for name, value in backend.body.items() if name != "messages"} == {
        "model": "m",
        "temperature": 0.5,
        "max_tokens": 9,
        "top_p": 0.9,
        "stop": ["END"],
        "tools": [TOOL],
        "tool_choice": "auto",
        "response_format": {"type": "text"},
    }


async def test_null_members_and_an_empty_list_of_tools_ask_for_nothing(front: Front, backend: Scripted) -> None:
    sent = body(temperature=None, max_tokens=None, stop_tokens=None, tools=[], response_format=None)
    assert (await ask(front, "POST", WHOLE, sent)).status == 200
    assert "tool_choice" not in backend.body
    assert set(backend.body) <= {"model", "messages", "tools"}


async def test_every_type_of_turn_is_read(front: Front, backend: Scripted, contract: Contract) -> None:
    assert set(TURNS) == set(contract.at("/components/schemas/TurnType/enum"))
    for kind, turn in TURNS.items():
        sent = {"type": kind, "text": "some text", "tool_call_id": "call_1"}
        assert (await ask(front, "POST", WHOLE, body(sent))).status == 200, kind
        message = backend.body["messages"][0]
        assert message["role"] == turn.role
        assert message["content"].endswith("some text")


async def test_an_unknown_type_of_turn_is_422(front: Front) -> None:
    answer = await ask(front, "POST", WHOLE, body({"type": "Bot", "text": "x"}))
    assert answer.status == 422
    assert answer.json["detail"][0]["loc"] == ["body", "context", 0, "type"]


@pytest.mark.parametrize("call_id", [{}, {"tool_call_id": None}])
async def test_a_tool_turn_without_its_call_is_422(front: Front, call_id: dict[str, None]) -> None:
    answer = await ask(
        front, "POST", WHOLE, body({"type": "Human", "text": "x"}, {"type": "Tool", "text": "y", **call_id})
    )
    assert answer.status == 422
    assert answer.json["detail"][0]["loc"] == ["body", "context", 1, "tool_call_id"]


async def test_what_chat_would_not_take_is_422_in_the_clients_own_words(front: Front, backend: Scripted) -> None:
    answer = await ask(front, "POST", WHOLE, body(max_tokens=-5))
    assert answer.status == 422
    assert answer.json["detail"][0]["loc"] == ["body", "max_tokens"]
    assert backend.asked == []


async def test_the_reply_is_flat_and_leaves_out_what_there_is_not(front: Front) -> None:
    answer = await ask(front, "POST", WHOLE, body())
    assert answer.json == {"created": CREATED, "text": "Hello there."}


async def test_the_reply_carries_tool_calls_and_reasoning(front: Front, backend: Scripted) -> None:
    backend.reply = reply(None, tool_calls=[CALL], reasoning_content="I should look.")
    answer = await ask(front, "POST", WHOLE, body())
    assert answer.json == {"created": CREATED, "text": "", "tool_calls": [CALL], "reasoning_content": "I should look."}


async def test_the_query_parameter_may_be_there_or_not(front: Front) -> None:
    assert (await ask(front, "POST", f"{WHOLE}?origin_endpoint=playground", body())).status == 200
    assert (await ask(front, "POST", f"{STREAM}?origin_endpoint=", body())).status == 200


async def test_a_stream_is_numbered_text_and_done(front: Front, backend: Scripted) -> None:
    answer = await ask(front, "POST", STREAM, body())
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.events == [
        {"created": CREATED, "idx": 0, "text": "Hello"},
        {"created": CREATED, "idx": 1, "text": " there."},
        "[DONE]",
    ]
    assert backend.call.role == "chat.legacy.stream"
    assert backend.body["stream"] is True


async def test_streamed_tool_calls_arrive_whole_in_the_last_event(front: Front, backend: Scripted) -> None:
    second = {**CALL, "id": "call_2"}
    head = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": ""}}
    backend.chunks = [
        chunk(reasoning_content="Hm."),
        chunk(tool_calls=[head]),
        chunk(tool_calls=[{"index": 1, "id": "call_2", "function": CALL["function"]}]),
        chunk(tool_calls=[{"index": 0, "function": {"arguments": '{"city":'}}]),
        chunk(tool_calls=[{"index": 0, "function": {"arguments": '"Oslo"}'}}]),
        chunk(finish="tool_calls"),
    ]
    answer = await ask(front, "POST", STREAM, body(tools=[TOOL]))
    assert answer.events == [
        {"created": CREATED, "idx": 0, "text": "", "reasoning_content": "Hm."},
        {"created": CREATED, "idx": 1, "text": "", "tool_calls": [CALL, second]},
        "[DONE]",
    ]


async def test_a_stream_without_text_is_one_empty_event(front: Front, backend: Scripted) -> None:
    backend.chunks = [chunk(role="assistant", content=""), chunk(finish="stop")]
    answer = await ask(front, "POST", STREAM, body())
    assert answer.events == [{"created": CREATED, "idx": 0, "text": ""}, "[DONE]"]


async def test_a_usage_chunk_without_choices_is_passed_over(front: Front, backend: Scripted) -> None:
    backend.chunks = [chunk(content="a"), {**chunk(), "choices": [], "usage": {}}]
    answer = await ask(front, "POST", STREAM, body())
    assert answer.events == [{"created": CREATED, "idx": 0, "text": "a"}, "[DONE]"]


async def test_a_refusal_before_any_text_is_an_ordinary_error_reply(front: Front, backend: Scripted) -> None:
    backend.chunks = [chunk(role="assistant", content=""), Refusal(429, "slow down")]
    assert (await ask(front, "POST", STREAM, body())).status == 429
