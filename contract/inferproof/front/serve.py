"""Runs a front, or any ASGI app around one, on uvicorn: in the foreground, in an event loop, or in a thread."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any

from inferproof.errors import UserError

if TYPE_CHECKING:
    import uvicorn

    from inferproof.front.connection import Receive, Scope, Send

App = Callable[["Scope", "Receive", "Send"], Any]

# Streams that are still open when the server stops are cut after this many seconds.
STOP_WITHIN = 1


class CannotListen(UserError):
    """The address cannot be bound. The text names the cause and the cure."""


def serve(app: App, host: str, port: int, on_ready: Callable[[str], None] = lambda url: None) -> None:
    """Serves until Ctrl-C or SIGTERM. `on_ready` is called with the base URL once requests are answered.

    Port 0 takes a free one. Raises CannotListen before anything else is started.
    """
    with listen(host, port) as bound:
        url = _url(bound)
        server = _server(app, on_start=lambda: on_ready(url))
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[bound])


@contextlib.asynccontextmanager
async def serving(app: App, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serves in the running event loop for as long as the block lasts; yields the base URL. Signals are the caller's.

    Raises CannotListen.
    """
    ready = asyncio.Event()
    with listen(host, port) as bound:
        server = _server(app, on_start=ready.set)
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
        task = asyncio.create_task(server.serve(sockets=[bound]))
        starting = asyncio.create_task(ready.wait())
        try:
            await asyncio.wait({task, starting}, return_when=asyncio.FIRST_COMPLETED)
            if not ready.is_set():
                raise RuntimeError("The server stopped before it was ready; its log says why.")
            yield _url(bound)
        finally:
            starting.cancel()
            server.should_exit = True
            await task


@contextlib.contextmanager
def running(app: App, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serves in a background thread for as long as the block lasts; yields the base URL."""
    ready = threading.Event()
    with listen(host, port) as bound:
        server = _server(app, on_start=ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name="inferproof-front", daemon=True)
        thread.start()
        try:
            while not ready.wait(0.05):
                if not thread.is_alive():
                    raise RuntimeError("The server stopped before it was ready; its log says why.")
            yield _url(bound)
        finally:
            server.should_exit = True
            thread.join()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises CannotListen."""
    if not 0 <= port <= 65535:
        raise CannotListen(f"{port} is no port: choose one from 1 to 65535, or 0 for any that is free.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        bound = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise CannotListen(_cure(error, host, port)) from error
    # Connections inherit it. asyncio sets it only where the socket names its protocol, and without it a reply of two
    # writes waits 40 ms for the client's delayed acknowledgement (measured on Linux).
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound


def _cure(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is in use: stop what listens there, or choose another (0: any that is free)."
    if error.errno == errno.EACCES:
        return f"Port {port} of {host} needs privileges: choose a port from 1024 up (0: any that is free)."
    return f"{host} is not an address of this machine ({error.strerror or error}): use 127.0.0.1, or 0.0.0.0 for all."


def _url(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _server(app: App, on_start: Callable[[], None]) -> uvicorn.Server:
    import uvicorn  # here, so that importing the front stays cheap

    from inferproof.front.protocol import Http

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            on_start()

    return Server(
        uvicorn.Config(
            app,
            http=Http,
            lifespan="off",
            ws="none",
            proxy_headers=False,  # nothing here asks who the client is or how it came
            access_log=False,
            server_header=False,
            log_config=None,
            timeout_graceful_shutdown=STOP_WITHIN,
        )
    )
