"""How a connection is made: directly, with TLS, through a proxy; and what is said where it cannot be."""

from __future__ import annotations

import asyncio
import base64
import ssl
from pathlib import Path

import pytest
import trustme

from inferproof.wire.client import Client, SendResult, Timeouts
from inferproof.wire.connection import Origin, Proxy
from inferproof.wire.exchange import Request
from tests.wire.server import OK, Peer, answering, answering_once, serving

GET = Request("GET", "/status")
HASTY = Timeouts(connect=5, first_byte=5, idle=5, total=5)
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return str(file)


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "api.example").configure_cert(context)
    return context


def unreachable(outcome: SendResult) -> str:
    assert outcome.reply is None
    assert outcome.fault is not None
    assert outcome.fault.kind == "unreachable"
    return outcome.fault.text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_refused_connection_is_said_to_be_refused(host: str) -> None:
    async with serving(answering(OK)) as server:
        port = server.port
    text = unreachable(await Client(f"http://{host}:{port}").send(GET))
    assert text == f"{host}:{port}: the connection was refused; is the server running, and is that its port?"


async def test_an_unknown_host_is_said_to_be_unknown() -> None:
    text = unreachable(await Client("http://no-such-host.invalid").send(GET))
    assert "the host name 'no-such-host.invalid' is unknown" in text


async def test_a_connection_that_takes_too_long_is_given_up() -> None:
    async def silent(peer: Peer) -> None:
        await peer.gone()

    async with serving(silent) as server:
        text = unreachable(await Client(server.tls_url, limits=Timeouts(connect=0.05)).send(GET))
    assert text == f"127.0.0.1:{server.port}: no connection within 0.05 s; is the address right?"


async def test_tls_with_a_known_authority_works(tls: ssl.SSLContext, ca_file: str) -> None:
    async with serving(answering(OK), tls) as server:
        async with Client(server.tls_url, ca_file=ca_file, limits=HASTY) as client:
            for _ in range(2):
                outcome = await client.send(GET)
                assert outcome.fault is None
        assert server.connections == 1


async def test_a_body_that_ends_with_its_tls_connection_is_whole(tls: ssl.SSLContext, ca_file: str) -> None:
    async with serving(answering_once(b"HTTP/1.1 200 OK\r\n\r\nhello"), tls) as server:
        outcome = await Client(server.tls_url, ca_file=ca_file, limits=HASTY).send(GET)
    assert outcome.fault is None
    assert outcome.reply is not None
    assert outcome.reply.body == b"hello"


async def test_an_unknown_authority_names_the_cure(tls: ssl.SSLContext) -> None:
    async with serving(answering(OK), tls) as server:
        text = unreachable(await Client(server.tls_url, limits=HASTY).send(GET))
    assert "its TLS certificate cannot be verified" in text
    assert text.endswith("Name the certificate authority's file with --ca-file")


