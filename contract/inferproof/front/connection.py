"""The client at the other end of one ASGI request: reading it, answering it, noticing that it has left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, MutableMapping
from typing import Any

from inferproof.front.backend import Refusal

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class ClientGone(Exception):
    """The client closed its connection; nobody reads what we would send."""


class Connection:
    """One request and the way back to who sent it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.answering = False
        self._answered = False
        self._headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
        self._receive = receive
        self._send = send

    def header(self, name: bytes) -> str | None:
        """The first value of a header, by its lower-case name; Latin-1, as HTTP has it."""
        return next(iter(self.lines(name)), None)

    def lines(self, name: bytes) -> list[str]:
        """The value of each line of a header, as `header` has it."""
        return [value.decode("latin-1") for key, value in self._headers if key == name]

    async def body(self, limit: int) -> bytes:
        """The whole request body.

        Raises Refusal 413 for more than `limit` bytes (before reading where Content-Length says so), and ClientGone.
        """
        announced = self.header(b"content-length") or ""
        if announced.isdecimal() and int(announced) > limit:
            raise _too_large(limit)
        pieces: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            piece = message.get("body", b"")
            size += len(piece)
            if size > limit:
                raise _too_large(limit)
            pieces.append(piece)
            if not message.get("more_body", False):
                return b"".join(pieces)

    async def start(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        self.answering = True
        await self._out({"type": "http.response.start", "status": status, "headers": raw})

    async def write(self, data: bytes, *, more: bool = True) -> None:
        """Sends a piece of the body; waits while the client reads more slowly than we write."""
        self._answered = not more
        body = b"" if self.method == "HEAD" else data
        await self._out({"type": "http.response.body", "body": body, "more_body": more})

    async def reply(self, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        await self.start(status, [*headers, ("content-length", str(len(body)))])
        await self.write(body, more=False)

    async def while_there(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs `work`, and cancels it as soon as the client leaves (then raises ClientGone)."""
        here = asyncio.current_task()
        assert here is not None
        gone = False

        def leave(_: asyncio.Task[None]) -> None:
            nonlocal gone
            if not self._answered:
                gone = True
                here.cancel()

        leaving = asyncio.create_task(self._left())
        leaving.add_done_callback(leave)
        try:
            await work
        except asyncio.CancelledError:
            if not gone or here.uncancel() > 0:  # we are cancelled ourselves
                raise
            raise ClientGone from None
        finally:
            leaving.remove_done_callback(leave)
            leaving.cancel()

    async def _left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _out(self, message: Message) -> None:
        try:
            await self._send(message)
        except OSError as error:  # how the ASGI specification reports a closed connection
            raise ClientGone from error


def _too_large(limit: int) -> Refusal:
    message = f"The request body is larger than the {limit} bytes that this server accepts."
    return Refusal(413, message, code="content_too_large")
