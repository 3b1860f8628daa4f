"""A server that says the secrets of its client back, in every way that real servers, gateways and debug pages have."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable

from tests.proof.hostile.leaks import spellings
from tests.proof.hostile.server import Behaviour, Peer

JSON = b"Content-Type: application/json\r\n"
EVENTS = b"Content-Type: text/event-stream\r\n"

Echo = Callable[[str], bytes]
"""The bytes that give a secret back."""

ECHOES: dict[str, Echo] = {}


def _echo(echo: Echo) -> Echo:
    ECHOES[echo.__name__] = echo
    return echo


def _reply(body: bytes, head: bytes = JSON, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %b\r\n%bContent-Length: %d\r\n\r\n%b" % (status, head, len(body), body)


def _json(value: object, status: bytes = b"200 OK", head: bytes = b"") -> bytes:
    return _reply(json.dumps(value).encode(), JSON + head, status)


def _events(*data: str) -> bytes:
    return _reply("".join(f"data: {each}\n\n" for each in (*data, "[DONE]")).encode(), EVENTS)


def _delta(**members: object) -> str:
    return json.dumps({"id": "1", "model": "m", "choices": [{"index": 0, "delta": members, "finish_reason": None}]})


@_echo
def in_a_header(secret: str) -> bytes:
    """A debug header and a cookie."""
    return _json(
        {"status": "ok"}, head=f"X-Debug: Authorization=Bearer {secret}\r\nSet-Cookie: k={secret}\r\n".encode()
    )


@_echo
def in_a_query(secret: str) -> bytes:
    """The query of a URL, percent-encoded."""
    return _json({"next": f"https://inference.example/v1?page=2&api_key={spellings(secret)['percent-encoded']}"})


@_echo
def in_the_body(secret: str) -> bytes:
    """A reply's id and text."""
    return _json({"id": secret, "choices": [{"index": 0, "message": {"role": "assistant", "content": f"<{secret}>"}}]})


@_echo
def in_a_members_name(secret: str) -> bytes:
    """Names of members."""
    return _json({secret: {secret: [secret]}, "choices": [], "usage": {secret: 1}})


@_echo
def in_an_error(secret: str) -> bytes:
    """The words of an error, and its code."""
    return _json({"error": {"message": f"Incorrect API key provided: {secret}. See /keys", "code": secret}}, b"401 No")


@_echo
def in_a_validation_error(secret: str) -> bytes:
    """A validation error."""
    return _json({"detail": [{"loc": ["header", secret], "msg": secret, "type": secret}]}, b"422 Unprocessable")


@_echo
def in_a_redirect(secret: str) -> bytes:
    """The URL of a redirect."""
    return _reply(b"", f"Location: https://login.example/?token={secret}#{secret}\r\n".encode(), b"307 Elsewhere")


@_echo
def in_every_spelling(secret: str) -> bytes:
    """Plain text, in base64, hex, percent-encoded and as JSON's escapes."""
    return _reply("\n".join(spellings(secret).values()).encode(), b"Content-Type: text/plain\r\n", b"500 Oops")


@_echo
def in_every_spelling_as_json(secret: str) -> bytes:
    """The same spellings as texts of a JSON reply."""
    return _json({"choices": list(spellings(secret).values()), "detail": " ".join(spellings(secret).values())})


@_echo
def in_an_echo_of_the_request(secret: str) -> bytes:
    """The request said back with its headers, as debug pages do."""
    return _json({"method": "POST", "headers": {"host": "inference.example", "authorization": f"Bearer {secret}"}})


@_echo
def in_a_packed_body(secret: str) -> bytes:
    """A body that is packed with gzip."""
    return _reply(gzip.compress(json.dumps({"text": secret}).encode()), JSON + b"Content-Encoding: gzip\r\n")


@_echo
def in_single_letters_of_a_stream(secret: str) -> bytes:
    """A stream, split across its chunks: a letter in each."""
    return _events(*(_delta(content=letter) for letter in f"Your key is {secret}."))


