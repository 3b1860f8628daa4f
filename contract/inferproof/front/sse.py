"""The writer of server-sent events (WHATWG HTML §9.2): one line of JSON an event, `[DONE]` at the end."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson

from inferproof.front.backend import Json
from inferproof.front.connection import ClientGone, Connection
from inferproof.front.errors import bad_gateway

HEADERS = (
    ("content-type", "text/event-stream; charset=utf-8"),
    ("cache-control", "no-cache"),
    ("x-accel-buffering", "no"),  # else nginx collects the stream and delivers it in one piece
)
DONE = b"data: [DONE]\n\n"


def frame(value: Any) -> bytes:
    """One event. JSON escapes every line break, so its data is always a single line."""
    return b"data: " + orjson.dumps(value) + b"\n\n"


async def send_events(
    client: Connection, chunks: AsyncIterator[Json], error_event: Callable[[Exception], Json]
) -> None:
    """Sends `chunks` as they are made, then `[DONE]`; after a failure `error_event` of it instead, and no `[DONE]`.

    The reply begins with the first chunk: what fails before it is raised, for an ordinary error reply.
    """
    async with closing(chunks):
        async for first in chunks:
            opening = frame(first)
            break
        else:
            raise bad_gateway("The engine ended its stream without a single chunk.")
        await client.start(200, HEADERS)
        last = DONE
        try:
            await client.write(opening)
            async for chunk in chunks:
                await client.write(frame(chunk))
        except ClientGone:
            raise
        except Exception as error:
            last = frame(error_event(error))
    await client.write(last, more=False)


@contextlib.asynccontextmanager
async def closing(chunks: AsyncIterator[Json]) -> AsyncIterator[None]:
    """Ends a backend's generator at once, wherever it stands; an iterator that cannot be closed is left alone."""
    try:
        yield
    finally:
        close = getattr(chunks, "aclose", None)
        if close is not None:
            try:
                await close()
            except Exception:
                logging.getLogger("inferproof.front").exception("The backend failed while its stream was closed")
