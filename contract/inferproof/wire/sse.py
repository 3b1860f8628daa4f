"""Reads server-sent events from raw bytes, by the WHATWG event-stream rules, with the time at which each arrived.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
What the standard tells a client to ignore (unknown fields, an `id` with NUL, a `retry` that is no number) is no fault.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal

from inferproof.wire.exchange import Reply

BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Event:
    """One dispatched event.

    `id` is the last event id at its dispatch, so it outlives the event that set it. `at_us` is when the read that
    completed the event came, in microseconds since the request was sent. `offset` and `end` bound it in the body: from
    its first line (a comment included) to just after its blank line. `lines` are its field lines as they stood.
    """

    data: str
    type: str = "message"
    id: str = ""
    at_us: int = 0
    offset: int = 0
    end: int = 0
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comment:
    """A line that begins with a colon, without it; servers send them to keep a connection alive."""

    text: str
    at_us: int
    offset: int


@dataclass(frozen=True, slots=True)
class FramingFault:
    """What a client would lose or misread. `offset` is the byte in the body, `text` a sentence for people.

    `unterminated`: the stream ends in data without its blank line, which a client never sees. A stream that was cut
    short (see `Exchange.fault`) ends so too. `not utf-8`: the bytes become U+FFFD in `data`.
    """

    kind: Literal["unterminated", "not utf-8"]
    offset: int
    text: str


@dataclass(frozen=True)
class EventStream:
    """A body read as an event stream. `retry` is the last reconnection time that it set, in milliseconds."""

    events: tuple[Event, ...] = ()
    comments: tuple[Comment, ...] = ()
    faults: tuple[FramingFault, ...] = ()
    retry: int | None = None


def read_events(reply: Reply) -> EventStream:
    """The events of a reply's body. Never raises. Times are 0 where the reply has no reads (a HAR file keeps none)."""
    parser = EventParser(_Arrivals(reply.reads))
    parser.feed(reply.body)
    return parser.finish()


class _Arrivals:
    """When the byte that ends at an offset of the body came."""

    def __init__(self, reads: tuple[tuple[int, int], ...]) -> None:
        self._times = [at_us for at_us, _ in reads]
        self._offsets = [offset for _, offset in reads]

    def at(self, end: int) -> int:
        if not self._times:
            return 0
        return self._times[min(bisect_left(self._offsets, end), len(self._times) - 1)]


class EventParser:
    """The standard's state machine, fed with pieces of any size. Splitting a stream differently changes nothing."""

    def __init__(self, arrivals: _Arrivals | None = None) -> None:
        self.events: list[Event] = []
        self._arrivals = arrivals or _Arrivals(())
        self._comments: list[Comment] = []
        self._faults: list[FramingFault] = []
        self._retry: int | None = None
        self._offset = 0
        """Bytes of the body fed before the current piece."""
        self._partial = bytearray()
        """The line that has no end yet."""
        self._skip_line_feed = False
        self._line_start = 0
        self._last_id = ""
        self._event_start: int | None = None
        """Where the event under way began; None between events."""
        self._data: list[str] = []
        self._type = ""
        self._lines: list[str] = []

    def feed(self, piece: bytes) -> None:
        position = 0
        if self._skip_line_feed and piece:
            self._skip_line_feed = False
            if piece[0] == 0x0A:
                position = 1
                self._line_start = self._offset + 1
        for match in _LINE_END.finditer(piece, position):
            # An event is complete at its CR: the standard does not wait for the LF that may follow.
            completed = self._offset + match.start() + 1
            self._line(self._take(piece[position : match.start()]), completed)
            position = match.end()
            self._line_start = self._offset + position
        self._partial += piece[position:]
        self._offset += len(piece)
        self._skip_line_feed = self._skip_line_feed or piece.endswith(b"\r")

    def finish(self) -> EventStream:
        """The end of the stream. What is not dispatched by now is lost to a client, and reported."""
        tail = self._take(b"")
        if self._line_start == 0:
            tail = tail.removeprefix(BOM)
        if self._data or (tail and not tail.startswith(b":")):
            lost = "\n".join([*self._lines, *([tail.decode("utf-8", "replace")] if tail else [])])
            self._faults.append(
                FramingFault(
                    "unterminated",
                    self._line_start if self._event_start is None else self._event_start,
                    f"no blank line follows {_shortened(lost)} at the end of the stream, so a client never sees it",
                )
            )
        return EventStream(tuple(self.events), tuple(self._comments), tuple(self._faults), self._retry)

    def _take(self, rest: bytes) -> bytes:
        if not self._partial:
            return rest
        line = bytes(self._partial) + rest
        self._partial.clear()
        return line

    def _line(self, line: bytes, completed: int) -> None:
        start = self._line_start
        if self._event_start is None:
            self._event_start = start
        if start == 0 and line.startswith(BOM):
            line = line[len(BOM) :]
            start = len(BOM)
        if not line:
            self._dispatch(completed)
            return
        text = self._decode(line, start)
        if text[0] == ":":
            self._comments.append(Comment(text[1:], self._arrivals.at(completed), start))
        else:
            self._lines.append(text)
            name, _, value = text.partition(":")
            self._field(name, value.removeprefix(" "))

    def _field(self, name: str, value: str) -> None:
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        elif name == "id" and "\0" not in value:
            self._last_id = value
        elif name == "retry" and value.isascii() and value.isdigit() and len(value) < 19:
            self._retry = int(value)

    def _dispatch(self, completed: int) -> None:
        start, self._event_start = self._event_start or 0, None
        data, self._data = self._data, []
        type_, self._type = self._type, ""
        lines, self._lines = self._lines, []
        if data:
            self.events.append(
                Event(
                    data="\n".join(data),
                    type=type_ or "message",
                    id=self._last_id,
                    at_us=self._arrivals.at(completed),
                    offset=start,
                    end=completed,
                    lines=tuple(lines),
                )
            )

    def _decode(self, line: bytes, start: int) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError as error:
            found = line[error.start : error.start + 4].hex(" ")
            at = start + error.start
            self._faults.append(
                FramingFault("not utf-8", at, f"the bytes {found} at {at} are not UTF-8: {error.reason}")
            )
            return line.decode("utf-8", "replace")


def _shortened(text: str, most: int = 60) -> str:
    return repr(text if len(text) <= most else text[:most] + "…")
