"""A backend that says what a test tells it to, and remembers what it was asked and how that ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from inferproof.front.backend import Chat, Embedding, Health, Json

MODEL = "inflection_3_pi"


def reply(content: str | None = "Hello there.", **message: Any) -> Json:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": MODEL,
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": content, **message}, "finish_reason": "stop"}
        ],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    }


def chunk(finish: str | None = None, **delta: Any) -> Json:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": MODEL,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


HELLO = [chunk(role="assistant", content=""), chunk(content="Hello"), chunk(content=" there."), chunk(finish="stop")]


class Scripted:
    """`chunks` may hold exceptions, which are raised, and events, which are waited for."""

    def __init__(self) -> None:
        self.asked: list[Chat | Embedding] = []
        self.reply: Json | Exception | asyncio.Event = reply()
        self.chunks: list[Json | Exception | asyncio.Event] = list(HELLO)
        self.ready = True
        self.waiting = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.closed = asyncio.Event()

    @property
    def body(self) -> Json:
        return self.asked[-1].body

    @property
    def call(self) -> Chat:
        call = self.asked[-1]
        assert isinstance(call, Chat)
        return call

    async def complete(self, call: Chat) -> Json:
        return await self._say(call, self.reply)

    async def embed(self, call: Embedding) -> Json:
        return await self._say(call, self.reply)

    async def stream(self, call: Chat) -> AsyncIterator[Json]:
        self.asked.append(call)
        try:
            for one in self.chunks:
                yield await self._play(one)
        finally:
            self.closed.set()

    async def configs(self) -> list[Json]:
        return [{"name": MODEL, "alias": "Pi", "default_parameters": {}, "description": "", "tags": []}]

    async def chat_models(self) -> list[str]:
        return [MODEL, "another"]

    async def embedding_models(self) -> list[str]:
        return ["embedder"]

    async def health(self) -> Health:
        return Health(self.ready, "ok" if self.ready else "the engine is starting")

    async def _say(self, call: Chat | Embedding, answer: Json | Exception | asyncio.Event) -> Json:
        self.asked.append(call)
        return await self._play(answer)

    async def _play(self, one: Json | Exception | asyncio.Event) -> Json:
        if isinstance(one, Exception):
            raise one
        if isinstance(one, asyncio.Event):
            self.waiting.set()
            try:
                await one.wait()
            except asyncio.CancelledError:
                self.cancelled.set()
                raise
            return chunk(content="late")
        return one
