"""Servers that take the client's time."""

from __future__ import annotations

from tests.proof.hostile.hostility import CHUNKED, EVENTS, JSON, hostility, whole
from tests.proof.hostile.server import Peer

SLOWLY = 0.05
"""Seconds between two signs of life; the tests' patience is longer."""


async def _drip(peer: Peer, piece: bytes) -> None:
    while not await peer.left_within(SLOWLY):
        await peer.send(piece)


@hostility("no byte of a reply came", silent=True)
async def never_answers(peer: Peer) -> None:
    """Takes the request, and never answers."""
    await peer.gone()


@hostility("was not whole after", silent=True)
async def one_byte_at_a_time(peer: Peer) -> None:
    """Sends its reply byte by byte, each long after the other."""
    for byte in whole(b'{"status": "ok"}' * 1000):
        if await peer.left_within(SLOWLY):
            return
        await peer.send(bytes([byte]))


@hostility("was not whole after", silent=True)
async def a_stream_of_comments(peer: Peer) -> None:
    """Streams comments for ever, and no event."""
    await peer.send(EVENTS, CHUNKED)
    await _drip(peer, b"3\r\n:\n\n\r\n")


@hostility("was not whole after", silent=True)
async def a_slow_endless_header(peer: Peer) -> None:
    """Sends one header after the other, slowly, without end."""
    await peer.send(b"HTTP/1.1 200 OK\r\n")
    await _drip(peer, b"X-A: b\r\n")


@hostility("silent for", silent=True)
async def silent_in_the_middle(peer: Peer) -> None:
    """Falls silent in the middle of a body."""
    await peer.send(JSON, b"Content-Length: 100\r\n\r\n{")
    await peer.gone()


@hostility("429", total=3.0)
async def too_many_requests_for_ever(peer: Peer) -> None:
    """Answers 429 for ever: come again at once."""
    await peer.send(whole(b"{}", b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\n"))


@hostility("429", total=3.0)
async def wait_for_ever(peer: Peer) -> None:
    """Answers 429 with a `Retry-After` of more years than there are, or of no number."""
    waits = (b"99999999999999999999999", "²".encode(), b"Fri, 31 Dec 9999 23:59:59 GMT", b"-1", b"nan")
    head = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: %b\r\n" % waits[peer.number % len(waits)]
    await peer.send(whole(b"{}", head))
