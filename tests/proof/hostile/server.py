"""A raw server on loopback, in a thread, that behaves like the mock for a while, and then like somebody's nightmare."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

PREFLIGHT = 4
"""Requests that a run sends before its first probe."""


@dataclass
class Peer:
    """One request as a behaviour sees it: its bytes, its number on this server, and the way back."""

    request: bytes
    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    upstream: str

    async def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def gone(self) -> None:
        """Wait until the client has left."""
        while await self.reader.read(65536):
            pass

    async def left_within(self, seconds: float) -> bool:
        """Whether the client leaves in that time."""
        try:
            async with asyncio.timeout(seconds):
                await self.gone()
        except TimeoutError:
            return False
        return True

    async def relay(self, end: bytes = b"0\r\n\r\n") -> None:
        """Answer as the mock does, in chunks; `end` is what stands after the last one."""
        parts = urlsplit(self.upstream)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            writer.write(self.request)
            parser = h11.Connection(h11.CLIENT)
            parser.send(h11.Request(method=self.request.split(b" ", 1)[0], target="/", headers=[("Host", "x")]))
            parser.send(h11.EndOfMessage())
            while not isinstance(event := parser.next_event(), h11.EndOfMessage | h11.ConnectionClosed):
                if event is h11.NEED_DATA:
                    parser.receive_data(await reader.read(65536))
                elif isinstance(event, h11.Response):
                    await self.send(_head(event))
                elif isinstance(event, h11.Data):
                    await self.send(b"%x\r\n%b\r\n" % (len(event.data), bytes(event.data)))
            await self.send(end)
        finally:
            writer.close()


Behaviour = Callable[[Peer], Awaitable[None]]


def _head(response: h11.Response) -> bytes:
    kept = [(name, value) for name, value in response.headers.raw_items() if name.lower() != b"content-length"]
    kept = [*(pair for pair in kept if pair[0].lower() != b"transfer-encoding"), (b"Transfer-Encoding", b"chunked")]
    lines = [b"HTTP/1.1 %d %b" % (response.status_code, response.reason), *(b"%b: %b" % pair for pair in kept)]
    return b"\r\n".join([*lines, b"", b""])


async def _request(reader: asyncio.StreamReader) -> bytes:
    """The next request, head and body. Raises EOFError where there is none."""
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line)
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        return head + await reader.readuntil(b"0\r\n\r\n")
    length = fields.get(b"content-length", b"0").strip()
    return head + await reader.readexactly(int(length) if length.isdigit() else 0)


@contextlib.contextmanager
def hostile(
    behave: Behaviour,
    upstream: str,
    *,
    good: int = 0,
    accepts: Callable[[int], bool] = lambda number: True,
    tls: ssl.SSLContext | None = None,
) -> Iterator[str]:
    """Serves for as long as the block lasts; yields the base URL.

    The first `good` requests are answered as the server at `upstream` does. A connection that is not accepted, by its
    number, is closed at once.
    """
    connections, requests = itertools.count(1), itertools.count()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not accepts(next(connections)):
                writer.transport.abort()
            while not writer.is_closing():
                peer = Peer(await _request(reader), next(requests), reader, writer, upstream)
                await (peer.relay() if peer.number < good else behave(peer))
        except (OSError, EOFError, asyncio.LimitOverrunError, ValueError):
            pass  # the client left, or sent on purpose what is no request
        finally:
            writer.transport.abort()

    started: dict[str, str] = {}
    ready, ended = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls, limit=1 << 20)
        port = server.sockets[0].getsockname()[1]
        started["url"] = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        ready.set()
        await ended.wait()
        server.close()
        await asyncio.sleep(0)  # who was accepted last has a task in the loop's next turn
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await asyncio.sleep(0)  # transports close their sockets in the loop's next turn

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield started["url"]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
