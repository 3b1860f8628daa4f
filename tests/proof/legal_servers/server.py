"""A raw HTTP/1.1 server on loopback, in a thread, that lets a variant say otherwise what the mock answers."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote

import h11

from tests.proof.legal_servers import Variant
from tests.proof.legal_servers.reply import Reply, Request

App = Callable[[Any, Any, Any], Any]
Answered = tuple[int, list[tuple[str, str]], bytes]


class Mock:
    """An ASGI app whose answers are computed once: who asks the same for the nth time gets the nth answer again.

    A certification sends the same requests to every variant, so only the first costs the simulated model its time.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._known: dict[Request, list[Answered]] = defaultdict(list)

    async def answer(self, request: Request, nth: int) -> Answered:
        known = self._known[request]
        while len(known) <= nth:
            known.append(await self._ask(request))
        return known[nth]

    async def _ask(self, request: Request) -> Answered:
        bodies = iter([request.body])
        start: dict[str, Any] = {}
        pieces: list[bytes] = []

        async def receive() -> dict[str, Any]:
            for body in bodies:
                return {"type": "http.request", "body": body, "more_body": False}
            await asyncio.Event().wait()  # the client stays until it has its answer
            raise AssertionError

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                pieces.append(message.get("body", b""))

        path, _, query = request.target.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": list(request.headers),
        }
        await self._app(scope, receive, send)
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
        return start["status"], headers, b"".join(pieces)


class Server:
    """`edited` counts the replies that the variant changed; an error of the variant's own is kept in `failures`."""

    def __init__(self, mock: Mock, variant: Variant | None) -> None:
        self.url = ""
        self.edited = 0
        self.failures: list[BaseException] = []
        self._mock = mock
        self._connections: set[asyncio.Task[None]] = set()
        self.become(variant)

    def become(self, variant: Variant | None) -> None:
        """Serve another variant from now on, as if the server had just been started."""
        self._of = variant.of if variant else None
        self._edit = variant.start() if variant else None
        self._asked: Counter[Request] = Counter()

    async def run(self, on_ready: Callable[[], None], stop: asyncio.Event) -> None:
        listener = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        on_ready()
        await stop.wait()
        listener.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            async for request in requests(reader, writer):
                reply = await self.reply(request)
                await send(reply, writer)
                if not reply.keep_alive or reply.drop or reply.framing == "close":
                    break
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client left, or the test is over
        except h11.RemoteProtocolError:
            writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        except Exception as error:
            self.failures.append(error)
        finally:
            self._connections.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def reply(self, request: Request) -> Reply:
        """The answer, as the variant has it."""
        if ask := getattr(self._edit, "ask", None):
            request = ask(request)
        nth, self._asked[request] = self._asked[request], self._asked[request] + 1
        status, headers, body = await self._mock.answer(request, nth)
        reply = Reply(request, status, [*headers, ("date", formatdate(usegmt=True))], body)
        if self._of is not None and self._edit is not None and self._of(reply):
            before = reply.snapshot()
            self._edit(reply)
            self.edited += reply.snapshot() != before
        return reply


async def requests(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> AsyncIterator[Request]:
    """The requests of one connection. Raises h11.RemoteProtocolError for what is none."""
    rest = b""
    while True:
        parser = h11.Connection(h11.SERVER)
        if rest:
            parser.receive_data(rest)
        head: h11.Request | None = None
        body: list[bytes] = []
        while not isinstance(event := parser.next_event(), h11.EndOfMessage):
            if isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body.append(bytes(event.data))
            elif event is h11.NEED_DATA:
                if parser.they_are_waiting_for_100_continue:
                    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                parser.receive_data(await reader.read(65536))
            else:
                return
        assert head is not None
        rest = parser.trailing_data[0]
        headers = tuple((name, value) for name, value in head.headers if name != b"host")  # it has the server's port
        yield Request(head.method.decode(), head.target.decode("latin-1"), headers, b"".join(body))


async def send(reply: Reply, writer: asyncio.StreamWriter) -> None:
    for piece in reply.wire():
        writer.write(piece)
        await writer.drain()
        if reply.pause:
            await asyncio.sleep(reply.pause)


@contextlib.contextmanager
def serving(mock: Mock, variant: Variant | None) -> Iterator[Server]:
    """Serve in a background thread for as long as the block lasts. Raises what a variant raised."""
    server = Server(mock, variant)
    loop, stop, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(server.run(ready.set, stop),), daemon=True)
    thread.start()
    try:
        assert ready.wait(10), "the server did not start"
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
    if server.failures:
        raise server.failures[0]
