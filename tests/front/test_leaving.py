"""A client that leaves frees the engine at once."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from inferproof.front.app import Front
from inferproof.front.connection import Message
from tests.front.asgi import JSON_TYPE, Conversation, scope
from tests.front.scripted import Scripted, chunk
from tests.front.test_chat import CHAT

EMBEDDING = {"model": "m", "input": "x"}
LEGACY = {"config": "m", "context": [{"type": "Human", "text": "Hi"}]}


def converse(front: Front, path: str, body: Any, conversation: Conversation) -> asyncio.Task[None]:
    return asyncio.create_task(front(scope("POST", path, JSON_TYPE), conversation.receive, conversation.send))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", CHAT),
        ("/v1/embeddings", EMBEDDING),
        ("/external/api/inference", LEGACY),
        ("/v1/chat/completions", {**CHAT, "timeout_sec": 60}),
    ],
)
async def test_a_whole_answer_is_cancelled_when_its_client_leaves(
    front: Front, backend: Scripted, path: str, body: Any
) -> None:
    backend.reply = asyncio.Event()
    conversation = Conversation([json.dumps(body).encode()])
    task = converse(front, path, body, conversation)
    await asyncio.wait_for(backend.waiting.wait(), 5)
    conversation.gone.set()
    await asyncio.wait_for(task, 5)
    assert backend.cancelled.is_set()
    assert conversation.reply is None


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {**CHAT, "stream": True}),
        ("/v1/chat/completions", {**CHAT, "stream": True, "timeout_sec": 60}),
        ("/external/api/inference/openai/v1/chat/completions", {**CHAT, "stream": True}),
        ("/external/api/inference/streaming", LEGACY),
    ],
)
@pytest.mark.parametrize("chunks_before", [0, 1])
async def test_a_stream_is_cancelled_when_its_client_leaves(
    front: Front, backend: Scripted, path: str, body: Any, chunks_before: int
) -> None:
    backend.chunks = [*[chunk(content="He")] * chunks_before, asyncio.Event()]
    conversation = Conversation([json.dumps(body).encode()])
    task = converse(front, path, body, conversation)
    await asyncio.wait_for(backend.waiting.wait(), 5)
    conversation.gone.set()
    await asyncio.wait_for(task, 5)
    assert backend.cancelled.is_set()
    assert backend.closed.is_set()
    assert not conversation.finished


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {**CHAT, "stream": True}),
        ("/external/api/inference/openai/v1/chat/completions", {**CHAT, "stream": True}),
        ("/external/api/inference/streaming", LEGACY),
    ],
)
async def test_a_stream_whose_client_cannot_be_written_to_is_closed(
    front: Front, backend: Scripted, path: str, body: Any
) -> None:
    backend.chunks = [chunk(content="x")] * 100
    conversation = Conversation([json.dumps(body).encode()])
    written = 0

    async def send(message: Message) -> None:
        nonlocal written
        if message["type"] == "http.response.body":
            written += 1
        if written == 3:
            raise OSError("broken pipe")

    await asyncio.wait_for(front(scope("POST", path, JSON_TYPE), conversation.receive, send), 5)
    assert written == 3
    assert backend.closed.is_set()


async def test_a_client_that_leaves_while_a_chunk_waits_to_be_written_frees_the_engine(
    front: Front, backend: Scripted
) -> None:
    conversation = Conversation([json.dumps({**CHAT, "stream": True}).encode()])
    stuck = asyncio.Event()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            stuck.set()
            await asyncio.Event().wait()

    path = scope("POST", "/v1/chat/completions", JSON_TYPE)
    task = asyncio.create_task(front(path, conversation.receive, send))
    await asyncio.wait_for(stuck.wait(), 5)
    conversation.gone.set()
    await asyncio.wait_for(task, 5)
    assert backend.closed.is_set()


async def test_the_engine_is_asked_for_the_next_chunk_only_when_the_last_is_written(
    front: Front, backend: Scripted
) -> None:
    made = 0

    async def stream(call: object) -> Any:
        nonlocal made
        for _ in range(3):
            made += 1
            yield chunk(content="x")

    backend.stream = stream  # type: ignore[method-assign]
    conversation = Conversation([json.dumps({**CHAT, "stream": True}).encode()])
    seen: list[int] = []

    async def send(message: Message) -> None:
        await asyncio.sleep(0)
        if message["type"] == "http.response.body":
            seen.append(made)

    await front(scope("POST", "/v1/chat/completions", JSON_TYPE), conversation.receive, send)
    assert seen == [1, 2, 3, 3]


async def test_a_server_that_stops_cancels_the_engine_too(front: Front, backend: Scripted) -> None:
    backend.reply = asyncio.Event()
    conversation = Conversation([json.dumps(CHAT).encode()])
    task = converse(front, "/v1/chat/completions", CHAT, conversation)
    await asyncio.wait_for(backend.waiting.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert backend.cancelled.is_set()
