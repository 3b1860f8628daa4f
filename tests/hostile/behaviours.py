"""What a hostile server does with a request. Each behaviour is a function; the tables below say how a run must end."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from tests.hostile.server import Behaviour, Peer

JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
MIB = 1024 * 1024
SLOWLY = 0.05
"""Seconds between two signs of life; the tests' patience is longer."""


@dataclass(frozen=True)
class Hostility:
    """A behaviour; the words of the cause that a run must give, from its first request and after the preflight.

    None where the run must not even notice, or cannot tell it from an API with other replies.
    """

    behave: Behaviour
    at_first: str | None
    later: str | None


HOSTILITIES: dict[str, Hostility] = {}


def _named(at_first: str | None, later: str | None = None) -> Callable[[Behaviour], Behaviour]:
    def register(behave: Behaviour) -> Behaviour:
        HOSTILITIES[behave.__name__] = Hostility(behave, at_first, later)
        return behave

    return register


def _whole(body: bytes, head: bytes = JSON) -> bytes:
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


async def _drip(peer: Peer, piece: bytes) -> None:
    while not await peer.left_within(SLOWLY):
        await peer.send(piece)


# Time


@_named("no byte of a reply came", "no byte of a reply came")
async def never_answers(peer: Peer) -> None:
    await peer.gone()


@_named("was not whole after", "was not whole after")
async def one_byte_at_a_time(peer: Peer) -> None:
    for byte in _whole(b'{"status": "ok"}' * 1000):
        if await peer.left_within(SLOWLY):
            return
        await peer.send(bytes([byte]))


@_named("was not whole after", "was not whole after")
async def a_stream_of_comments(peer: Peer) -> None:
    await peer.send(EVENTS, CHUNKED)
    await _drip(peer, b"3\r\n:\n\n\r\n")


@_named("was not whole after", "was not whole after")
async def a_slow_endless_header(peer: Peer) -> None:
    await peer.send(b"HTTP/1.1 200 OK\r\n")
    await _drip(peer, b"X-A: b\r\n")


@_named("silent for", "silent for")
async def silent_in_the_middle(peer: Peer) -> None:
    await peer.send(JSON, b"Content-Length: 100\r\n\r\n{")
    await peer.gone()


