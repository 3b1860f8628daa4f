"""Prism stands before a server and reports what breaks the contract, as far as a static validator can see."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from inferproof.document import load
from inferproof.document.prism import for_prism
from inferproof_mock import prism

CONTRACT = load("inflection")
CHAT = CONTRACT.operation("chat")
BETWEEN_EVENTS_S = 0.5


class Broken(BaseHTTPRequestHandler):
    """Its status is not the documented object, and the events of its streams are no chunks."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer("application/json", [b"[]"])

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer("text/event-stream", [b'data: {"no": "chunk"}\n\n', b"data: [DONE]\n\n"])

    def answer(self, media: str, parts: list[bytes]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(sum(map(len, parts))))
        self.end_headers()
        for index, part in enumerate(parts):
            # Not waiting for anything: the pause between the events is what is measured.
            time.sleep(BETWEEN_EVENTS_S * (index > 0))
            self.wfile.write(part)
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def broken_server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Broken) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def proxy(way: prism.Way, image_name: str) -> Iterator[str]:
    document = for_prism(CONTRACT)
    with (
        broken_server() as upstream,
        prism.serving(document, port=0, way=way, image=image_name, proxy=upstream, log=lambda _line: None) as server,
    ):
        yield server.url


def test_a_reply_that_breaks_the_contract_is_reported(proxy: str) -> None:
    with urllib.request.urlopen(f"{proxy}{CONTRACT.operation('status').path}", timeout=30) as reply:
        (violation,) = json.loads(reply.headers["sl-violations"])
    assert violation["location"] == ["response", "body"]


def test_a_stream_of_broken_events_is_not_seen_and_comes_in_one_piece(proxy: str) -> None:
    """What `docs/prism.md` says of streams behind Prism; if this fails, Prism has learnt to stream."""
    body = json.dumps({**CONTRACT.request_example("chat"), "stream": True}).encode()
    headers = {"Authorization": "Bearer sk-any", "Content-Type": "application/json"}
    began = time.monotonic()
    with urllib.request.urlopen(urllib.request.Request(proxy + CHAT.path, body, headers), timeout=30) as reply:
        first = reply.readline()
        assert reply.headers["sl-violations"] is None
    assert first == b'data: {"no": "chunk"}\n'
    assert time.monotonic() - began >= BETWEEN_EVENTS_S, "the first event waited for the last"
