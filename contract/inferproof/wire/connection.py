"""One connection to a server: how it is made (directly, through a proxy, with TLS) and why it could not be."""

from __future__ import annotations

import asyncio
import base64
import errno
import ipaddress
import os
import socket
import ssl
from collections import deque
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import h11

PIECE = 64 * 1024
"""Bytes of a large body that are written at a time, so that an early reply is seen before the whole body is sent."""

_EXPIRED = 10
_OTHER_NAME = (62, 64)
"""OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH."""


class Unreachable(Exception):
    """No connection could be made; the text names cause and cure."""


@dataclass(frozen=True)
class Origin:
    """Where the server is. `prefix` is the path that stands before every request target, without a final slash."""

    scheme: str
    host: str
    port: int
    prefix: str = ""

    @classmethod
    def of(cls, url: str) -> Origin:
        """Raises ValueError, naming the cure, for what is not a plain http or https URL."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ValueError(f"{url}: {error}") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url}: the URL must begin with http:// or https:// and name a host")
        if parts.username is not None:
            raise ValueError(f"{parts.hostname}: take the user name out of the URL; credentials go into headers")
        if parts.query or parts.fragment:
            raise ValueError(f"{url}: the base URL must end with its path, without ? or #")
        host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
        return cls(parts.scheme, host, port or _default_port(parts.scheme), parts.path.rstrip("/"))

    @property
    def authority(self) -> str:
        """The value of the Host header (RFC 9110 §7.2): without the scheme's default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _default_port(self.scheme) else f"{host}:{self.port}"

    @property
    def address(self) -> str:
        """Host and port, always both, for CONNECT and for people."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Proxy:
    """An HTTP proxy; `credentials` is the value of its Proxy-Authorization header."""

    host: str
    port: int
    credentials: str | None = None

    @classmethod
    def from_environment(cls, origin: Origin) -> Proxy | None:
        """What HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY say. No proxy can reach our own loopback addresses.

        Raises ValueError where the variable names no http:// proxy.
        """
        proxies = getproxies_environment()
        url = proxies.get(origin.scheme) or proxies.get("all")
        if not url or _is_loopback(origin.host) or proxy_bypass(origin.address):
            return None
        parts = urlsplit(url if "://" in url else f"http://{url}")
        try:
            port = parts.port or 80
        except ValueError:  # its text quotes what may be half of a password
            raise ValueError(
                f"the proxy in {origin.scheme.upper()}_PROXY has a port that is no number; / and @ in a password must "
                "be percent-encoded"
            ) from None
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(
                f"the proxy in {origin.scheme.upper()}_PROXY is of type {parts.scheme!r}; only http:// proxies are "
                f"supported. Add {origin.host} to NO_PROXY to connect without it"
            )
        credentials = None
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            credentials = "Basic " + base64.b64encode(pair.encode()).decode()
        return cls(parts.hostname, port, credentials)


class Connection(asyncio.Protocol):
    """A socket whose arriving bytes wait, with the time of each read, until `receive` takes them."""

    def __init__(self) -> None:
        self.slow = False
        """Stop reading after each read, until the next `receive`."""
        self.ended = False
        self.reset = False
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._inbox: deque[tuple[float, bytes]] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._unsent = memoryview(b"")
        self._writable = True

    @property
    def reusable(self) -> bool:
        """Open, with nothing unread and nothing unsent."""
        return not (self.ended or self._inbox or self._unsent) and self.transport.get_write_buffer_size() == 0

    @property
    def transport(self) -> asyncio.Transport:
        assert self._transport is not None
        return self._transport

    @transport.setter
    def transport(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def send(self, head: bytes, body: bytes) -> None:
        """Write both; of a large body, what the socket does not take at once follows while `receive` waits."""
        if len(body) <= PIECE:
            self.transport.write(head + body)
        else:
            self.transport.write(head)
            self._unsent = memoryview(body)
            self._write_on()

    async def receive(self, until: float) -> tuple[float, bytes]:
        """The next read with its loop time; empty once the connection has ended. Raises TimeoutError at `until`."""
        if not self._inbox and not self.ended:
            if self.slow:
                self.transport.resume_reading()
            self._waiter = self._loop.create_future()
            timer = self._loop.call_at(until, self._wake)
            try:
                await self._waiter
            finally:
                timer.cancel()
                self._waiter = None
        if self._inbox:
            return self._inbox.popleft()
        if self.ended:
            return self._loop.time(), b""
        raise TimeoutError

    def close(self) -> None:
        """At once, without flushing."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._inbox.append((self._loop.time(), data))
        if self.slow:
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self.ended = True
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None:
            self.reset = not self.ended
            self._save_what_came()
        self.ended = True
        self._unsent = memoryview(b"")
        self._wake()

    def pause_writing(self) -> None:
        self._writable = False

    def resume_writing(self) -> None:
        self._writable = True
        self._write_on()

    def _write_on(self) -> None:
        while self._unsent and self._writable:
            piece, self._unsent = self._unsent[:PIECE], self._unsent[PIECE:]
            self.transport.write(piece)

    def _save_what_came(self) -> None:
        """A server may answer 413 and close while we still write. The failed write must not lose that answer."""
        if self.transport.get_extra_info("ssl_object") is not None:
            return
        try:
            while data := os.read(self.transport.get_extra_info("socket").fileno(), PIECE):
                self._inbox.append((self._loop.time(), data))
        except OSError:
            pass

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