async def test_a_certificate_for_another_host_is_not_blamed_on_the_authority(
    authority: trustme.CA, ca_file: str
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("elsewhere.example").configure_cert(context)
    async with serving(answering(OK), context) as server:
        text = unreachable(await Client(server.tls_url, ca_file=ca_file, limits=HASTY).send(GET))
    assert "it is not for '127.0.0.1'. Use the host name" in text
    assert "--ca-file" not in text


async def test_verification_can_be_left_out(tls: ssl.SSLContext) -> None:
    async with serving(answering(OK), tls) as server, Client(server.tls_url, verify=False, limits=HASTY) as client:
        assert (await client.send(GET)).fault is None


async def test_tls_to_a_server_without_it_asks_for_the_scheme() -> None:
    async def plain(peer: Peer) -> None:
        await peer.reader.read(100)
        await peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with serving(plain) as server:
        text = unreachable(await Client(server.tls_url, limits=HASTY).send(GET))
    assert text.endswith("does the server speak plain http there?")


def test_a_ca_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none\.pem"):
        Client("https://x", ca_file=str(tmp_path / "none.pem"))
    (tmp_path / "bad.pem").write_text("hello")
    with pytest.raises(ValueError, match=r"bad\.pem: is not a file of certificates"):
        Client("https://x", ca_file=str(tmp_path / "bad.pem"))


async def test_http_goes_through_the_proxy_in_absolute_form(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = []

    async def proxy(peer: Peer) -> None:
        while True:
            requests.append(await peer.request())
            await peer.send(OK)

    async with serving(proxy) as server:
        monkeypatch.setenv("HTTP_PROXY", server.url.replace("//", "//user:p%40ss@"))
        async with Client("http://api.example:8000/base", limits=HASTY) as client:
            assert (await client.send(GET)).fault is None
    lines = requests[0].decode().split("\r\n")
    assert lines[0] == "GET http://api.example:8000/base/status HTTP/1.1"
    assert lines[1] == "Host: api.example:8000"
    assert lines[2] == "Proxy-Authorization: Basic " + base64.b64encode(b"user:p@ss").decode()


async def test_https_goes_through_a_tunnel(monkeypatch: pytest.MonkeyPatch, tls: ssl.SSLContext, ca_file: str) -> None:
    requests = []

    async with serving(answering(OK), tls) as target:

        async def proxy(peer: Peer) -> None:
            requests.append(await peer.request())
            reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
            await peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            try:
                await asyncio.gather(_pipe(peer.reader, writer), _pipe(reader, peer.writer))
            finally:
                writer.close()
                await writer.wait_closed()

        async with serving(proxy) as server:
            monkeypatch.setenv("https_proxy", server.url)
            async with Client("https://api.example", ca_file=ca_file, limits=HASTY) as client:
                for _ in range(2):
                    outcome = await client.send(GET)
                    assert outcome.fault is None
            assert server.connections == 1
    assert requests[0].startswith(b"CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n")


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
            "the proxy refused the tunnel with 407",
        ),
        (b"", "the proxy closed the connection instead of a tunnel"),
        (b"hello\r\n\r\n", "the proxy's answer to CONNECT is not HTTP"),
    ],
)
async def test_a_proxy_that_opens_no_tunnel_is_named(monkeypatch: pytest.MonkeyPatch, answer: bytes, text: str) -> None:
    async with serving(answering_once(answer)) as server:
        monkeypatch.setenv("HTTPS_PROXY", server.url)
        found = unreachable(await Client("https://api.example", limits=HASTY).send(GET))
    assert found.startswith(f"api.example:443 through the proxy 127.0.0.1:{server.port}: {text}")


@pytest.mark.parametrize(
    ("url", "environment", "proxied"),
    [
        ("http://api.example", {"HTTP_PROXY": "http://p:3128"}, True),
        ("http://api.example", {"HTTP_PROXY": "p:3128"}, True),
        ("http://api.example", {"HTTPS_PROXY": "http://p:3128"}, False),
        ("https://api.example", {"ALL_PROXY": "http://p:3128"}, True),
        ("https://api.example", {"HTTPS_PROXY": "http://p:3128", "NO_PROXY": ".example"}, False),
        ("https://api.example", {"HTTPS_PROXY": "http://p:3128", "NO_PROXY": "other"}, True),
        ("http://localhost:8000", {"HTTP_PROXY": "http://p:3128"}, False),
        ("http://127.0.0.1:8000", {"HTTP_PROXY": "http://p:3128"}, False),
        ("http://[::1]:8000", {"HTTP_PROXY": "http://p:3128"}, False),
    ],
)
def test_the_environment_names_the_proxy(
    monkeypatch: pytest.MonkeyPatch, url: str, environment: dict[str, str], proxied: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = Proxy.from_environment(Origin.of(url))
    assert found == (Proxy("p", 3128) if proxied else None)


def test_a_proxy_of_another_type_is_refused_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://p:1080")
    with pytest.raises(ValueError, match=r"Add api\.example to NO_PROXY"):
        Client("https://api.example")


@pytest.mark.parametrize(
    ("url", "authority", "address"),
    [
        ("http://api.example/", "api.example", "api.example:80"),
        ("https://api.example:443", "api.example", "api.example:443"),
        ("https://API.example:80/v1/", "api.example:80", "api.example:80"),
        ("http://[::1]:8000", "[::1]:8000", "[::1]:8000"),
        ("http://bücher.example", "xn--bcher-kva.example", "xn--bcher-kva.example:80"),
    ],
)
def test_an_origin_knows_its_authority(url: str, authority: str, address: str) -> None:
    origin = Origin.of(url)
    assert (origin.authority, origin.address) == (authority, address)
