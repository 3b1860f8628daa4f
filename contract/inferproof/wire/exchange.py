"""One request and what came back, as bytes with their arrival times: everything the judge may look at."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal

Headers = tuple[tuple[str, str], ...]

FaultKind = Literal[
    "unreachable",  # no connection: refused, unknown host, TLS
    "timeout",  # the server was silent for longer than the client waits
    "closed",  # the connection closed before the reply was whole
    "not http",  # bytes that h11 cannot read as a response
    "too large",  # head, body or decoded body over the client's cap
    "bad coding",  # the body is not what its Content-Encoding says
    "hung up",  # we closed it on purpose, because the probe asked for that
    "stopped",  # the run ended before the request was sent, or before its reply was whole
    "withheld",  # it takes a secret that the user did not give, so it was not sent
    "harness",  # our probe broke before it had made its next request: there is none
]


class Origin(StrEnum):
    """Who made a request."""

    WRITTEN = "written"  # a person: a probe of `probes/`
    GENERATED = "generated"  # the gate, from the document
    KEPT = "kept"  # an earlier run, which kept it because it broke a requirement
    FUZZED = "fuzzed"  # chance
    SHRUNK = "shrunk"  # a request that broke a requirement, and was made smaller


@dataclass(frozen=True)
class Fault:
    """Why an exchange has no whole reply. A reply beside it holds what did arrive."""

    kind: FaultKind
    text: str


class NotJson(ValueError):
    """The bytes are not one JSON value in UTF-8 (RFC 8259); NaN and Infinity are none, nor is an endless nesting."""


DEEPEST = 200
"""How deeply a reply may be nested (RFC 8259 §9 lets a reader set a limit): validators give up at 255, and no reply of
these APIs goes below 20."""


@dataclass(frozen=True)
class Request:
    """What was sent. `target` is the request target (path and query, below the base URL's own path).

    Headers keep order and case. `raw` is what went over the wire instead, where a probe sent broken bytes on purpose.
    """

    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""
    raw: bytes | None = None

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def header(self, name: str) -> str | None:
        """The first value of a header, by its case-insensitive name (RFC 9110 §5.1)."""
        return self._by_name.get(name.lower())

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return _first_by_name(self.headers)

    @cached_property
    def json(self) -> Any:
        """The body as JSON; raises NotJson."""
        return _json(self.body)


@dataclass(frozen=True)
class Reply:
    """What came back. `body` is de-chunked and content-decoded, possibly cut short (see `Exchange.fault`).

    `reads` holds one `(microseconds since the request was sent, bytes of `body` known by then)` for each read that
    brought body bytes, so `reads[-1][1] == len(body)`; it is empty where nobody watched (a HAR file). `coding` is the
    Content-Encoding removed. `wire_length` counts the de-chunked bytes before that removal and before redaction.
    """

    status: int
    reason: str = ""
    headers: Headers = ()
    body: bytes = b""
    reads: tuple[tuple[int, int], ...] = ()
    coding: str | None = None
    wire_length: int = 0

    def header(self, name: str) -> str | None:
        """The first value of a header, by its case-insensitive name (RFC 9110 §5.1)."""
        return self._by_name.get(name.lower())

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return _first_by_name(self.headers)

    @cached_property
    def media_type(self) -> str:
        """`application/json` of `Application/JSON; charset=utf-8`; empty where none is named."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @property
    def json(self) -> Any:
        """The body as JSON; raises NotJson, also where it is nested more than DEEPEST levels deep."""
        if isinstance(self._read, NotJson):
            raise NotJson(str(self._read))
        return self._read

    @cached_property
    def _read(self) -> Any:
        """The body as JSON, or why it is none: kept, because hundreds of requirements ask."""
        try:
            value = _json(self.body)
        except NotJson as error:
            return error.with_traceback(None)
        if self.body.count(b"[") + self.body.count(b"{") > DEEPEST and deeper(value, DEEPEST):
            return NotJson(f"it is nested more than {DEEPEST} levels deep")
        return value


@dataclass(frozen=True)
class Exchange:
    """Step `step` of probe `probe`: its request, its reply, or the fault that ended it. `role` is the operation's."""

    probe: str
    step: int
    role: str | None
    request: Request
    reply: Reply | None = None
    fault: Fault | None = None
    began: float = 0.0
    """Unix time in seconds at which the request was sent."""
    origin: Origin = Origin.WRITTEN
    requirement: str = ""
    """The one that it was made for: that a generated request belongs to, or that a smaller one still breaks."""

    @property
    def name(self) -> str:
        return f"{self.probe}/{self.step}"


def by_probe(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """Exchanges by probe and step, those that were written first, in whatever order a run has recorded them."""
    order = list(Origin)
    return sorted(exchanges, key=lambda exchange: (order.index(exchange.origin), exchange.probe, exchange.step))


def _first_by_name(headers: Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in reversed(headers)}


def _json(body: bytes) -> Any:
    def refuse(constant: str) -> None:
        raise NotJson(f"{constant} is not JSON")

    try:
        return json.loads(body.decode("utf-8"), parse_constant=refuse)
    except NotJson:
        raise
    except RecursionError as error:
        raise NotJson(f"it is nested more than {DEEPEST} levels deep") from error
    except ValueError as error:
        raise NotJson(str(error)) from error


def deeper(value: Any, levels: int) -> bool:
    """Whether containers stand in each other more than `levels` times. Level by level: recursion is what to avoid."""
    layer = [value] if isinstance(value, dict | list) else []
    while layer and levels:
        children = (child for node in layer for child in (node.values() if isinstance(node, dict) else node))
        layer = [child for child in children if isinstance(child, dict | list)]
        levels -= 1
    return bool(layer)
