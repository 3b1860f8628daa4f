"""What schemathesis sent and got, as the judge reads it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from inferproof.document import Contract
from inferproof.judge.select import EVENTS
from inferproof.wire.exchange import Exchange, Fault, Origin, Reply, Request
from inferproof.wire.sse import Event, read_events

if TYPE_CHECKING:
    from schemathesis import Case, Response


def exchange_of(case: Case[Any], response: Response, contract: Contract) -> Exchange:
    """The exchange, with its secrets. It has no arrival times, because nobody watched."""
    sent = response.request
    address = urlsplit(str(sent.url))
    path = case.formatted_path  # below the base URL, as the contract has it
    operation = contract.match(str(sent.method), path)
    request = Request(
        str(sent.method),
        f"{path}?{address.query}" if address.query else path,
        tuple((str(name), _text(value)) for name, value in sent.headers.items()),
        _bytes(sent.body),
    )
    reply = Reply(
        response.status_code,
        response.message,
        tuple((name, value) for name, values in response.headers.items() for value in values),
        response.content,
        coding=next(iter(response.headers.get("content-encoding", ())), None),
        wire_length=response.content_size,
    )
    fault = None
    if response.stream_cut_short or response.content_size > len(response.content):
        fault = Fault("hung up", "schemathesis kept only the beginning of the reply")
    role = operation.role if operation else None
    began = time.time() - response.elapsed
    return Exchange("schemathesis", 0, role, request, reply, fault, began, Origin.GENERATED)


def is_refused(exchange: Exchange) -> bool:
    """At once, or half way through a stream."""
    reply = exchange.reply
    if reply is None or reply.media_type != EVENTS:
        return reply is not None and 400 <= reply.status < 500
    return any(is_error(event) for event in read_events(reply).events)


def is_error(event: Event) -> bool:
    """The event says that the stream failed."""
    try:
        return "error" in json.loads(event.data)
    except (ValueError, TypeError, RecursionError):
        return False


def _bytes(body: Any) -> bytes:
    """The body of a request; an upload that is read as it is sent cannot be read again."""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else b""


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
