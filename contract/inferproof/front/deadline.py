"""`timeout_sec`: how long the engine may take for one request, in seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import TypeVar

from inferproof.front.backend import Json, Refusal
from inferproof.front.sse import closing

T = TypeVar("T")


async def within(seconds: float | None, work: Awaitable[T]) -> T:
    """The result of `work`. Raises Refusal 504 once `seconds` have passed."""
    if seconds is None:
        return await work
    return await _before(asyncio.get_running_loop().time() + seconds, seconds, work)


async def stream_within(seconds: float | None, chunks: AsyncIterator[Json]) -> AsyncIterator[Json]:
    """`chunks`, until `seconds` after the first was asked for; then Refusal 504.

    Only waiting for the engine counts: a client that reads slowly is not cut off while chunks are ready.
    """
    if seconds is None:
        async with closing(chunks):
            async for chunk in chunks:
                yield chunk
        return
    end = asyncio.get_running_loop().time() + seconds
    async with closing(chunks):
        while True:
            try:
                chunk = await _before(end, seconds, anext(chunks))
            except StopAsyncIteration:
                return
            yield chunk


async def _before(end: float, seconds: float, work: Awaitable[T]) -> T:
    deadline = asyncio.timeout_at(end)
    try:
        async with deadline:
            return await work
    except TimeoutError:
        if not deadline.expired():  # the engine's own timeout
            raise
        raise Refusal(
            504,
            f"The engine did not finish within `timeout_sec`, {seconds:g} seconds.",
            loc=("body", "timeout_sec"),
            code="timeout",
        ) from None
