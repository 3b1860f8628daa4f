"""What a role's handler gives back: one JSON value, or a stream of events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from inferproof.front.backend import Json


@dataclass(frozen=True)
class Whole:
    """An `application/json` reply."""

    value: Any


@dataclass(frozen=True)
class Text:
    """A `text/plain` reply."""

    text: str


@dataclass(frozen=True)
class Events:
    """A `text/event-stream` reply: the JSON of each event, without the final `[DONE]`."""

    chunks: AsyncIterator[Json]


Response = Whole | Text | Events

Handler = Callable[[Json, str | None], Awaitable[Response]]
"""Answers a request that was let in and is valid: its body ({} where the operation takes none) and its API key."""
