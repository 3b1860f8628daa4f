"""The habits of one server, as an ASGI layer around the app that answers."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import orjson

from inferproof.document.contract import Contract
from inferproof.front.connection import Message, Receive, Scope, Send
from inferproof.front.errors import Errors
from inferproof.front.serve import App
from inferproof_mock.habits.exchange import Answer, Asked
from inferproof_mock.habits.habit import ANSWERS, ASKS, REFUSES, REPLIES, Habit

READ = 10_000_000
"""Bytes of a body that habits read; what is longer goes by unread."""

DONE = b"[DONE]"

Do = Callable[..., Any]


class Replaced(Exception):
    """A habit has answered: what the app still has to say is not wanted."""


class Habits:
    """`app` with these habits, in their order; what is drawn by chance follows from `seed`.

    `acted` counts, for each habit, the exchanges that it changed.
    """

    def __init__(self, app: App, contract: Contract, habits: Sequence[Habit], *, seed: int = 0) -> None:
        self.acted: Counter[str] = Counter()
        self._app, self._seed = app, seed
        self._asked: Counter[bytes] = Counter()
        ordered = sorted(habits, key=lambda habit: habit.wraps)
        self._doing = {kind: [(each, each.start()) for each in ordered if each.kind == kind] for kind in KINDS}
        self._operations = {(each.method, each.path): each for each in contract.operations}
        self._errors = {key: Errors(contract, operation) for key, operation in self._operations.items()}
        self._no_operation = Errors(contract, None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope, asked, receive = await self._read(scope, receive)
        outgoing = Outgoing(asked, self, send)
        for habit, do in self.of(ANSWERS, asked):
            answer = do(asked)
            if answer is not None:
                self.acted[habit.name] += 1
                await outgoing.whole(answer)
                return
        try:
            await self._app(scope, receive, outgoing.send)
        except Replaced:
            return

    def of(self, kind: str, asked: Asked) -> list[tuple[Habit, Do]]:
        return [(habit, do) for habit, do in self._doing[kind] if habit.touches(asked.role)]

    async def _read(self, scope: Scope, receive: Receive) -> tuple[Scope, Asked, Receive]:
        """The request, and what the app is to receive in its place."""
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        messages, body = await _body(headers, receive)
        key = (scope["method"], scope["path"])
        operation = self._operations.get(key)
        asked = Asked(
            *key,
            scope["query_string"].decode("latin-1"),
            operation.role if operation else "",
            headers,
            body,
            self._errors.get(key, self._no_operation),
            self._seed,
        )
        digest = hashlib.sha256(repr((key, asked.query, asked.header("authorization"))).encode() + body).digest()
        asked = replace(asked, nth=self._asked[digest])
        self._asked[digest] += 1
        other = self._rewritten(asked)
        if other is not None:
            messages = [{"type": "http.request", "body": other, "more_body": False}]
            kept = [pair for pair in scope["headers"] if pair[0] not in (b"content-length", b"transfer-encoding")]
            scope = {**scope, "headers": [*kept, (b"content-length", str(len(other)).encode())]}
        return scope, asked, _again(messages, receive)

    def _rewritten(self, asked: Asked) -> bytes | None:
        """The body that the app is given instead, if any."""
        body = None
        for habit, do in self.of(ASKS, asked):
            value = orjson.loads(body) if body is not None else replace(asked).json
            before = orjson.dumps(value)
            if value and (do(value), orjson.dumps(value))[1] != before:
                body = orjson.dumps(value)
                self.acted[habit.name] += 1
        return body


KINDS = (REFUSES, ANSWERS, ASKS, REPLIES)


async def _body(headers: tuple[tuple[str, str], ...], receive: Receive) -> tuple[list[Message], bytes]:
    """The messages of a request's body so far, and the body where it is whole and not too long."""
    announced = dict(headers).get("content-length", "")
    if announced.isdecimal() and int(announced) > READ:
        return [], b""
    messages: list[Message] = []
    size = 0
    while size <= READ:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if not message.get("more_body", False):
            return messages, b"".join(each.get("body", b"") for each in messages)
    return messages, b""


def _again(messages: list[Message], receive: Receive) -> Receive:
    waiting = list(messages)

    async def next_message() -> Message:
        return waiting.pop(0) if waiting else await receive()

    return next_message


class Outgoing:
    """The reply on its way out: heads of streams and whole replies pass the habits, and so does each event."""

    def __init__(self, asked: Asked, habits: Habits, send: Send) -> None:
        self._asked, self._habits, self._send = asked, habits, send
        self._answer: Answer | None = None
        self._rest = b""

    async def send(self, message: Message) -> None:
        """What the app sends. Raises Replaced where it need not go on."""
        if message["type"] == "http.response.start":
            await self._start(message)
        elif self._answer is None:
            raise RuntimeError("the app sent a body without a head")
        elif self._answer.streamed:
            await self._events(message.get("body", b""), bool(message.get("more_body", False)))
        else:
            self._answer.body += message.get("body", b"")
            if not message.get("more_body", False):
                await self.whole(self._answer)

    async def whole(self, answer: Answer) -> None:
        """A reply without events."""
        self._edit(answer)
        await asyncio.sleep(answer.wait)
        headers = [pair for pair in answer.headers if pair[0] != "content-length"]
        if answer.sized:
            headers.append(("content-length", str(len(answer.body))))
        body = b"" if self._asked.method == "HEAD" else answer.body
        await self._send({"type": "http.response.start", "status": answer.status, "headers": _raw(headers)})
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    async def _start(self, message: Message) -> None:
        headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in message["headers"]]
        self._answer = answer = Answer(message["status"], headers)
        if answer.status < 300:
            for habit, do in self._habits.of(REFUSES, self._asked):
                why = do(self._asked)
                if why:
                    self._habits.acted[habit.name] += 1
                    await self.whole(self._asked.refused(why, habit.at, habit.status))
                    raise Replaced
        if answer.streamed:
            self._edit(answer)
            await asyncio.sleep(answer.wait)
            await self._send({"type": "http.response.start", "status": answer.status, "headers": _raw(answer.headers)})
            await self._send({"type": "http.response.body", "body": answer.opening, "more_body": True})

    def _edit(self, answer: Answer) -> None:
        for habit, do in self._habits.of(REPLIES, self._asked):
            before = _snapshot(answer)
            do(self._asked, answer)
            self._habits.acted[habit.name] += _snapshot(answer) != before

    async def _events(self, data: bytes, more: bool) -> None:
        self._rest += data
        *events, self._rest = self._rest.split(b"\n\n")
        for event in events:
            for piece in self._pieces(event + b"\n\n"):
                await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        if not more:
            await self._send({"type": "http.response.body", "body": self._rest, "more_body": False})

    def _pieces(self, event: bytes) -> list[bytes]:
        """The events that go out in the place of one."""
        assert self._answer is not None
        data = event.removeprefix(b"data: ").rstrip(b"\n")
        values = [] if data == DONE or not self._answer.on_event else [orjson.loads(data)]
        pieces = [] if values else [event]
        for change in self._answer.on_event if values else ():
            values = [each for value in values for each in change(value)]
        pieces += [b"data: " + orjson.dumps(value) + b"\n\n" for value in values]
        for rewrite in self._answer.on_write:
            pieces = [rewrite(piece) for piece in pieces]
        return pieces


def _raw(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _snapshot(answer: Answer) -> tuple[Any, ...]:
    """What tells an edited answer from one that is not."""
    edits = len(answer.on_event), len(answer.on_write), answer.opening
    return answer.status, tuple(answer.headers), answer.body, answer.wait, answer.sized, edits
