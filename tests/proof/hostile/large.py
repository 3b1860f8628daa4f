"""Servers that take the client's memory, or its time to read."""

from __future__ import annotations

import gzip
import json
from functools import cache

from tests.proof.hostile.hostility import CHUNKED, EVENTS, JSON, MIB, hostility, whole
from tests.proof.hostile.server import Peer


async def _endlessly(peer: Peer, piece: bytes) -> None:
    while True:
        await peer.send(piece)


@hostility("the body is over")
async def an_endless_body(peer: Peer) -> None:
    """Sends a body without end, as fast as it can."""
    await peer.send(JSON, CHUNKED)
    await _endlessly(peer, b"10000\r\n" + b"a" * 65536 + b"\r\n")


@hostility("the body is over")
async def an_endless_stream(peer: Peer) -> None:
    """Streams good events without end, as fast as it can."""
    event = b'data: {"choices": [{"index": 0, "delta": {"content": "a"}}]}\n\n'
    piece = event * 500
    await peer.send(EVENTS, CHUNKED)
    await _endlessly(peer, b"%x\r\n%b\r\n" % (len(piece), piece))


@hostility("the head is over")
async def an_endless_header(peer: Peer) -> None:
    """Sends a header without end."""
    await peer.send(b"HTTP/1.1 200 OK\r\nX-A: ")
    await _endlessly(peer, b"a" * 65536)


@hostility("no head of a final reply")
async def a_hundred_for_ever(peer: Peer) -> None:
    """Answers `100 Continue` again and again, and nothing else."""
    await _endlessly(peer, b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


@hostility("the trailers are over")
async def endless_trailers(peer: Peer) -> None:
    """Sends trailers without end behind a whole body."""
    await peer.send(JSON, CHUNKED, b"2\r\n{}\r\n0\r\n")
    await _endlessly(peer, b"X-A: b\r\n" * 1000)


@hostility("unpacks to over")
async def a_decompression_bomb(peer: Peer) -> None:
    """Sends a megabyte that unpacks to a gibibyte."""
    await peer.send(whole(_bomb(), JSON + b"Content-Encoding: gzip\r\n"))


@cache
def _bomb() -> bytes:
    """A gibibyte of spaces in a megabyte, as 64 members of one gzip file."""
    return gzip.compress(b" " * 16 * MIB) * 64


@hostility("once they are read")
async def four_hundred_thousand_events(peer: Peer) -> None:
    """Streams 400,000 events of one letter."""
    await peer.send(whole(b"data: a\n\n" * 400_000, EVENTS))


@hostility("once they are read")
async def a_million_containers(peer: Peer) -> None:
    """Answers with a list of a million empty lists."""
    await peer.send(whole(b'{"choices": [' + b"[]," * 1_000_000 + b"[]]}"))


@hostility(later="memory")
async def half_a_million_wrong_items(peer: Peer) -> None:
    """Answers with half a million choices, each of them wrong."""
    await peer.send(whole(b'{"choices": [' + b"0," * 500_000 + b"0]}"))


@hostility(later="memory")
async def a_long_text(peer: Peer) -> None:
    """Answers with a text of three mebibytes, which is right but for its length."""
    message = {"role": "assistant", "content": "a" * 3 * MIB}
    await peer.send(whole(json.dumps({"choices": [{"index": 0, "message": message}]}).encode()))
