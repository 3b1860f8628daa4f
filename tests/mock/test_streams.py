from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from inferproof.front.backend import Chat, Refusal
from tests.mock.asking import body, chunks, complete, fold, mock_model

TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"properties": {"city": {}}}}}


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"temperature": 2, "top_p": 1, "n": 3, "seed": 4, "logprobs": True, "top_logprobs": 2},
        {"max_tokens": 5},
        {"stop": ["model", "ple"]},
        {"stop": " it", "include_stop_str_in_output": True, "logprobs": True},
        {"messages": [{"role": "user", "content": "Grüße 😀 你好"}], "logprobs": True},
        {"tools": [TOOL, {"function": {"name": "now"}}], "parallel_tool_calls": True, "tool_choice": "auto",
         "messages": [{"role": "user", "content": "get_weather now in Paris"}]},
        {"tools": [TOOL], "tool_choice": "required", "max_tokens": 2, "logprobs": True},
        {"response_format": {"type": "json_object"}, "n": 2},
        {"messages": [{"role": "assistant", "content": "I say"}], "echo": True, "n": 2},
        {"messages": [{"role": "assistant", "content": "I say"}], "echo": True, "tools": [TOOL],
         "tool_choice": "required"},
    ],
)  # fmt: skip
async def test_a_stream_folds_to_the_whole_reply(members: dict[str, Any]) -> None:
    request = body(**members)
    stream = await chunks({**request, "stream_options": {}})
    reply = await complete(request)
    assert fold(stream) == reply["choices"]
    assert stream[-1]["usage"] == reply["usage"]


async def test_the_role_comes_first_and_the_finish_reason_last() -> None:
    stream = await chunks(body(n=2))
    for index in (0, 1):
        choices = [choice for chunk in stream for choice in chunk["choices"] if choice["index"] == index]
        assert choices[0]["delta"] == {"role": "assistant", "content": ""}
        assert [choice["finish_reason"] for choice in choices[:-1]] == [None] * (len(choices) - 1)
        assert choices[-1]["finish_reason"] == "stop"
        assert choices[-1]["delta"] == {}


async def test_id_created_and_model_stay_the_same() -> None:
    stream = await chunks(body())
    assert len({(chunk["id"], chunk["created"], chunk["model"], chunk["object"]) for chunk in stream}) == 1


@pytest.mark.parametrize(
    ("options", "count"),
    [(None, 0), ({}, 1), ({"include_usage": True}, 1), ({"include_usage": False}, 0), ({"include_usage": None}, 1)],
)
async def test_usage_has_a_chunk_of_its_own_where_it_was_asked_for(options: dict[str, Any] | None, count: int) -> None:
    stream = await chunks(body(stream_options=options))
    assert sum("usage" in chunk for chunk in stream) == count
    assert (stream[-1]["choices"] == []) == bool(count)


async def test_continuous_usage_is_on_every_chunk_and_never_falls() -> None:
    stream = await chunks(body(n=2, stream_options={"include_usage": True, "continuous_usage_stats": True}))
    counts = [chunk["usage"]["completion_tokens"] for chunk in stream]
    assert counts == sorted(counts)
    assert counts[0] == 0


async def test_no_delta_splits_a_character() -> None:
    for chunk in await chunks(body("Grüße 😀 你好 ° 👩‍👩‍👧")):
        for choice in chunk["choices"]:
            assert "\ufffd" not in choice["delta"].get("content", "")


async def test_a_tool_call_opens_with_id_and_name_and_sends_its_arguments_in_pieces() -> None:
    stream = await chunks(body(tools=[TOOL], tool_choice="required"))
    calls = [call for chunk in stream for choice in chunk["choices"] for call in choice["delta"].get("tool_calls", [])]
    assert set(calls[0]) == {"index", "id", "type", "function"}
    assert calls[0]["function"] == {"name": "get_weather", "arguments": ""}
    assert len(calls) > 2
    assert all(set(call) == {"index", "function"} and set(call["function"]) == {"arguments"} for call in calls[1:])


async def test_choices_take_turns() -> None:
    stream = await chunks(body(n=2))
    order = [chunk["choices"][0]["index"] for chunk in stream][2:10]
    assert order == [0, 1] * 4


async def test_a_refusal_comes_before_the_first_chunk() -> None:
    stream = mock_model().stream(Chat(body(model="gpt-0", stream=True)))
    with pytest.raises(Refusal):
        await anext(stream)


async def test_more_candidates_than_choices_have_no_place_in_a_stream() -> None:
    with pytest.raises(Refusal) as refused:
        await chunks(body(best_of=3))
    assert refused.value.loc == ("body", "best_of")


async def test_streams_interleave() -> None:
    order: list[int] = []

    async def read(name: int) -> None:
        async for _ in mock_model().stream(Chat(body(stream=True))):
            order.append(name)

    await asyncio.gather(read(1), read(2))
    assert order != sorted(order)


async def test_latency_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    naps: list[float] = []
    here, sleep = threading.get_ident(), asyncio.sleep

    async def nap(seconds: float) -> None:
        if threading.get_ident() == here:
            naps.append(seconds)
        else:  # a server that another test runs
            await sleep(seconds)

    monkeypatch.setattr("inferproof_mock.pace.asyncio.sleep", nap)
    await chunks(body(max_tokens=4), mock_model(ttft=0.5, inter_token=0.1))
    assert naps == [0.5, 0.1, 0.1, 0.1]
