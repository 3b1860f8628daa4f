"""Servers that break HTTP, or that lie about what they send."""

from __future__ import annotations

import gzip

from tests.proof.hostile.hostility import CHUNKED, EVENTS, JSON, hostility, whole
from tests.proof.hostile.server import Peer


@hostility("is not HTTP/1.1")
async def another_protocol(peer: Peer) -> None:
    """Speaks SSH."""
    await peer.send(b"SSH-2.0-OpenSSH_9.6\r\n")
    await peer.gone()


@hostility("is not HTTP/1.1")
async def zeros(peer: Peer) -> None:
    """Sends zeros without end."""
    while True:
        await peer.send(b"\0" * 65536)


@hostility(at_first="gives no whole reply", later="closed")
async def nothing_at_all(peer: Peer) -> None:
    """Closes the connection without a byte."""
    peer.writer.transport.abort()


@hostility("is not HTTP/1.1")
async def a_chunk_size_that_overflows(peer: Peer) -> None:
    """Announces a chunk of more bytes than a number of 64 bits can count."""
    await peer.send(JSON, CHUNKED, b"f" * 40 + b"\r\n{}\r\n")
    await peer.gone()


@hostility("is not HTTP/1.1")
async def a_negative_length(peer: Peer) -> None:
    """Has a `Content-Length` below zero."""
    await peer.send(JSON, b"Content-Length: -5\r\n\r\n{}")
    await peer.gone()


@hostility("is not HTTP/1.1")
async def two_lengths(peer: Peer) -> None:
    """Has two lengths, of which one is wrong."""
    await peer.send(JSON, b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ")
    await peer.gone()


@hostility("closed after 2 bytes")
async def a_length_that_is_too_long(peer: Peer) -> None:
    """Announces 100 bytes, sends two, and closes."""
    await peer.send(JSON, b"Content-Length: 100\r\n\r\n{}")
    peer.writer.close()


@hostility()
async def a_length_that_is_too_short(peer: Peer) -> None:
    """Sends more bytes than it announces: garbage before the next reply."""
    await peer.send(JSON, b"Content-Length: 2\r\n\r\n{}{}{}{}")
    await peer.gone()


@hostility("closed after")
async def ends_in_the_middle_of_an_event(peer: Peer) -> None:
    """Closes the connection in the middle of an event."""
    await peer.send(EVENTS, CHUNKED, b'10\r\ndata: {"choices"\r\n')
    peer.writer.close()


@hostility("is not gzip")
async def a_coding_that_is_a_lie(peer: Peer) -> None:
    """Says gzip, and sends plain JSON."""
    await peer.send(whole(b"{}", JSON + b"Content-Encoding: gzip\r\n"))


@hostility("stops before its end")
async def a_coding_that_is_cut_short(peer: Peer) -> None:
    """Sends a gzip file without its end."""
    packed = gzip.compress(b'{"status": "ok"}' * 100)
    await peer.send(whole(packed[:-10], JSON + b"Content-Encoding: gzip\r\n"))


@hostility(at_first="redirects to")
async def a_redirect_elsewhere(peer: Peer) -> None:
    """Redirects to another host, which would get the key."""
    await peer.send(whole(b"", b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://inference.invalid/steal\r\n"))