@_named("429", "429")
async def too_many_requests_for_ever(peer: Peer) -> None:
    await peer.send(_whole(b"{}", b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\n"))


@_named("429", "429")
async def wait_for_ever(peer: Peer) -> None:
    waits = (b"99999999999999999999999", "²".encode(), b"Fri, 31 Dec 9999 23:59:59 GMT", b"-1", b"nan")
    head = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: %b\r\n" % waits[peer.number % 2]
    await peer.send(_whole(b"{}", head))


# Size


async def _endlessly(peer: Peer, piece: bytes) -> None:
    while True:
        await peer.send(piece)


@_named("the body is over", "the body is over")
async def an_endless_body(peer: Peer) -> None:
    await peer.send(JSON, CHUNKED)
    await _endlessly(peer, b"10000\r\n" + b"a" * 65536 + b"\r\n")


@_named("the body is over", "the body is over")
async def an_endless_stream(peer: Peer) -> None:
    event = b'data: {"choices": [{"index": 0, "delta": {"content": "a"}}]}\n\n'
    piece = event * 500
    await peer.send(EVENTS, CHUNKED)
    await _endlessly(peer, b"%x\r\n%b\r\n" % (len(piece), piece))


@_named("the head is over", "the head is over")
async def an_endless_header(peer: Peer) -> None:
    await peer.send(b"HTTP/1.1 200 OK\r\nX-A: ")
    await _endlessly(peer, b"a" * 65536)


@_named("no head of a final reply", "no head of a final reply")
async def a_hundred_for_ever(peer: Peer) -> None:
    await _endlessly(peer, b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


@_named("the trailers are over", "the trailers are over")
async def endless_trailers(peer: Peer) -> None:
    await peer.send(JSON, CHUNKED, b"2\r\n{}\r\n0\r\n")
    await _endlessly(peer, b"X-A: b\r\n" * 1000)


@_named("unpacks to over", "unpacks to over")
async def a_decompression_bomb(peer: Peer) -> None:
    await peer.send(_whole(_bomb(), JSON + b"Content-Encoding: gzip\r\n"))


@cache
def _bomb() -> bytes:
    """A gibibyte of spaces in a megabyte, as 64 members of one gzip file."""
    return gzip.compress(b" " * 16 * MIB) * 64


@_named("once they are read", "once they are read")
async def four_hundred_thousand_events(peer: Peer) -> None:
    await peer.send(_whole(b"data: a\n\n" * 400_000, EVENTS))


@_named("once they are read", "once they are read")
async def a_million_containers(peer: Peer) -> None:
    await peer.send(_whole(b'{"choices": [' + b"[]," * 1_000_000 + b"[]]}"))


@_named(None, "memory")
async def half_a_million_wrong_items(peer: Peer) -> None:
    await peer.send(_whole(b'{"choices": [' + b"0," * 500_000 + b"0]}"))


@_named(None, "memory")
async def a_long_text(peer: Peer) -> None:
    message = {"role": "assistant", "content": "a" * 3 * MIB}
    await peer.send(_whole(json.dumps({"choices": [{"index": 0, "message": message}]}).encode()))


# HTTP


@_named("is not HTTP/1.1", "is not HTTP/1.1")
async def another_protocol(peer: Peer) -> None:
    await peer.send(b"SSH-2.0-OpenSSH_9.6\r\n")
    await peer.gone()


@_named("is not HTTP/1.1", "is not HTTP/1.1")
async def zeros(peer: Peer) -> None:
    await _endlessly(peer, b"\0" * 65536)


@_named("gives no whole reply", "closed")
async def nothing_at_all(peer: Peer) -> None:
    peer.writer.transport.abort()


@_named("is not HTTP/1.1", "is not HTTP/1.1")
async def a_chunk_size_that_overflows(peer: Peer) -> None:
    await peer.send(JSON, CHUNKED, b"f" * 40 + b"\r\n{}\r\n")
    await peer.gone()


@_named("is not HTTP/1.1", "is not HTTP/1.1")
async def a_negative_length(peer: Peer) -> None:
    await peer.send(JSON, b"Content-Length: -5\r\n\r\n{}")
    await peer.gone()


@_named("is not HTTP/1.1", "is not HTTP/1.1")
async def two_lengths(peer: Peer) -> None:
    await peer.send(JSON, b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ")
    await peer.gone()


@_named("closed after 2 bytes", "closed after 2 bytes")
async def a_length_that_is_too_long(peer: Peer) -> None:
    await peer.send(JSON, b"Content-Length: 100\r\n\r\n{}")
    peer.writer.close()


@_named(None)
async def a_length_that_is_too_short(peer: Peer) -> None:
    await peer.send(JSON, b"Content-Length: 2\r\n\r\n{}{}{}{}")
    await peer.gone()


@_named("closed after", "closed after")
async def ends_in_the_middle_of_an_event(peer: Peer) -> None:
    await peer.send(EVENTS, CHUNKED, b'10\r\ndata: {"choices"\r\n')
    peer.writer.close()


@_named("is not gzip", "is not gzip")
async def a_coding_that_is_a_lie(peer: Peer) -> None:
    await peer.send(_whole(b"{}", JSON + b"Content-Encoding: gzip\r\n"))


@_named("stops before its end", "stops before its end")
async def a_coding_that_is_cut_short(peer: Peer) -> None:
    packed = gzip.compress(b'{"status": "ok"}' * 100)
    await peer.send(_whole(packed[:-10], JSON + b"Content-Encoding: gzip\r\n"))


@_named("redirects to")
async def a_redirect_elsewhere(peer: Peer) -> None:
    await peer.send(_whole(b"", b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://inference.invalid/steal\r\n"))


# What is said


@_named(None)
async def a_thousand_headers(peer: Peer) -> None:
    await peer.send(_whole(b"{}", JSON + b"".join(b"X-%d: a\r\n" % number for number in range(1000))))


@_named(None)
async def headers_that_are_no_text(peer: Peer) -> None:
    await peer.send(_whole(b"{}", JSON + b"X-Request-Id: \xff\xfe\x80\r\nServer: \xc3(\x9b2J\r\n"))


@_named(None)
async def a_terminal_is_told_to_clear_its_screen(peer: Peer) -> None:
    await peer.send(_whole(json.dumps({"detail": "\x1b[2J\x9b2J\u202e"}, ensure_ascii=False).encode()))


@_named(None)
async def a_gigantic_number(peer: Peer) -> None:
    await peer.send(_whole(b'{"choices": ' + b"1" * 100_000 + b"}"))


@_named(None)
async def odd_numbers(peer: Peer) -> None:
    number = (b"1e999", b"-1e999", b"1" * 4000, b"0.1e-99999", b"-0")[peer.number % 5]
    await peer.send(_whole(b'{"choices": [{"index": %b}], "usage": {"total_tokens": %b}}' % (number, number)))


@_named(None)
async def deeply_nested_json(peer: Peer) -> None:
    await peer.send(_whole(b"[" * 100_000 + b"]" * 100_000))


@_named(None)
async def half_a_surrogate_pair(peer: Peer) -> None:
    choice = rb'{"index": 0, "message": {"role": "assistant", "content": "\ud800"}, "\udfff": "\ud800"}'
    await peer.send(_whole(rb'{"id": "\ud800", "name": "\udc00", "choices": [' + choice + b"]}"))


@_named(None)
async def names_twice(peer: Peer) -> None:
    await peer.send(_whole(b'{"choices": [], "choices": {}, "usage": 1, "usage": null, "": 0}'))


@_named(None)
async def the_request_itself(peer: Peer) -> None:
    await peer.send(_whole(peer.request.partition(b"\r\n\r\n")[2] or b"{}"))


@_named(None)
async def another_answer_each_time(peer: Peer) -> None:
    kinds = [(JSON, b"[]"), (EVENTS, b"data: [DONE]\n\n"), (JSON, b"NaN"), (EVENTS, b"{}"), (JSON, b"")]
    kinds += [(b"HTTP/1.1 %d X\r\n" % status, b"x") for status in (226, 299, 304, 418, 451, 499, 500, 599, 999)]
    head, body = kinds[peer.number % len(kinds)]
    await peer.send(_whole(body, head))


# A whole run through the mock, with something added that changes nothing


async def with_trailers(peer: Peer) -> None:
    """Trailers are legal (RFC 9112 §7.1.2); a client may drop them."""
    await peer.relay(b"0\r\nX-Checksum: abc\r\nServer-Timing: total;dur=5\r\n\r\n")


async def with_garbage_behind(peer: Peer) -> None:
    """Another reply, that nobody asked for, behind each one."""
    await peer.relay(b"0\r\n\r\nHTTP/1.1 500 Oops\r\nContent-Length: 3\r\n\r\nno!")


async def as_the_mock(peer: Peer) -> None:
    await peer.relay()
