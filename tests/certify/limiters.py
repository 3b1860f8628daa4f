"""Limits as servers set them, before the mock, by a clock that runs many times as fast as the wall's.

A limit is a function of a request and of the clock's time; it says what refuses the request, or None.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from inferproof.certify.pace import Clock

SPEED = 60
"""How many of its seconds pass in one of ours."""


def now() -> float:
    return time.monotonic() * SPEED


async def sleep(seconds: float) -> None:
    await asyncio.sleep(seconds / SPEED)


FAST = Clock(now, sleep)

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Refusal:
    status: int = 429
    headers: Headers = ()
    message: str = "Too many requests."
    code: str = "rate_limit_exceeded"


@dataclass(frozen=True)
class Seen:
    """A request at the limiter: how many others are under way, its path, key, and body."""

    under_way: int
    path: str
    headers: dict[str, str]
    body: bytes


Limit = Callable[[Seen, float], Refusal | None]


@dataclass
class Limited:
    """An ASGI app behind a limit. `early` counts the requests that came before the moment that a refusal had named."""

    app: Any
    limit: Limit
    served: int = 0
    refused: int = 0
    early: int = 0
    _under_way: int = 0
    _not_before: float = 0.0
    _log: list[float] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, messages = b"", []
        while True:
            message = await receive()
            messages.append(message)
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        at = now()
        refusal = self.limit(Seen(self._under_way, scope["path"], headers, body), at)
        if at < self._not_before:
            self.early += 1
        if refusal is not None:
            self.refused += 1
            told = dict(refusal.headers).get("Retry-After", "")
            self._not_before = max(self._not_before, at + float(told)) if told.isdigit() else self._not_before
            await _refuse(refusal, send)
            return
        self.served += 1
        self._under_way += 1
        left = [None]  # who has read the end of a reply may ask again, and finds the place free

        def leave() -> None:
            if left:
                left.clear()
                self._under_way -= 1

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body"):
                leave()
            await send(message)

        try:
            await self.app(scope, _replayed(messages, receive), sending)
        finally:
            leave()


def _replayed(messages: Iterable[Any], receive: Any) -> Any:
    kept = iter(messages)

    async def again() -> Any:
        for message in kept:
            return message
        return await receive()

    return again


async def _refuse(refusal: Refusal, send: Any) -> None:
    error = {"message": refusal.message, "type": "rate_limit_error", "param": None, "code": refusal.code}
    body = json.dumps({"error": error}).encode()
    headers = [("content-type", "application/json"), ("content-length", str(len(body))), *refusal.headers]
    lines = [(name.encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": refusal.status, "headers": lines})
    await send({"type": "http.response.body", "body": body})


def after(seconds: float | str, status: int = 429) -> Refusal:
    text = seconds if isinstance(seconds, str) else f"{max(1, round(seconds + 0.5))}"
    return Refusal(status, (("Retry-After", text),))


class Bucket:
    """So many tokens, and one more each second: 60 a minute."""

    def __init__(self, per_minute: int = 60, refusal: Refusal | None = None) -> None:
        self._rate, self._tokens, self._at = per_minute / 60, float(per_minute), now()
        self._most, self._refusal = float(per_minute), refusal or after("1")

    def __call__(self, seen: Seen, at: float) -> Refusal | None:
        self._tokens = min(self._most, self._tokens + (at - self._at) * self._rate)
        self._at = at
        if self._tokens < 1:
            return self._refusal
        self._tokens -= 1
        return None


class Window:
    """So many in each minute, counted from its beginning; who is refused is told its end, or what `says` says."""

    def __init__(self, most: int = 60, says: Callable[[float], Refusal] = after, seconds: float = 60) -> None:
        self._most, self._says, self._seconds = most, says, seconds
        self._end, self._count = 0.0, 0

    def __call__(self, seen: Seen, at: float) -> Refusal | None:
        if at >= self._end:
            self._end, self._count = at + self._seconds, 0
        if self._count >= self._most:
            return self._says(self._end - at)
        self._count += 1
        return None
