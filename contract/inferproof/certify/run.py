"""The run: sends a plan's probes and records every exchange. It decides nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from email.utils import parsedate_to_datetime

from inferproof.certify.credentials import authorized, redactor, withheld
from inferproof.certify.target import Target, UsageError
from inferproof.certify.watchdog import BODY_BYTES, Bounds, bounded
from inferproof.document import Contract
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip
from inferproof.probes.probe import PlannedRequest, Probe, ProbeFailed, RequestBuilder, Steps
from inferproof.wire.client import Client, SendResult, Timeouts
from inferproof.wire.exchange import Exchange, Fault, Reply, Request

LONGEST_WAIT = 60.0
"""Seconds that a 429 may make us wait before we take it for the answer."""

TRIES = 5
"""How often a request that is answered 429 is sent in all."""


LONGEST_REPLY = 10
"""How many times the patience a reply may take that never falls silent."""


class Recorder:
    """Sends probes to one target and keeps the exchanges, redacted. Safe to read at any moment, also after Ctrl-C."""

    def __init__(
        self, contract: Contract, target: Target, call: RequestBuilder, client: Client, bounds: Bounds | None = None
    ) -> None:
        self.bounds = bounds or Bounds(target.limits)
        self.requests = 0
        self._contract, self._target, self._call, self._client = contract, target, call, client
        self._redactor = redactor(target, call.seed)
        self._slots = asyncio.Semaphore(target.limits.concurrency)
        self._pace = _Pace(target.limits.requests_per_minute)
        self._exchanges: dict[str, list[Exchange]] = {}
        self._under_way: dict[str, PlannedRequest] = {}
        self._ended: set[str] = set()

    def exchanges(self, probes: Sequence[Probe]) -> list[Exchange]:
        """What has been recorded, in plan order."""
        return [exchange for probe in probes for exchange in self._exchanges.get(probe.name, ())]

    async def send_all(self, probes: Sequence[Probe], done: Callable[[Probe], None] = lambda probe: None) -> None:
        """The shared probes concurrently, the exclusive ones alone, then the `last`; a fault for what is cut off."""

        async def one(probe: Probe) -> None:
            await self.send(probe)
            done(probe)

        try:
            async with self.bounds.deadline():
                async with asyncio.TaskGroup() as group:
                    for probe in probes:
                        if not probe.exclusive:
                            group.create_task(one(probe))
                for probe in sorted(probes, key=lambda probe: probe.last):
                    if probe.exclusive:
                        await one(probe)
        except TimeoutError:
            self.bounds.out_of_time()
        for probe in probes:
            self._note_unsent(probe)

    async def send(self, probe: Probe) -> None:
        """The probe's requests in turn, until it ends or a reply lacks what its next request is made from."""
        exchanges = self._exchanges.setdefault(probe.name, [])
        steps = probe.start(self._call)
        while (ask := self._next(probe, steps, exchanges)) is not None:
            self._under_way[probe.name] = ask
            exchange = await self._exchange(probe, len(exchanges), ask)
            exchanges.append(exchange)
            if exchange.fault is not None and exchange.fault.kind == "withheld":
                continue
            self.bounds.seen(exchange)
            if exchange.reply is None:
                break
        self._ended.add(probe.name)

    def _next(self, probe: Probe, steps: Steps, exchanges: list[Exchange]) -> PlannedRequest | None:
        """The request that follows on these exchanges; None where there is none.

        A probe that breaks is our fault: an exchange without a request is added that says so, and the run goes on.
        """
        try:
            return steps.send(Subject(exchanges[-1], self._contract)) if exchanges else next(steps)
        except (StopIteration, Skip):
            return None
        except ProbeFailed as failed:
            fault = Fault("harness", str(failed))
            exchanges.append(Exchange(probe.name, len(exchanges), None, Request("", ""), None, fault, time.time()))
            return None

    async def _exchange(self, probe: Probe, step: int, ask: PlannedRequest) -> Exchange:
        if reason := withheld(ask.request, self._target):
            return Exchange(probe.name, step, ask.role, ask.request, None, Fault("withheld", reason))

        async def send() -> SendResult:
            async with self._slots:
                self.bounds.grant(await self._pace.wait())
                self.requests += 1
                request = authorized(ask.request, self._target, self._call.seed)
                return await self._client.send(
                    request,
                    raw=request.raw,
                    hang_up_after_events=ask.hang_up_after,
                    read_pause=ask.read_pause,
                )

        sent = await (send() if ask.at_once else as_told(send))
        exchange = Exchange(probe.name, step, ask.role, ask.request, sent.reply, sent.fault, sent.began)
        return self._redactor.exchange(bounded(exchange))

    def _note_unsent(self, probe: Probe) -> None:
        """Say of a probe that was cut off which request it got no reply to, and why."""
        if probe.name in self._ended:
            return
        exchanges = self._exchanges.setdefault(probe.name, [])
        ask = self._under_way.get(probe.name) or self._next(probe, probe.start(self._call), exchanges)
        if ask is not None:
            fault = Fault("stopped", self.bounds.cause)
            exchanges.append(Exchange(probe.name, len(exchanges), ask.role, ask.request, None, fault))


def client_of(target: Target) -> Client:
    """A client for the target, with its headers, limits and certificates. Raises UsageError."""
    seconds = target.limits.patience
    patience = Timeouts(
        connect=min(seconds, 10.0),
        first_byte=seconds,
        idle=seconds,
        total=LONGEST_REPLY * seconds,
        body_bytes=BODY_BYTES,
        decoded_bytes=BODY_BYTES,
    )
    try:
        return Client(target.url, headers=target.headers, ca_file=target.ca_file, limits=patience)
    except ValueError as error:
        raise UsageError(str(error)) from error


async def as_told(send: Callable[[], Awaitable[SendResult]]) -> SendResult:
    """Send until the answer is no 429, waiting each time as the server says; the last one stands as it is."""
    for _ in range(TRIES - 1):
        sent = await send()
        wait = _retry_after(sent.reply)
        if wait is None or wait > LONGEST_WAIT:
            return sent
        await asyncio.sleep(wait)
    return await send()


def _retry_after(reply: Reply | None) -> float | None:
    """Seconds to wait before sending again (RFC 9110 §10.2.3); None where the reply is no 429."""
    if reply is None or reply.status != 429:
        return None
    value = reply.header("retry-after") or "1"
    if value.isascii() and value.isdigit():
        return float(value[:10])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 1.0


class _Pace:
    """Spaces requests evenly, so that no minute sees more than `per_minute`; 0 means at once."""

    def __init__(self, per_minute: int) -> None:
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._next = 0.0

    async def wait(self) -> float:
        """Wait for one's turn; the seconds that a turn takes."""
        if self._gap:
            now = asyncio.get_running_loop().time()
            self._next = max(self._next, now)
            delay, self._next = self._next - now, self._next + self._gap
            await asyncio.sleep(delay)
        return self._gap
