"""Sends requests over HTTP/1.1 and records what comes back, byte for byte, whatever it is."""

from __future__ import annotations

import asyncio
import ssl
import time
from dataclasses import dataclass
from types import TracebackType

from inferproof.version import __version__
from inferproof.wire.connection import Connection, Origin, Proxy, Unreachable, dial
from inferproof.wire.exchange import Fault, Headers, Reply, Request
from inferproof.wire.receive import HangUp, ReplyReader, Timeouts

__all__ = ["Client", "SendResult", "Timeouts"]

CONTINUE_S = 1.0
"""Seconds that a body waits for the `100 Continue` that its request expects, as curl's does, before it is sent anyway
(RFC 9110 §10.1.1 forbids to wait for ever)."""

CHUNK = 16
"""Bytes in a chunk of a request that is sent in chunked coding: a small body has several."""

IDLE_CONNECTIONS = 16
"""How many open connections wait for the next request; a run has about eight requests under way."""


@dataclass(frozen=True)
class SendResult:
    """What became of a request. A fault beside a reply says why the reply is not whole; `began` is Unix time."""

    reply: Reply | None
    fault: Fault | None
    began: float


class Client:
    """A client for one server. Redirects are recorded, not followed; `Accept-Encoding` is sent only when asked for.

    `base_url` may have a path, which then stands before every target. `headers` go with every request that does not
    name them itself, so what a request must be able to leave out (Authorization) belongs into the request. Proxies
    are taken from HTTP_PROXY, HTTPS_PROXY and NO_PROXY. Raises ValueError for a base URL, proxy or CA file that
    cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Headers = (),
        ca_file: str | None = None,
        verify: bool = True,
        limits: Timeouts = Timeouts(),  # noqa: B008 - frozen
    ) -> None:
        self.origin = Origin.of(base_url)
        self.limits = limits
        self._headers = (("User-Agent", f"inferproof/{__version__}"), *headers)
        self._proxy = Proxy.from_environment(self.origin)
        self._tls = _tls(ca_file, verify) if self.origin.scheme == "https" else None
        self._idle: list[Connection] = []

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections that wait for reuse."""
        while self._idle:
            self._idle.pop().close()
        await asyncio.sleep(0)  # transports close their sockets in the loop's next turn

    async def send(
        self,
        request: Request,
        *,
        limits: Timeouts | None = None,
        raw: bytes | None = None,
        hang_up_after_events: int | None = None,
        hang_up_after_bytes: int | None = None,
        read_pause: float = 0.0,
    ) -> SendResult:
        """Send a request and read its reply. Never raises for anything that a server does.

        `raw` is sent instead of the request, byte for byte, on a connection of its own. `hang_up_after_events` and
        `hang_up_after_bytes` close the connection once the body holds that much, unless it is whole by then.
        `read_pause` seconds pass between reads; what comes meanwhile stays in the socket. A request with the header
        `Transfer-Encoding: chunked` is sent in chunks, and one that expects `100-continue` holds its body back for it.
        Raises ValueError where the request cannot be written as HTTP at all (a line break in a header).
        """
        limits = limits or self.limits
        head, body = (raw, b"") if raw is not None else (self._head(request), _coded(request))
        hang_up = HangUp(hang_up_after_events, hang_up_after_bytes)
        alone = raw is not None or read_pause > 0 or _breaks_framing(request)
        connection = None if alone else self._take_idle()
        while True:
            reused = connection is not None
            if connection is None:
                try:
                    connection = await dial(self.origin, self._proxy, self._tls, limits.connect)
                except Unreachable as error:
                    return SendResult(None, Fault("unreachable", str(error)), time.time())
            connection.slow = read_pause > 0
            reader = ReplyReader(request.method, limits, hang_up)
            began = time.time()
            try:
                if raw is None and _expects_to_continue(request):
                    connection.send(head, b"")
                    await _read(connection, reader, limits, read_pause, until_continue=True)
                    head = b""
                if not reader.replied:
                    connection.send(head, body)
                await _read(connection, reader, limits, read_pause)
                if reader.reusable and not alone and connection.reusable and len(self._idle) < IDLE_CONNECTIONS:
                    self._idle.append(connection)
                else:
                    connection.close()
            except BaseException:
                connection.close()
                raise
            if reused and not reader.received and reader.fault is not None and reader.fault.kind == "closed":
                connection = None  # the server had closed it while it waited; RFC 9112 §9.3.1 lets us try again
                continue
            return SendResult(reader.reply, reader.fault, began)

    def _take_idle(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable:
                return connection
            connection.close()
        return None

    def _head(self, request: Request) -> bytes:
        """Request line and header section. Host and Content-Length are ours unless the request has its own."""
        named = {name.lower() for name, _ in request.headers}
        lines = [f"{request.method} {self._target(request)} HTTP/1.1"]
        if "host" not in named:
            lines.append(f"Host: {self.origin.authority}")
        if self._proxy is not None and self._tls is None and self._proxy.credentials:
            lines.append(f"Proxy-Authorization: {self._proxy.credentials}")
        lines += [f"{name}: {value}" for name, value in self._headers if name.lower() not in named]
        lines += [f"{name}: {value}" for name, value in request.headers]
        has_body = request.body or request.method in ("POST", "PUT", "PATCH")
        if has_body and not named & {"content-length", "transfer-encoding"}:
            lines.append(f"Content-Length: {len(request.body)}")
        for line in lines:
            if "\r" in line or "\n" in line or "\0" in line:
                raise ValueError(f"{line!r} does not fit on one line of a request; send such bytes with raw=")
        head = "\r\n".join([*lines, "", ""])
        try:
            return head.encode("latin-1")
        except UnicodeEncodeError:
            return head.encode("utf-8", "surrogatepass")

    def _target(self, request: Request) -> str:
        target = self.origin.prefix + request.target
        if not target.isascii() or " " in target:
            raise ValueError(f"{target!r} must be percent-encoded to be a request target; send it as it is with raw=")
        through_proxy = self._proxy is not None and self._tls is None
        return f"http://{self.origin.authority}{target}" if through_proxy else target


async def _read(
    connection: Connection, reader: ReplyReader, limits: Timeouts, read_pause: float, *, until_continue: bool = False
) -> None:
    """Feed the reader until it is finished, or the server has kept us waiting for too long.

    With `until_continue` only until any reply has begun, be it an interim one, and not longer than for CONTINUE_S.
    """
    loop = asyncio.get_running_loop()
    sent = loop.time()
    end, until = sent + limits.total, sent + (CONTINUE_S if until_continue else limits.first_byte)
    while not reader.finished and not (until_continue and reader.received):
        try:
            at, data = await connection.receive(min(until, end))
        except TimeoutError:
            if until_continue:
                return
            reader.give_up("timeout", _waited(reader, limits, out_of_time=end <= until))
            return
        if data:
            reader.feed(data, round((at - sent) * 1e6))
        else:
            reader.end(reset=connection.reset)
        if read_pause and not reader.finished:
            await asyncio.sleep(read_pause)
        until = loop.time() + limits.idle


def _waited(reader: ReplyReader, limits: Timeouts, *, out_of_time: bool) -> str:
    if out_of_time:
        return f"the reply was not whole after {limits.total:g} s"
    if not reader.received:
        return f"no byte of a reply came within {limits.first_byte:g} s"
    return f"the server was silent for {limits.idle:g} s in the middle of its reply"


def _is_chunked(request: Request) -> bool:
    return (request.header("transfer-encoding") or "").strip().lower() == "chunked"


def _expects_to_continue(request: Request) -> bool:
    return (request.header("expect") or "").strip().lower() == "100-continue"


def _coded(request: Request) -> bytes:
    """The body as it goes over the wire: in chunks (RFC 9112 §7.1) where the request says so."""
    body = request.body
    if not _is_chunked(request):
        return body
    pieces = (body[at : at + CHUNK] for at in range(0, len(body), CHUNK))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def _breaks_framing(request: Request) -> bool:
    """Whether the request's own headers may leave a server waiting for more, or with bytes to spare."""
    for name, value in request.headers:
        lowered = name.lower()
        if lowered in ("transfer-encoding", "connection", "upgrade", "expect"):
            return True
        if lowered == "content-length" and value != str(len(request.body)):
            return True
    return False


def _tls(ca_file: str | None, verify: bool) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror or error
        raise ValueError(f"{ca_file}: is not a file of certificates in PEM format: {reason}") from error
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context
