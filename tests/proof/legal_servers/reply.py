"""One reply of the mock, to be said otherwise: what it says, how that is spelt, and how it goes over the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any, Literal

DONE = "[DONE]"


@dataclass(frozen=True)
class Request:
    """What the client sent. Header names are in lower case."""

    method: str
    target: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def header(self, name: bytes) -> str:
        return next((value.decode("latin-1") for key, value in self.headers if key == name), "")

    @cached_property
    def asked(self) -> dict[str, Any]:
        """The body where it is a JSON object, else an empty one."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def data_line(data: str) -> str:
    """An event as most servers write it."""
    return f"data: {data}\n\n"


def chunk(piece: bytes) -> bytes:
    """A chunk of HTTP's chunked coding (RFC 9112 §7.1)."""
    return b"%x\r\n%s\r\n" % (len(piece), piece)


class Reply:
    """Everything about it may be changed until it is sent.

    `json` is the body of a JSON reply, `chunks` are the events of a stream but for `[DONE]`. `dumps` and `frame` spell
    them. `writes` are the pieces that go out one by one, `pause` seconds apart: each event, or the whole body. Then
    comes HTTP: `before` goes ahead of the head, `spell_header` makes a header's line, `framing` says how the body's
    end is known, `cut` makes a chunk of a piece, and `trailers` follow the last chunk. With `keep_alive` false the
    connection is closed after the reply, which says so; with `drop` true it is closed without a word.
    """

    def __init__(self, request: Request, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.request = request
        self.status = status
        self.version = "HTTP/1.1"
        self.reason = HTTPStatus(status).phrase
        self.headers = [pair for pair in headers if pair[0].lower() != "content-length"]
        self.body = body
        self.dumps: Callable[[Any], str] = compact
        self.frame: Callable[[str], str] = data_line
        self.pause = 0.0
        self.before = b""
        self.spell_header: Callable[[str, str], str] = "{}: {}".format
        self.framing: Literal["length", "chunked", "close"] = "chunked" if self.streamed else "length"
        self.cut: Callable[[bytes], bytes] = chunk
        self.trailers = b""
        self.keep_alive = True
        self.drop = False
        self._json: Any = None
        self._chunks: list[Any] | None = None
        self._writes: list[bytes] | None = None

    @property
    def asked(self) -> dict[str, Any]:
        return self.request.asked

    @property
    def path(self) -> str:
        return self.request.path

    @property
    def media_type(self) -> str:
        found = (value for name, value in self.headers if name.lower() == "content-type")
        return next(found, "").partition(";")[0].strip().lower()

    @property
    def streamed(self) -> bool:
        return self.media_type == "text/event-stream"

    @property
    def json(self) -> Any:
        """The body's JSON, to be edited in place."""
        if self._json is None:
            self._json = json.loads(self.body)
        return self._json

    @json.setter
    def json(self, value: Any) -> None:
        self._json = value

    @property
    def chunks(self) -> list[Any]:
        """The JSON of each event but `[DONE]`, to be edited in place."""
        if self._chunks is None:
            self._chunks = [json.loads(data) for data in self._datas() if data != DONE]
        return self._chunks

    @chunks.setter
    def chunks(self, value: list[Any]) -> None:
        self._chunks = value

    @property
    def values(self) -> list[Any]:
        """Every JSON value of the reply: the body, or the chunks of its stream."""
        return self.chunks if self.streamed else [self.json]

    @property
    def writes(self) -> list[bytes]:
        return self._rendered() if self._writes is None else self._writes

    @writes.setter
    def writes(self, value: list[bytes]) -> None:
        self._writes = value

    def header(self, name: str, *values: str) -> None:
        """Give a header these values in place of those it has."""
        self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()]
        self.headers += [(name, value) for value in values]

    def wire(self) -> Iterator[bytes]:
        """The bytes, in the pieces in which they are to be written."""
        pieces = self.writes
        yield self.before + self._head(sum(map(len, pieces)))
        if self.request.method == "HEAD":
            return
        if self.framing == "chunked":
            yield from (self.cut(piece) for piece in pieces if piece)
            yield b"0\r\n" + self.trailers + b"\r\n"
        else:
            yield from pieces

    def snapshot(self) -> tuple[Any, ...]:
        """What tells an edited reply from one that is not."""
        return (*self.wire(), self.pause, self.keep_alive, self.drop)

    def _head(self, length: int) -> bytes:
        headers = list(self.headers)
        if self.framing == "length":
            headers.append(("content-length", str(length)))
        elif self.framing == "chunked":
            headers.append(("transfer-encoding", "chunked"))
        if not self.keep_alive:
            headers.append(("connection", "close"))
        lines = [f"{self.version} {self.status} {self.reason}"]
        lines += [self.spell_header(name, value) for name, value in headers]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _rendered(self) -> list[bytes]:
        if self.streamed:
            done = [DONE] if DONE in self._datas() else []
            return [self.frame(data).encode() for data in (*map(self.dumps, self.chunks), *done)]
        if self.media_type == "application/json":
            return [self.dumps(self.json).encode()]
        return [self.body]

    def _datas(self) -> list[str]:
        events = self.body.decode().split("\n\n")
        return [event.removeprefix("data: ") for event in events if event]


def every_reply(reply: Reply) -> bool:
    return True


def json_replies(reply: Reply) -> bool:
    return reply.media_type == "application/json"


def streams(reply: Reply) -> bool:
    return reply.streamed


def chat_streams(reply: Reply) -> bool:
    return reply.streamed and "choices" in reply.chunks[0]


def completions(reply: Reply) -> bool:
    """Chat completions, whole or streamed, and scores of attributes, which look the same."""
    return reply.status == 200 and all(isinstance(value, dict) and "choices" in value for value in reply.values)


def whole_completions(reply: Reply) -> bool:
    return not reply.streamed and completions(reply)


def embeddings(reply: Reply) -> bool:
    return reply.status == 200 and reply.path.endswith("/embeddings")


def native(reply: Reply) -> bool:
    """Replies of the native operation, whole or streamed."""
    return reply.status == 200 and all(isinstance(value, dict) and "text" in value for value in reply.values)


def configs(reply: Reply) -> bool:
    return reply.status == 200 and reply.path.endswith("/discovery/configs")


def model_lists(reply: Reply) -> bool:
    """Lists of models, of either kind and in either form."""
    return (
        (reply.request.method, reply.status, reply.media_type) == ("GET", 200, "application/json")
        and isinstance(reply.json, dict)
        and isinstance(reply.json.get("data"), list)
    )


def pings(reply: Reply) -> bool:
    return reply.path.endswith("/ping")


def errors(*statuses: int) -> Callable[[Reply], bool]:
    return lambda reply: reply.status in statuses
