"""What the vendor's own client must be able to do with a server of its contract: one list for mock and reference.

Each check takes a client that asks a chat model. Nothing depends on what the model says. The client reads events line
by line, looks for `data: ` with its space, ends at `[DONE]`, and passes over in silence what it cannot read: hence what
a stream brought is compared with the whole reply.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from importlib.util import find_spec
from typing import Any

import pytest

from tests.interop.openai_checks import PERSON, WEATHER

INSTALLED = find_spec("langchain_iointelligence") is not None
MISSING = "langchain-iointelligence is not installed here; tox -e clients and tox -e vllm install it"

if INSTALLED:
    from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
    from langchain_iointelligence import (
        IOIntelligenceAPIError,
        IOIntelligenceAuthenticationError,
        IOIntelligenceChatModel,
        IOIntelligenceError,
        IOIntelligenceLLM,
        IOIntelligenceServerError,  # noqa: F401 - for tests of one server
        IOIntelligenceUtils,
        vision_message,  # noqa: F401 - for a server that sees
    )

PACK = "io-intelligence"
"""The contract of this client."""

QUESTION = "What is the weather in Zürich?"
A_PERSON = {"title": "person", "description": "Who it is.", **PERSON}


def client_of(url: str, key: str, model: str, *, streaming: bool = False) -> IOIntelligenceChatModel:
    """`url` is what the paths of the contract come after; the client adds `/chat/completions` by itself.

    Without `streaming` even its `stream` asks for a whole reply, and with it even its `invoke` for a stream.
    """
    return IOIntelligenceChatModel(
        api_key=key,
        base_url=url,
        model=model,
        streaming=streaming,
        max_tokens=12,
        temperature=0,
        max_retries=0,
        timeout=60,
    )


def streaming(client: IOIntelligenceChatModel) -> IOIntelligenceChatModel:
    return client_of(client.io_api_url, client.io_api_key, client.model, streaming=True)


def chat(client: IOIntelligenceChatModel) -> None:
    reply = client.invoke([SystemMessage("Be brief."), HumanMessage(QUESTION)])
    assert reply.content
    assert reply.response_metadata["finish_reason"] in ("stop", "length")
    assert reply.response_metadata["model"] == client.model
    usage = reply.usage_metadata
    assert usage["input_tokens"] > 0 < usage["output_tokens"] <= client.max_tokens
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


def chat_in_an_event_loop(client: IOIntelligenceChatModel) -> None:
    assert asyncio.run(client.ainvoke(QUESTION, seed=7)).content == client.invoke(QUESTION, seed=7).content


def text(client: IOIntelligenceChatModel) -> None:
    llm = IOIntelligenceLLM(
        api_key=client.io_api_key, api_url=client.io_api_url, model=client.model, max_tokens=12, temperature=0
    )
    assert llm.invoke(QUESTION, seed=7) == client.invoke(QUESTION, seed=7).content


def stream(client: IOIntelligenceChatModel) -> None:
    _require_same(client, list(streaming(client).stream(QUESTION, seed=7)))


def stream_in_an_event_loop(client: IOIntelligenceChatModel) -> None:
    _require_same(client, asyncio.run(_all(streaming(client).astream(QUESTION, seed=7))))


def _require_same(client: IOIntelligenceChatModel, chunks: list[Any]) -> None:
    """The chunks bring the text and the usage of the whole reply; the usage comes once, behind the last text."""
    whole = client.invoke(QUESTION, seed=7)
    assert len(chunks) > 1
    assert "".join(chunk.content for chunk in chunks) == whole.content
    [told] = [index for index, chunk in enumerate(chunks) if chunk.usage_metadata]
    assert chunks[told].usage_metadata == whole.usage_metadata
    assert not any(chunk.content for chunk in chunks[told:])


async def _all(chunks: AsyncIterator[Any]) -> list[Any]:
    return [chunk async for chunk in chunks]


def tools(client: IOIntelligenceChatModel) -> None:
    armed = client.bind_tools([WEATHER], tool_choice="any", max_tokens=200)
    reply = armed.invoke(QUESTION)
    assert reply.invalid_tool_calls == []
    [call, *_] = reply.tool_calls
    assert call["name"] == "get_weather"
    assert set(call["args"]) == {"city", "unit"}
    history = [
        HumanMessage(QUESTION),
        reply,
        *(ToolMessage("sunny", tool_call_id=one["id"]) for one in reply.tool_calls),
    ]
    again = client.bind_tools([WEATHER]).invoke(history)
    assert again.usage_metadata["input_tokens"] > reply.usage_metadata["input_tokens"]


def a_streamed_tool_call(client: IOIntelligenceChatModel) -> None:
    armed = streaming(client).bind_tools([WEATHER], tool_choice="get_weather", max_tokens=200)
    first, *others = armed.stream(QUESTION)
    for chunk in others:
        first += chunk
    [call, *_] = first.tool_calls
    assert (call["name"], set(call["args"])) == ("get_weather", {"city", "unit"})
    assert call["id"]


def a_form_by_a_tool(client: IOIntelligenceChatModel) -> None:
    person = client.with_structured_output(A_PERSON).invoke(QUESTION, max_tokens=200)
    assert set(person) == {"name", "age"}


def a_form_by_a_schema(client: IOIntelligenceChatModel) -> None:
    person = client.with_structured_output(A_PERSON, method="json_schema").invoke(QUESTION, max_tokens=200)
    assert set(person) == {"name", "age"}
    assert 0 <= person["age"] <= 99


def models(client: IOIntelligenceChatModel) -> None:
    utilities = IOIntelligenceUtils(client.io_api_key, client.io_api_url)
    assert client.model in [model["id"] for model in utilities.list_models()]
    assert utilities.validate_model(client.model)
    assert not utilities.validate_model("no-such-model")


def an_unknown_model(client: IOIntelligenceChatModel) -> None:
    with pytest.raises(IOIntelligenceAPIError, match="no-such-model") as raised:
        client.invoke(QUESTION, model="no-such-model")
    assert raised.value.status_code == 404


def an_invalid_request(client: IOIntelligenceChatModel) -> None:
    with pytest.raises(IOIntelligenceAPIError, match="temperature") as raised:
        client.invoke(QUESTION, temperature="hot")
    assert raised.value.status_code == 422


def a_wrong_key(client: IOIntelligenceChatModel) -> None:
    stranger = client_of(client.io_api_url, "sk-not-this-one", client.model)
    with pytest.raises(IOIntelligenceAuthenticationError) as raised:
        stranger.invoke(QUESTION)
    assert raised.value.status_code == 401
    with pytest.raises(IOIntelligenceError, match="Authentication"):
        list(streaming(stranger).stream(QUESTION))
    with pytest.raises(IOIntelligenceAuthenticationError):
        asyncio.run(stranger.ainvoke(QUESTION))
    with pytest.raises(IOIntelligenceAuthenticationError):
        IOIntelligenceUtils("sk-not-this-one", client.io_api_url).list_models()


Checked = Callable[["IOIntelligenceChatModel"], None]
CHECKS: tuple[Checked, ...] = (
    chat,
    chat_in_an_event_loop,
    text,
    stream,
    stream_in_an_event_loop,
    tools,
    a_streamed_tool_call,
    a_form_by_a_tool,
    a_form_by_a_schema,
    models,
    an_unknown_model,
    an_invalid_request,
    a_wrong_key,
)