@_echo
def in_a_streams_arguments(secret: str) -> bytes:
    """A stream's tool call, in two pieces."""
    halves = (f'{{"key": "{secret[:9]}', f'{secret[9:]}"}}')
    return _events(*(_delta(tool_calls=[{"index": 0, "function": {"arguments": half}}]) for half in halves))


@_echo
def in_the_events_of_the_legacy_stream(secret: str) -> bytes:
    """The native stream, five letters in each event."""
    return _events(*(json.dumps({"created": 1, "idx": at, "text": secret[at : at + 5]}) for at in range(0, 60, 5)))


@_echo
def in_tokens(secret: str) -> bytes:
    """Log probabilities, three letters in each token."""
    tokens = [
        {"token": secret[at : at + 3], "logprob": -1, "bytes": None, "top_logprobs": []} for at in range(0, 60, 3)
    ]
    message = {"role": "assistant", "content": secret}
    return _json({"choices": [{"index": 0, "message": message, "logprobs": {"content": tokens}}]})


@_echo
def across_chunks(secret: str) -> bytes:
    """A body in HTTP chunks of one byte."""
    body = json.dumps({"message": secret}).encode()
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body)
    return b"HTTP/1.1 200 OK\r\n" + JSON + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"


@_echo
def in_an_exception(secret: str) -> bytes:
    """The traceback of an exception, in a 500."""
    page = (
        f'Traceback (most recent call last):\n  File "app.py"\nKeyError: {secret!r}\nheaders={{"k": "Bearer {secret}"}}'
    )
    return _reply(page.encode(), b"Content-Type: text/html\r\n", b"500 Internal Server Error")


@_echo
def in_the_reason(secret: str) -> bytes:
    """The reason behind a status."""
    return _json({"detail": "no"}, f"403 {secret}".encode())


@_echo
def instead_of_http(secret: str) -> bytes:
    """Bytes that are not HTTP."""
    return f"{secret} is your key\r\n\r\n".encode()


@_echo
def in_a_status_line_that_is_none(secret: str) -> bytes:
    """A status line that is none."""
    return f"HTTP/1.1 {secret}\r\n\r\n".encode()


@_echo
def in_a_header_that_is_none(secret: str) -> bytes:
    """A header that is none."""
    return f"HTTP/1.1 200 OK\r\n{secret} {secret}\r\n\r\n".encode()


@_echo
def in_a_chunks_size(secret: str) -> bytes:
    """The size of a chunk."""
    return b"HTTP/1.1 200 OK\r\n" + JSON + b"Transfer-Encoding: chunked\r\n\r\n" + secret.encode() + b"\r\n"


@_echo
def cut_off_in_the_middle(secret: str) -> bytes:
    """A body that ends within it."""
    return b"HTTP/1.1 200 OK\r\n" + JSON + b"Content-Length: 1000\r\n\r\n" + f'{{"key": "{secret[:-3]}'.encode()


@_echo
def cut_off_in_an_event(secret: str) -> bytes:
    """A stream that ends within it."""
    head = b"HTTP/1.1 200 OK\r\n" + EVENTS + b"Content-Length: 1000\r\n\r\n"
    return head + f"data: {_delta(content=secret[:8])}\n\ndata: {_delta(content=secret[8:-2])}\n\n".encode()


@_echo
def as_the_name_of_a_model(secret: str) -> bytes:
    """The name of a model."""
    return _json([{"name": secret, "alias": secret, "description": secret, "default_parameters": {}}])


def echoing(*secrets: str) -> Behaviour:
    """Answers the nth request with the nth way of giving the next of the secrets back."""

    async def echo(peer: Peer) -> None:
        ways = list(ECHOES.values())
        await peer.send(ways[peer.number % len(ways)](secrets[peer.number // len(ways) % len(secrets)]))
        peer.writer.close()

    return echo


def credentials(request: bytes) -> list[str]:
    """What a request carries in headers that hold secrets; to see that they were really sent."""
    return re.findall(
        r"(?im)^(?:authorization|proxy-authorization|x-gateway-token): (.*?)\r$", request.decode("latin-1")
    )
