"""When a run ends before its plan does: no reply comes any more, too much comes, its time is up, a person ends it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from inferproof.certify.spending import CURE
from inferproof.certify.target import Budget, Limits
from inferproof.wire.exchange import Exchange, Fault, FaultKind, Reply

IN_A_ROW = 16
"""Requests without a reply, one after the other, after which no further one is sent: two rounds of eight at a time."""

CURES: dict[FaultKind, str] = {
    "closed": ": did the server crash? Its log says",
    "unreachable": ": did the server crash? Its log says",
    "timeout": ": does the server hang? Its log says; if it is only slow, set patience in the target file",
}
"""What to look at where no reply comes any more."""

MIB = 1024 * 1024

BODY_BYTES = 4 * MIB
"""What one reply may be long: thirty times the longest of a real server, a batch of embeddings."""

KEPT_OF_A_CUT_BODY = 16 * 1024
"""What is kept of a body that was too large to be read whole: evidence, since nobody judges it."""

UNFOLDED = 48 * MIB
"""What one reply may take in memory once it is read."""

UNFOLDED_IN_ALL = 160 * MIB
"""What all replies of a run may take: with the suite itself under 500 MB."""


class Bounds:
    """Watches a run, and ends it by its deadline. `cause` is empty as long as the run goes on.

    No wait prolongs what the budget allows; its minutes begin with the first deadline.
    """

    def __init__(self, limits: Limits, budget: Budget = Budget()) -> None:  # noqa: B008 - frozen
        self.cause = ""
        self._minutes = budget.minutes
        self._last = math.inf
        self._limits = limits
        self._in_a_row = 0
        self._unfolded = 0
        self._deadline: asyncio.Timeout | None = None

    def another_round(self) -> None:
        """What was seen so far is judged and dropped; only the failures in a row go on."""
        self._unfolded = 0

    @asynccontextmanager
    async def deadline(self) -> AsyncIterator[None]:
        """The context to send in; it raises TimeoutError where the run is ended, by whatever cause."""
        if self._minutes is not None and self._last == math.inf:
            self._last = asyncio.get_running_loop().time() + 60 * self._minutes
        async with asyncio.timeout(0) as self._deadline:
            if not self.cause:
                self._move(asyncio.get_running_loop().time() + self._limits.total_seconds)
            try:
                yield
            finally:
                self._deadline = None

    def grant(self, seconds: float) -> None:
        """More time, because the pace takes it, which the server or the user asks for."""
        if seconds and self._deadline is not None and (until := self._deadline.when()) is not None:
            self._move(until + seconds)

    def end(self, cause: str) -> None:
        """End the run: nothing further is sent, and what is under way is given up. The first cause stands."""
        self.cause = self.cause or cause
        self._move(asyncio.get_running_loop().time())

    def out_of_time(self) -> None:
        if self._minutes is not None and asyncio.get_running_loop().time() >= self._last:
            self.cause = self.cause or f"the budget of {self._minutes:g} minutes is spent: {CURE}"
        self.cause = self.cause or (
            f"the run was ended after {self._limits.total_seconds:g} s, its limit (total_seconds in the target file)"
        )

    def _move(self, until: float) -> None:
        if self._deadline is not None and not self._deadline.expired():
            self._deadline.reschedule(min(until, self._last))

    def seen(self, exchange: Exchange) -> None:
        """Count an exchange, in the order in which they end."""
        self._unfolded += unfolded(exchange.reply)
        if self._unfolded > UNFOLDED_IN_ALL:
            self.end(f"the replies take over {UNFOLDED_IN_ALL // MIB} MiB of memory")
        if exchange.request.raw is not None and exchange.reply is None:
            return  # bytes that are no request may be met with silence
        if exchange.fault is None or exchange.fault.kind == "hung up":
            self._in_a_row = 0
            return
        self._in_a_row += 1
        if self._in_a_row == IN_A_ROW:
            self.end(_no_reply(exchange, exchange.fault))


def _no_reply(last: Exchange, fault: Fault) -> str:
    cure = CURES.get(fault.kind, "")
    return f"{IN_A_ROW} requests in a row brought no whole reply{cure}; the last was {last.name}: {fault.text}"


def bounded(exchange: Exchange) -> Exchange:
    """The exchange, its body cut to a piece where the whole could not be read, or not in bounded memory."""
    reply, fault = exchange.reply, exchange.fault
    if reply is None:
        return exchange
    if fault is None or fault.kind != "too large":
        takes = unfolded(reply)
        if takes <= UNFOLDED:
            return exchange
        fault = Fault("too large", f"its {len(reply.body)} bytes take about {takes // MIB} MiB once they are read")
    body = reply.body[:KEPT_OF_A_CUT_BODY]
    reads = tuple((at_us, min(offset, len(body))) for at_us, offset in reply.reads)
    return replace(exchange, reply=replace(reply, body=body, reads=reads), fault=fault)


def unfolded(reply: Reply | None) -> int:
    """About how many bytes a body takes once it is read as JSON or as events, measured on CPython 3.11.

    A container takes 64 bytes and a place in another, a number or a string some 32 and its own length, an event 400.
    """
    if reply is None:
        return 0
    body, events = reply.body, reply.media_type == "text/event-stream"
    if not events and "json" not in reply.media_type:
        return len(body)
    lines = 200 * (body.count(b"\n") + body.count(b"\r")) if events else 0
    return 2 * len(body) + 72 * (body.count(b"[") + body.count(b"{")) + 40 * body.count(b",") + lines
