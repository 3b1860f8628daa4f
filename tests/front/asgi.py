"""Talks to an ASGI app in memory, one request at a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from inferproof.front.connection import Message, Scope
from inferproof.front.serve import App

JSON_TYPE = {"content-type": "application/json"}


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    pieces: list[bytes] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[Any]:
        """The data of each event: its JSON, or the text `[DONE]`."""
        assert self.body.endswith(b"\n\n")
        data = [event.removeprefix("data: ") for event in self.body.decode().split("\n\n")[:-1]]
        return [text if text == "[DONE]" else json.loads(text) for text in data]


class Conversation:
    """Both ends of one request: what the app may receive, and what it has sent."""

    def __init__(self, body: Iterable[bytes] = (b"",), *, leaves_after: int | None = None) -> None:
        self.reply: Reply | None = None
        self.finished = False
        self.pieces_read = 0
        self.gone = asyncio.Event()
        self._leaves_after = leaves_after
        self._pieces = list(body)

    async def receive(self) -> Message:
        if self._pieces:
            self.pieces_read += 1
            piece = self._pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(self._pieces)}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = {name.decode(): value.decode() for name, value in message["headers"]}
            self.reply = Reply(message["status"], headers)
            return
        assert self.reply is not None
        self.reply.pieces.append(message["body"])
        self.finished = not message["more_body"]
        if self.finished or len(self.reply.pieces) == self._leaves_after:
            self.gone.set()


def scope(method: str, target: str, headers: dict[str, str]) -> Scope:
    path, _, query = target.partition("?")
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
    }


async def ask(app: App, method: str, target: str, body: Any = b"", headers: dict[str, str] | None = None) -> Reply:
    """One request and its whole reply. A body that is not bytes is sent as JSON, with its content type."""
    sent = dict(headers or {})
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
        sent = {**JSON_TYPE, **sent}
    conversation = Conversation([body])
    await app(scope(method, target, sent), conversation.receive, conversation.send)
    assert conversation.finished
    assert conversation.reply is not None
    return conversation.reply
