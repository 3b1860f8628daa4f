"""What a habit sees of a request, and what it may change of a reply."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson

from inferproof.front.backend import INVALID, Json, Refusal
from inferproof.front.errors import Errors

JSON, EVENTS, HTML = "application/json", "text/event-stream", "text/html"

Headers = list[tuple[str, str]]


@dataclass
class Answer:
    """A reply, to be edited in place. The names of headers are in lower case; lengths are the layer's.

    Of a stream there is only the head: `on_event` are given each event's JSON and say which events go out in its place,
    `on_write` are given the bytes of each event, `opening` stands before the first. `wait` is how many seconds the head
    is late; what is not `sized` goes out in chunks.
    """

    status: int
    headers: Headers
    body: bytes = b""
    wait: float = 0.0
    on_event: list[Callable[[Json], list[Json]]] = field(default_factory=list)
    on_write: list[Callable[[bytes], bytes]] = field(default_factory=list)
    opening: bytes = b""
    sized: bool = True

    def header(self, name: str) -> str:
        """The first value; empty where there is none."""
        return next((value for key, value in self.headers if key == name), "")

    def set(self, name: str, *values: str) -> None:
        """Give a header these values in place of those it has."""
        self.headers = [pair for pair in self.headers if pair[0] != name] + [(name, value) for value in values]

    @property
    def media(self) -> str:
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def streamed(self) -> bool:
        return self.media == EVENTS

    @property
    def json(self) -> Any:
        """The body's JSON, a copy; None where the reply is no JSON, or is compressed."""
        readable = self.media == JSON and self.body and not self.header("content-encoding")
        return orjson.loads(self.body) if readable else None

    @json.setter
    def json(self, value: Any) -> None:
        self.body = orjson.dumps(value)

    def becomes(self, status: int, body: bytes | Json, media: str = "", **headers: str) -> None:
        """Answer so instead; a `_` in a header's name stands for `-`."""
        self.status, self.body = status, orjson.dumps(body) if isinstance(body, dict) else body
        media = media or (JSON if isinstance(body, dict) else HTML)
        self.headers = [("content-type", media)] if body else []
        self.headers += [(name.replace("_", "-"), value) for name, value in headers.items()]
        self.on_event, self.on_write, self.opening = [], [], b""

    def edit(self, change: Callable[[Json], Any]) -> None:
        """Change the JSON object of a whole reply, or that of each event of a stream, in place."""
        if self.streamed:

            def changed(event: Json) -> list[Json]:
                change(event)
                return [event]

            self.on_event.append(changed)
        elif isinstance(value := self.json, dict):
            change(value)
            self.json = value


@dataclass(frozen=True)
class Asked:
    """A request. `role` is that of its operation, empty where it meets none; header names are in lower case.

    `nth` counts, from 0, the same requests before it; `errors` write refusals in the shapes that the contract has.
    """

    method: str
    path: str
    query: str
    role: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    errors: Errors
    seed: int = 0
    nth: int = 0

    def header(self, name: str) -> str:
        """The first value; empty where there is none."""
        return next((value for key, value in self.headers if key == name), "")

    @cached_property
    def json(self) -> Json:
        """The body where it is a JSON object, else an empty one."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}

    def get(self, name: str) -> Any:
        return self.json.get(name)

    def has(self, *names: str) -> bool:
        """One of these members asks for something: it is neither absent, null, false nor empty."""
        return any(self.json.get(name) not in (None, False, [], {}, "") for name in names)

    def number(self, name: str) -> float | None:
        """The member where it is a number."""
        value = self.json.get(name)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def above(self, name: str, most: float) -> str | None:
        """What is wrong with a number beyond a cap."""
        value = self.number(name)
        return f"{name} must be at most {most:g}" if value is not None and value > most else None

    def more(self, name: str, most: int) -> str | None:
        """What is wrong with a list beyond a cap."""
        value = self.json.get(name)
        return (
            f"{name} must have at most {most} items" if isinstance(value, list | dict) and len(value) > most else None
        )

    @property
    def messages(self) -> list[Json]:
        found = self.json.get("messages")
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    @property
    def roles(self) -> list[Any]:
        return [message.get("role") for message in self.messages]

    @property
    def parts(self) -> list[Json]:
        """The parts of all contents that are lists."""
        contents = [message.get("content") for message in self.messages]
        return [part for each in contents if isinstance(each, list) for part in each if isinstance(part, dict)]

    @property
    def streams(self) -> bool:
        return self.json.get("stream") is True

    def chance(self, share: float) -> bool:
        """Whether this one is among that share of all requests: the same one, as often asked, on every machine."""
        text = f"{self.seed}/{self.nth}/{self.method}/{self.path}?{self.query}/".encode() + self.body
        return int.from_bytes(hashlib.sha256(text).digest()[:8]) < share * 2**64

    def refused(self, message: str, at: str = "", status: int = INVALID) -> Answer:
        """A refusal as the contract has it: of one member, or with another status."""
        loc = ("body", at) if at else ("body",)
        reply = self.errors.reply(Refusal(status, message, loc=loc))
        return Answer(reply.status, [(name.lower(), value) for name, value in reply.headers], reply.body)
