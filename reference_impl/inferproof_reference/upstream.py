"""HTTP to one vLLM server: JSON there and back, or the data of its events, and every failure as a typed refusal.

A call that is cancelled closes its connection at once, which is how vLLM learns that nobody waits any more.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from inferproof.front.backend import Json, Refusal
from inferproof_reference.refusals import bad_gateway, refusal_of, too_slow, unavailable

if TYPE_CHECKING:
    import aiohttp

CONNECT_WITHIN_S = 5.0

# Uvicorn, and so vLLM, closes an idle connection after 5 s. Ours go first as a rule; see `_sent` for the exception.
KEEP_IDLE_S = 4.0

EVENT_END = b"\n\n"
DATA = b"data: "
DONE = b"[DONE]"


class Upstream:
    """`url` is the server's, without `/v1`; `key` its API key, if it wants one.

    `patience_s` is how long it may be silent within one request. Belongs to the event loop that uses it first; close
    it there.
    """

    def __init__(self, url: str, *, key: str | None = None, patience_s: float = 600.0) -> None:
        self.url = url.rstrip("/")
        self._key = key
        self._patience_s = patience_s
        self._kept: aiohttp.ClientSession | None = None
        self._fresh: aiohttp.ClientSession | None = None

    async def post(self, path: str, body: Json, asked: Json) -> Json:
        """The JSON of a 200. `asked` is what the client sent, for refusals that point at its members.

        Raises Refusal.
        """
        async with self._reply(path, body, asked) as reply:
            data = await reply.read()
        try:
            answer = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise bad_gateway(f"The engine's answer is not JSON: {error}.") from None
        if not isinstance(answer, dict):
            raise bad_gateway("The engine's answer is not a JSON object.")
        return answer

    async def events(self, path: str, body: Json, asked: Json) -> AsyncGenerator[bytes]:
        """The data of each event, as it comes, up to `[DONE]`. Raises Refusal, also for a stream that ends before.

        vLLM separates events by LF LF, gives each one line of data, and may send comments in between.
        """
        rest = b""
        async with self._reply(path, body, asked) as reply:
            async for piece in reply.content.iter_any():
                *events, rest = (rest + piece).split(EVENT_END)
                for event in events:
                    if event.startswith(DATA):
                        data = event[len(DATA) :]
                        if data == DONE:
                            await reply.read()  # the end of the body, so that the connection can be used again
                            return
                        yield data
        raise bad_gateway("The engine ended its stream too early.")

    async def get(self, path: str, *, within_s: float) -> tuple[int, bytes]:
        """Status and body. Raises Refusal 503 or 504 where there is no answer in time."""
        import aiohttp

        async with self._refusing():
            timeout = aiohttp.ClientTimeout(total=within_s)
            async with self._pooled().get(self.url + path, timeout=timeout) as reply:
                return reply.status, await reply.read()

    async def close(self) -> None:
        for session in (self._kept, self._fresh):
            if session is not None:
                await session.close()
        self._kept = self._fresh = None

    @contextlib.asynccontextmanager
    async def _reply(self, path: str, body: Json, asked: Json) -> AsyncIterator[aiohttp.ClientResponse]:
        """The reply to a POST, if it is a 200; it is closed on every way out but the whole reply's."""
        async with self._refusing(), await self._sent(path, orjson.dumps(body)) as reply:
            if reply.status != 200:
                raise refusal_of(reply.status, await reply.read(), asked, reply.headers)
            yield reply

    async def _sent(self, path: str, data: bytes) -> aiohttp.ClientResponse:
        """The reply to a POST, sent again where a connection that was used before closed without a byte of reply.

        The engine closes idle connections when it likes, even while a request is on its way (RFC 9112 section 9.3.1).
        A completion changes nothing, so it may be sent twice; the second time on a connection of its own.
        """
        import aiohttp

        taken = _Taken()
        try:
            return await self._pooled().post(self.url + path, data=data, trace_request_ctx=taken)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            if not taken.used_before:
                raise
        if self._fresh is None:
            self._fresh = self._session(aiohttp.TCPConnector(limit=0, force_close=True))
        return await self._fresh.post(self.url + path, data=data)

    @contextlib.asynccontextmanager
    async def _refusing(self) -> AsyncIterator[None]:
        import aiohttp

        try:
            yield
        except aiohttp.ClientConnectorError as error:
            raise unavailable(f"The engine cannot be reached: {_reason(error.os_error)}.") from None
        except aiohttp.ConnectionTimeoutError:
            raise unavailable(f"The engine took no connection within {CONNECT_WITHIN_S:g} seconds.") from None
        except TimeoutError:
            raise too_slow(self._patience_s) from None
        except (aiohttp.ClientError, OSError) as error:
            raise bad_gateway(f"The engine broke the connection off: {error or type(error).__name__}.") from None

    def _pooled(self) -> aiohttp.ClientSession:
        if self._kept is None:
            import aiohttp

            tracing = aiohttp.TraceConfig()
            tracing.on_connection_reuseconn.append(_note_reuse)
            self._kept = self._session(aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_IDLE_S), tracing)
        return self._kept

    def _session(self, connector: aiohttp.TCPConnector, *tracing: aiohttp.TraceConfig) -> aiohttp.ClientSession:
        import aiohttp

        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key}"
        return aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(sock_connect=CONNECT_WITHIN_S, sock_read=self._patience_s),
            headers=headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trace_configs=list(tracing),
        )


@dataclass
class _Taken:
    """How the pool served one request."""

    used_before: bool = False


def _reason(error: OSError) -> str:
    """Why there was no connection, without the address, which is no client's business."""
    return os.strerror(error.errno).lower() if error.errno else "no connection"


async def _note_reuse(session: object, context: Any, parameters: object) -> None:
    if isinstance(context.trace_request_ctx, _Taken):
        context.trace_request_ctx.used_before = True


async def served_models(upstream: Upstream) -> list[dict[str, Any]]:
    """The `data` of `/v1/models`. Raises Refusal where the server does not answer as vLLM does."""
    status, body = await upstream.get("/v1/models", within_s=CONNECT_WITHIN_S)
    if status != 200:
        raise refusal_of(status, body, {})
    try:
        models = orjson.loads(body)["data"]
        return [{"id": str(model["id"]), "max_model_len": model.get("max_model_len")} for model in models]
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
        raise bad_gateway(f"{upstream.url}/v1/models does not answer as vLLM does.") from None


async def is_healthy(upstream: Upstream, *, within_s: float) -> bool:
    try:
        status, _ = await upstream.get("/health", within_s=within_s)
    except Refusal:
        return False
    return status == 200
