"""Servers whose HTTP is right, and whose words are not."""

from __future__ import annotations

import json

from tests.proof.hostile.hostility import EVENTS, JSON, hostility, whole
from tests.proof.hostile.server import Peer


@hostility()
async def a_thousand_headers(peer: Peer) -> None:
    """Sends a thousand headers."""
    await peer.send(whole(b"{}", JSON + b"".join(b"X-%d: a\r\n" % number for number in range(1000))))


@hostility()
async def headers_that_are_no_text(peer: Peer) -> None:
    """Sends headers that are no text in any encoding."""
    await peer.send(whole(b"{}", JSON + b"X-Request-Id: \xff\xfe\x80\r\nServer: \xc3(\x9b2J\r\n"))


@hostility()
async def a_terminal_is_told_to_clear_its_screen(peer: Peer) -> None:
    """Puts a terminal's control sequences into its errors."""
    await peer.send(whole(json.dumps({"detail": "\x1b[2J\x9b2J\u202e"}, ensure_ascii=False).encode()))


@hostility()
async def a_gigantic_number(peer: Peer) -> None:
    """Answers with a number of 100,000 digits."""
    await peer.send(whole(b'{"choices": ' + b"1" * 100_000 + b"}"))


@hostility()
async def odd_numbers(peer: Peer) -> None:
    """Answers with numbers beyond every float, and with a negative zero."""
    number = (b"1e999", b"-1e999", b"1" * 4000, b"0.1e-99999", b"-0")[peer.number % 5]
    await peer.send(whole(b'{"choices": [{"index": %b}], "usage": {"total_tokens": %b}}' % (number, number)))


@hostility()
async def deeply_nested_json(peer: Peer) -> None:
    """Answers with 100,000 lists in each other."""
    await peer.send(whole(b"[" * 100_000 + b"]" * 100_000))


@hostility()
async def half_a_surrogate_pair(peer: Peer) -> None:
    """Answers with characters that Unicode does not have."""
    choice = rb'{"index": 0, "message": {"role": "assistant", "content": "\ud800"}, "\udfff": "\ud800"}'
    await peer.send(whole(rb'{"id": "\ud800", "name": "\udc00", "choices": [' + choice + b"]}"))


@hostility()
async def names_twice(peer: Peer) -> None:
    """Answers with objects that have a name twice."""
    await peer.send(whole(b'{"choices": [], "choices": {}, "usage": 1, "usage": null, "": 0}'))


@hostility()
async def the_request_itself(peer: Peer) -> None:
    """Sends the request back."""
    await peer.send(whole(peer.request.partition(b"\r\n\r\n")[2] or b"{}"))


@hostility()
async def another_answer_each_time(peer: Peer) -> None:
    """Changes its mind between requests: another type, another status, another body each time."""
    kinds = [(JSON, b"[]"), (EVENTS, b"data: [DONE]\n\n"), (JSON, b"NaN"), (EVENTS, b"{}"), (JSON, b"")]
    kinds += [(b"HTTP/1.1 %d X\r\n" % status, b"x") for status in (226, 299, 304, 418, 451, 499, 500, 599, 999)]
    head, body = kinds[peer.number % len(kinds)]
    await peer.send(whole(body, head))
