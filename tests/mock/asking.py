"""Short ways to ask the simulated model, and the folding of a stream into a reply."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from inferproof.document import load
from inferproof.front.backend import Chat, Embedding, Refusal
from inferproof_mock import MockModel

Json = dict[str, Any]

HELLO = "What is the weather like today?"


def mock_model(**options: Any) -> MockModel:
    return MockModel(load(), **options)


def body(text: str = HELLO, **members: Any) -> Json:
    """A greedy request; `members` come on top."""
    return {"messages": [{"role": "user", "content": text}], "temperature": 0, **members}


async def complete(request: Json, model: MockModel | None = None) -> Json:
    return await (model or mock_model()).complete(Chat(request))


async def content(request: Json) -> str:
    """The text of the only choice."""
    text = (await complete(request))["choices"][0]["message"]["content"]
    assert isinstance(text, str)
    return text


async def chunks(request: Json, model: MockModel | None = None) -> list[Json]:
    return [chunk async for chunk in (model or mock_model()).stream(Chat({**request, "stream": True}))]


async def embedding(request: Json) -> Json:
    return await mock_model().embed(Embedding(request))


async def refusal(request: Json) -> Refusal:
    """What the model refuses the request with, streamed or not."""
    try:
        await complete(request)
    except Refusal as refused:
        return refused
    raise AssertionError("the request was not refused")


def fold(stream: Iterable[Json]) -> list[Json]:
    """The choices that a client puts together from a stream."""
    choices: dict[int, Json] = {}
    for chunk in stream:
        for part in chunk["choices"]:
            start: Json = {"index": part["index"], "message": {}, "logprobs": None, "finish_reason": None}
            choice = choices.setdefault(part["index"], start)
            _add(choice["message"], part["delta"])
            if part.get("logprobs"):
                choice["logprobs"] = choice["logprobs"] or {"content": []}
                choice["logprobs"]["content"] += part["logprobs"]["content"]
            if part["finish_reason"] is not None:
                assert choice["finish_reason"] is None
                choice["finish_reason"] = part["finish_reason"]
                choice["stop_reason"] = part["stop_reason"]
    return [choices[index] for index in sorted(choices)]


def _add(message: Json, delta: Json) -> None:
    for name, value in delta.items():
        if name == "tool_calls":
            for call in value:
                _add_call(message.setdefault("tool_calls", []), call)
        elif isinstance(value, str) and name == "content":
            message[name] = (message.get(name) or "") + value
        else:
            message[name] = value


def _add_call(calls: list[Json], delta: Json) -> None:
    if delta["index"] == len(calls):
        calls.append({"id": delta["id"], "type": delta["type"], "function": dict(delta["function"])})
    else:
        assert set(delta) == {"index", "function"}
        calls[delta["index"]]["function"]["arguments"] += delta["function"]["arguments"]
