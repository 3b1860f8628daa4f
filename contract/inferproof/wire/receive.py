"""Turns the bytes of one reply into a Reply, as far as they go, and into the Fault that ended it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import h11

from inferproof.wire.coding import BadCoding, Decoder, TooLarge
from inferproof.wire.exchange import Fault, FaultKind, Reply
from inferproof.wire.sse import EventParser

_MIB = 1024 * 1024

MOST_READS = 10_000
"""Reads of one reply that are kept apart; the last one stands for all that follow. A server may send byte by byte."""


@dataclass(frozen=True)
class Timeouts:
    """How long we wait, in seconds, and how much we take, in bytes.

    `first_byte` runs from the sending of the request, `idle` from the last read, `total` from the sending to the end.
    `body_bytes` caps the body on the wire, `decoded_bytes` what its Content-Encoding unpacks to.
    """

    connect: float = 10.0
    first_byte: float = 120.0
    idle: float = 60.0
    total: float = 600.0
    head_bytes: int = 64 * 1024
    body_bytes: int = 64 * _MIB
    decoded_bytes: int = 64 * _MIB


@dataclass(frozen=True)
class HangUp:
    """Close on purpose once that much has come; None is never. `bytes_` 0 is as soon as the head is there."""

    events: int | None = None
    bytes_: int | None = None


class ReplyReader:
    """Reads one reply. Feed it until `finished`; then `reply` holds what came, and `fault` why it is not whole."""

    def __init__(self, method: str, limits: Timeouts, hang_up: HangUp) -> None:
        self.fault: Fault | None = None
        self.whole = False
        self.received = 0
        self._limits = limits
        self._hang_up = hang_up
        self._watch = EventParser() if hang_up.events is not None else None
        # Our own bytes went out unchecked, so h11 is only told what kind of request its reply belongs to.
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=limits.head_bytes)
        self._h11.send(_PRIMERS["HEAD" if method == "HEAD" else "GET"])
        self._h11.send(_END)
        self._head: h11.Response | None = None
        self._decoder: Decoder | None = None
        self._coding: str | None = None
        self._wire_length = 0
        self._body: list[bytes] = []
        self._length = 0
        self._reads: list[tuple[int, int]] = []

    @property
    def finished(self) -> bool:
        return self.whole or self.fault is not None

    @property
    def replied(self) -> bool:
        """Whether the final reply has begun, or what came is none."""
        return self._head is not None or self.finished

    @property
    def reusable(self) -> bool:
        """Whether the connection may carry another request (RFC 9112 §9.3), with no stray bytes on it."""
        return (
            self.whole and self.fault is None and self._h11.their_state is h11.DONE and not self._h11.trailing_data[0]
        )

    @property
    def reply(self) -> Reply | None:
        if self._head is None:
            return None
        return Reply(
            status=self._head.status_code,
            reason=self._head.reason.decode("latin-1"),
            headers=tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in self._head.headers.raw_items()),
            body=b"".join(self._body),
            reads=tuple(self._reads),
            coding=self._coding,
            wire_length=self._wire_length,
        )

    def feed(self, data: bytes, at_us: int) -> None:
        """The bytes of one read, `at_us` microseconds after the request was sent."""
        if not self.received and not b"HTTP/".startswith(data.lstrip(b"\r\n")[:5]):
            # h11 would wait for the end of a head that never comes
            begin = json.dumps(data[:20].decode("utf-8", "replace"), ensure_ascii=False)
            self.give_up("not http", f"the reply begins with {begin}, which is not HTTP/1.1")
        self.received += len(data)
        if self._head is None and self.received > _HEADS * self._limits.head_bytes + len(data):
            self.give_up("too large", f"after {self.received} bytes there is no head of a final reply")
        before = self._wire_length
        if not self.finished:
            self._advance(data, ended=False)
        if self._wire_length > before:
            if len(self._reads) == MOST_READS:
                self._reads.pop()
            self._reads.append((at_us, self._length))
        if not self.finished and self._head is not None:
            self._hang_up_if_due()

    def end(self, *, reset: bool) -> None:
        """The connection has ended. That completes a body without a length, unless it ended with an error."""
        if not reset:
            self._advance(b"", ended=True)
        if not self.finished:
            self._close(", by a reset" if reset else "")

    def give_up(self, kind: FaultKind, text: str) -> None:
        self.fault = Fault(kind, text)

    def _advance(self, data: bytes, *, ended: bool) -> None:
        try:
            self._h11.receive_data(data)
            while not self.finished:
                event = self._h11.next_event()
                if isinstance(event, h11.Data):
                    self._add(bytes(event.data))
                elif isinstance(event, h11.Response):
                    self._begin(event)
                elif isinstance(event, h11.EndOfMessage):
                    self._complete()
                elif not isinstance(event, h11.InformationalResponse):
                    return
        except h11.RemoteProtocolError as error:
            if ended:
                self._close("")
            elif error.error_status_hint == 431:
                part = "head is" if self._head is None else "trailers are"
                self.give_up("too large", f"the {part} over {self._limits.head_bytes} bytes")
            else:
                part = "head" if self._head is None else "body"
                why = str(error).partition(":")[0][:60]  # h11 goes on to quote the line, all 64 KiB of it
                self.give_up("not http", f"the {part} of the reply is not HTTP/1.1: {why}")
        except BadCoding as error:
            self.give_up("bad coding", str(error))
        except TooLarge:
            self.give_up("too large", f"the body unpacks to over {self._limits.decoded_bytes} bytes")

    def _begin(self, head: h11.Response) -> None:
        self._head = head
        if sum(len(name) + len(value) + 4 for name, value in head.headers) > self._limits.head_bytes:
            self.give_up("too large", f"the head is over {self._limits.head_bytes} bytes")

    def _add(self, data: bytes) -> None:
        if not self._wire_length:
            self._choose_decoder()
        self._wire_length += len(data)
        if self._wire_length > self._limits.body_bytes:
            self.give_up("too large", f"the body is over {self._limits.body_bytes} bytes")
            return
        if self._decoder is not None:
            data = self._decoder.feed(data)
        self._body.append(data)
        self._length += len(data)
        if self._watch is not None:
            self._watch.feed(data)

    def _choose_decoder(self) -> None:
        assert self._head is not None
        codings = b",".join(value for name, value in self._head.headers if name == b"content-encoding")
        coding = codings.decode("latin-1").strip().lower()
        if coding in Decoder.KNOWN:
            self._coding = coding
            self._decoder = Decoder(coding, self._limits.decoded_bytes)

    def _complete(self) -> None:
        self.whole = True
        if self._decoder is not None:
            self._decoder.finish()

    def _hang_up_if_due(self) -> None:
        wanted = self._hang_up
        if wanted.bytes_ is not None and self._length >= wanted.bytes_:
            self.give_up("hung up", f"we closed the connection after {self._length} bytes of body")
        elif self._watch is not None and wanted.events is not None and len(self._watch.events) >= wanted.events:
            self.give_up("hung up", f"we closed the connection after {len(self._watch.events)} events")

    def _close(self, how: str) -> None:
        if not self.received:
            text = "before any byte of a reply came"
        elif self._head is None:
            text = f"after {self.received} bytes, before the head of the reply was whole"
        else:
            text = f"after {self._wire_length} bytes of body, before the reply was whole"
        self.give_up("closed", f"the connection closed {text}{how}")


_HEADS = 4
"""How many heads' worth of bytes may come before the final one: interim replies (RFC 9110 §15.2) may be several."""

_PRIMERS = {name: h11.Request(method=name, target="/", headers=[("host", "x")]) for name in ("GET", "HEAD")}
_END = h11.EndOfMessage()
