"""A server that answers as a test tells it to where vLLM would be, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

CHAT = "/v1/chat/completions"
EMBEDDINGS = "/v1/embeddings"


def completion(content: str | None = "Hello there.", **members: Any) -> Json:
    """A whole reply with everything that vLLM 0.32 writes."""
    message: Json = {"role": "assistant", "content": content, **dict.fromkeys(NULLS_OF_A_MESSAGE)}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop", "stop_reason": None}
    return {
        "id": "chatcmpl-b7b12c0483ce2cda",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "tiny",
        "choices": [{**choice, "token_ids": None, "routed_experts": None}],
        **dict.fromkeys(NULLS_OF_A_REPLY),
        "system_fingerprint": "vllm-0.32.0-98bbccb6",
        "usage": {"prompt_tokens": 3, "total_tokens": 5, "completion_tokens": 2, "completion_tokens_details": None},
        **members,
    }


NULLS_OF_A_MESSAGE = ("refusal", "annotations", "audio", "function_call", "reasoning")
NULLS_OF_A_REPLY = (
    *("service_tier", "prompt_logprobs", "prompt_token_ids", "prompt_text"),
    *("kv_transfer_params", "ec_transfer_params", "metrics"),
)


def chunk(finish: str | None = None, **delta: Any) -> Json:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish, "token_ids": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "tiny",
        "choices": [choice],
    }


OPENING = {**chunk(role="assistant", content=""), "prompt_token_ids": None, "prompt_text": None}
HELLO = (OPENING, chunk(content="Hello"), chunk(content=" there."), chunk("stop"))
VECTORS = {
    "id": "embd-1",
    "object": "list",
    "created": 1_700_000_000,
    "model": "tiny-embed",
    "data": [{"index": 0, "object": "embedding", "embedding": [0.5, -0.5]}],
    "usage": {"prompt_tokens": 2, "total_tokens": 2, "completion_tokens": 0, "prompt_tokens_details": None},
}


def error(message: str, param: str | None = None, *, code: int = 400) -> Json:
    return {"error": {"message": message, "type": "BadRequestError", "param": param, "code": code}}


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class ScriptedEngine:
    """`answers` are by path: (status, JSON). `chunks` are the events of a stream: JSON, raw bytes, or "cut".

    "cut" breaks the connection off, "wait" says nothing more. An engine that `closes_when_used_again` breaks off at the
    second POST on a connection: its idle time was over while the request was on its way.
    """

    models: tuple[str, ...] = ("tiny",)
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    chunks: list[Any] = field(default_factory=lambda: [*HELLO, "[DONE]"])
    asked: list[Asked] = field(default_factory=list)
    working: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0
    closes_when_used_again: bool = False

    def __post_init__(self) -> None:
        listed = [{"id": name, "max_model_len": 4096} for name in self.models]
        self.answers = {
            CHAT: (200, completion()),
            EMBEDDINGS: (200, VECTORS),
            "/v1/models": (200, {"data": listed}),
            "/health": (200, None),
            **self.answers,
        }

    @property
    def body(self) -> Json:
        """What it was asked last."""
        body: Json = self.asked[-1].body
        return body

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        try:
            yield f"http://{host}:{port}"
        finally:
            server.close()
            if hasattr(server, "close_clients"):
                server.close_clients()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        served = 0
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                first, *lines = head.strip().split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                asked = Asked(first.split(" ")[1], headers, json.loads(body) if body else None)
                self.asked.append(asked)
                if self.closes_when_used_again and served and asked.body:
                    break
                served += 1
                if not await self._answer(asked, reader, writer):
                    break
        writer.close()

    async def _answer(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection lives on."""
        status, answer = self.answers.get(asked.path, (404, {"detail": "Not Found"}))
        if answer in ("cut", "wait"):
            return await self._leave_alone(answer, reader)
        if asked.body and asked.body.get("stream") and status == 200:
            return await self._stream(reader, writer)
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(data)}\r\n\r\n".encode() + data)
        return True

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        for one in self.chunks:
            if one in ("cut", "wait"):
                await writer.drain()
                return await self._leave_alone(one, reader)
            data = one if isinstance(one, bytes) else b"data: %s\n\n" % _text(one)
            writer.write(b"%x\r\n%s\r\n" % (len(data), data))
        writer.write(b"0\r\n\r\n")
        return True

    async def _leave_alone(self, how: str, reader: asyncio.StreamReader) -> bool:
        self.working.set()
        if how == "wait":
            await reader.read()  # until the other side closes
            self.left.set()
        return False


def _text(event: Any) -> bytes:
    return event.encode() if isinstance(event, str) else json.dumps(event).encode()
