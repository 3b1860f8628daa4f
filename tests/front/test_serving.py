"""The front on uvicorn, over loopback."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from inferproof.document.contract import Contract
from inferproof.front.app import Front
from inferproof.front.backend import Chat, Json
from inferproof.front.serve import CannotListen, listen, running
from tests.front.asgi import JSON_TYPE
from tests.front.scripted import Scripted, chunk
from tests.front.test_chat import CHAT

PATH = "/v1/chat/completions"


class Endless(Scripted):
    """Streams until it is closed; completes never. Its events can be waited for from another thread."""

    def __init__(self) -> None:
        super().__init__()
        self.began = threading.Event()
        self.ended = threading.Event()

    async def complete(self, call: Chat) -> Json:
        self.began.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.set()
        raise AssertionError

    async def stream(self, call: Chat) -> Any:
        self.began.set()
        try:
            while True:
                yield chunk(content="x" * 1000)
                await asyncio.sleep(0)
        finally:
            self.ended.set()


@pytest.fixture
def connection(front: Front) -> Iterator[HTTPConnection]:
    with running(front) as url, connect(url) as connection:
        yield connection


def connect(url: str) -> contextlib.closing[HTTPConnection]:
    address = urlsplit(url)
    return contextlib.closing(HTTPConnection(address.hostname or "", address.port, timeout=10))


def post(connection: HTTPConnection, body: Any, **headers: str) -> tuple[int, bytes]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection.request("POST", PATH, data, {**JSON_TYPE, **headers})
    reply = connection.getresponse()
    return reply.status, reply.read()


def test_one_connection_serves_many_requests_errors_included(connection: HTTPConnection) -> None:
    assert post(connection, CHAT)[0] == 200
    first = connection.sock
    assert post(connection, b"{")[0] == 422
    assert post(connection, {**CHAT, "stream": True})[0] == 200
    assert post(connection, CHAT, Authorization="Basic x")[0] == 200
    connection.request("HEAD", "/status")
    assert connection.getresponse().read() == b""
    connection.request("POST", "/nothing", b"x" * 100_000)
    assert connection.getresponse().read()
    assert post(connection, CHAT)[0] == 200
    assert connection.sock is first


def test_a_body_over_the_limit_is_413_over_the_wire(contract: Contract, backend: Scripted) -> None:
    with running(Front(contract, backend, max_body=1000)) as url, connect(url) as connection:
        assert post(connection, b"x" * 200_000)[0] == 413
        chunks = iter([b"x" * 900] * 100)
        connection.request("POST", PATH, chunks, JSON_TYPE, encode_chunked=True)
        assert connection.getresponse().status == 413


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_hangs_up_frees_the_engine(contract: Contract, stream: bool) -> None:
    backend = Endless()
    with running(Front(contract, backend)) as url:
        with connect(url) as connection:
            connection.request("POST", PATH, json.dumps({**CHAT, "stream": stream}), JSON_TYPE)
            if stream:
                with connection.getresponse() as reply:
                    assert reply.read(5) == b"data:"
            assert backend.began.wait(5)
        assert backend.ended.wait(5)


def test_a_client_that_does_not_read_holds_the_engine_back(contract: Contract) -> None:
    class Counting(Endless):
        made = 0

        async def stream(self, call: Chat) -> Any:
            async for one in super().stream(call):
                self.made += 1
                yield one

    backend = Counting()
    with running(Front(contract, backend)) as url, connect(url) as connection:
        connection.request("POST", PATH, json.dumps({**CHAT, "stream": True}), JSON_TYPE)
        with connection.getresponse() as reply:
            assert len(reply.read(2_000_000)) == 2_000_000
            # What is made and not read sits in socket buffers, a few megabytes at most on loopback.
            assert backend.made * 1000 < 20_000_000


def test_a_port_in_use_is_named_with_the_cure() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=f"Port {port} of 127.0.0.1 is in use: stop .* or choose another"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port", "words"), [("127.0.0.1", 70000, "70000 is no port"), ("192.0.2.1", 0, "not an address of this")]
)
def test_an_address_that_cannot_be_bound_is_named_with_the_cure(host: str, port: int, words: str) -> None:
    with pytest.raises(CannotListen, match=words):
        listen(host, port)


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_an_ipv6_address_is_reported_in_brackets(front: Front) -> None:
    try:
        listen("::1", 0).close()
    except CannotListen:
        pytest.skip("this machine has no IPv6 loopback")
    with running(front, host="::1") as url, connect(url) as connection:
        assert url.startswith("http://[::1]:")
        connection.request("GET", "/status")
        assert connection.getresponse().status == 200


SERVER = """
from inferproof.document import load
from inferproof.front.app import Front
from inferproof.front.serve import serve
from tests.front.scripted import Scripted
serve(Front(load(), Scripted()), "127.0.0.1", 0, on_ready=lambda url: print(url, flush=True))
print("stopped", flush=True)
"""


def test_ctrl_c_ends_a_server_cleanly() -> None:
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with connect(url) as connection:
            connection.request("GET", "/status")
            assert connection.getresponse().read() == b'{"status":"ok"}'
        os.kill(process.pid, signal.SIGINT)
        rest, complaints = process.communicate(timeout=10)
        assert (process.returncode, rest, complaints) == (0, "stopped\n", "")
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("piece", [b"a" * 65_536, b"h: v\r\n" * 10_000], ids=["a long line", "many fields"])
def test_a_head_without_an_end_is_answered_431(front: Front, piece: bytes) -> None:
    with running(front) as url, raw(url) as client:
        client.sendall(b"GET /status HTTP/1.1\r\nHost: x\r\nlong: ")
        for _ in range(100):
            client.sendall(piece)
            if select.select([client], [], [], 0.05)[0]:
                break
        assert client.recv(100).startswith(b"HTTP/1.1 431 ")


def test_a_long_body_is_no_long_head(front: Front) -> None:
    body = b'{"messages": [], "padding": "' + b"a" * 200_000 + b'"}'
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with running(front) as url, raw(url) as client:
        client.sendall(head.encode() + body)
        assert client.recv(100).startswith(b"HTTP/1.1 422 ")


def raw(url: str) -> socket.socket:
    address = urlsplit(url)
    return socket.create_connection((address.hostname, address.port), timeout=10)