async def dial(origin: Origin, proxy: Proxy | None, tls: ssl.SSLContext | None, patience: float) -> Connection:
    """A new connection to the origin, ready for requests. Raises Unreachable."""
    loop = asyncio.get_running_loop()
    name = origin.host if tls else None
    try:
        async with asyncio.timeout(patience):
            if proxy is None:
                _, connection = await loop.create_connection(
                    Connection,
                    origin.host,
                    origin.port,
                    ssl=tls,
                    server_hostname=name,
                    happy_eyeballs_delay=None if _is_address(origin.host) else 0.25,
                )
                return connection
            _, connection = await loop.create_connection(Connection, proxy.host, proxy.port)
            if tls is not None:
                try:
                    await _tunnel(connection, origin, proxy, loop.time() + patience)
                    transport = await loop.start_tls(connection.transport, connection, tls, server_hostname=name)
                except BaseException:
                    connection.close()
                    raise
                assert transport is not None
                connection.transport = transport
            return connection
    except TimeoutError:
        where = _where(origin, proxy)
        raise Unreachable(f"{where}: no connection within {patience:g} s; is the address right?") from None
    except OSError as error:
        raise Unreachable(_explained(error, origin, proxy)) from error


async def _tunnel(connection: Connection, origin: Origin, proxy: Proxy, until: float) -> None:
    """Ask the proxy for a tunnel (RFC 9110 §9.3.6)."""
    headers = [("Host", origin.address)]
    if proxy.credentials:
        headers.append(("Proxy-Authorization", proxy.credentials))
    parser = h11.Connection(h11.CLIENT)
    head = parser.send(h11.Request(method="CONNECT", target=origin.address, headers=headers))
    parser.send(h11.EndOfMessage())
    connection.send(head or b"", b"")
    try:
        while not isinstance(event := parser.next_event(), h11.Response):
            if event is h11.NEED_DATA:
                _, data = await connection.receive(until)
                if not data:
                    raise Unreachable(f"{_where(origin, proxy)}: the proxy closed the connection instead of a tunnel")
                parser.receive_data(data)
    except h11.RemoteProtocolError as error:
        raise Unreachable(f"{_where(origin, proxy)}: the proxy's answer to CONNECT is not HTTP: {error}") from error
    if not 200 <= event.status_code < 300:
        reason = event.reason.decode("latin-1")
        raise Unreachable(
            f"{_where(origin, proxy)}: the proxy refused the tunnel with {event.status_code} {reason}".rstrip()
            + f"; check HTTPS_PROXY, or add {origin.host} to NO_PROXY"
        )


def _explained(error: OSError, origin: Origin, proxy: Proxy | None) -> str:
    where = _where(origin, proxy)
    if isinstance(error, ssl.SSLCertVerificationError):
        text = f"{where}: its TLS certificate cannot be verified:"
        if error.verify_code in _OTHER_NAME:
            return f"{text} it is not for {origin.host!r}. Use the host name that the certificate was issued for"
        if error.verify_code == _EXPIRED:
            return f"{text} it has expired: the server needs a new one"
        return f"{text} {error.verify_message}. Name the certificate authority's file with --ca-file"
    if isinstance(error, ssl.SSLError):
        hint = "; does the server speak plain http there?" if error.reason == "WRONG_VERSION_NUMBER" else ""
        return f"{where}: the TLS handshake failed: {error.reason or error}{hint}"
    if isinstance(error, socket.gaierror):
        name = proxy.host if proxy else origin.host
        return f"{where}: the host name {name!r} is unknown ({error.strerror}); is it spelt right?"
    # Where a name has several addresses, asyncio joins their errors into one text and keeps no errno.
    if error.errno == errno.ECONNREFUSED or f"[Errno {errno.ECONNREFUSED}]" in str(error):
        return f"{where}: the connection was refused; is the server running, and is that its port?"
    return f"{where}: {error.strerror or error or type(error).__name__}"


def _where(origin: Origin, proxy: Proxy | None) -> str:
    return f"{origin.address} through the proxy {proxy.host}:{proxy.port}" if proxy else origin.address


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _is_address(host: str) -> bool:
    """Whether there is nothing to race for; asyncio's race leaves a socket open where it is cancelled."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or host == "::1" or host.startswith("127.")
