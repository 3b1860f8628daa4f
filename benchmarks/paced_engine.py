"""A stand-in for an engine with a large model, whose events come one by one: one every 5 ms."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import orjson
from aiohttp import web

PAUSE_S = 0.005
EVENTS = 300


@contextlib.asynccontextmanager
async def paced_engine() -> AsyncIterator[str]:
    """Its URL. It serves a model named `tiny`, says one thing, and looks at no request."""
    app = web.Application()
    app.add_routes(
        [web.get("/health", _health), web.get("/v1/models", _models), web.post("/v1/chat/completions", _stream)]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _health(request: web.Request) -> web.Response:
    return web.Response()


async def _models(request: web.Request) -> web.Response:
    return web.json_response({"object": "list", "data": [{"id": "tiny", "max_model_len": 4096}]})


async def _stream(request: web.Request) -> web.StreamResponse:
    reply = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await reply.prepare(request)
    for _ in range(EVENTS):
        await reply.write(_event({"content": "ab"}, None))
        await asyncio.sleep(PAUSE_S)
    await reply.write(_event({}, "length") + b"data: [DONE]\n\n")
    return reply


def _event(delta: dict[str, str], finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "tiny", "choices": [choice]}
    return b"data: " + orjson.dumps(chunk) + b"\n\n"
