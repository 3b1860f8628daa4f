"""The run: sends a plan's probes and records every exchange. It decides nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from inferproof.certify.pace import Pace
from inferproof.certify.sender import Sender
from inferproof.certify.spending import Spending
from inferproof.certify.target import Target, UsageError
from inferproof.certify.watchdog import BODY_BYTES, Bounds
from inferproof.document import Contract
from inferproof.generated.probe import GeneratedProbe
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip
from inferproof.probes.probe import PlannedRequest, Probe, ProbeFailed, RequestBuilder, Steps
from inferproof.wire.client import Client, Timeouts
from inferproof.wire.exchange import Exchange, Fault, Request

LONGEST_REPLY = 10
"""How many times the patience a reply may take that never falls silent."""


class Recorder:
    """Sends probes to one target and keeps the exchanges, redacted. Safe to read at any moment, also after Ctrl-C.

    `pace` and `spending` are shared by all recorders of a run. `kept` is told of each exchange as it ends.
    """

    def __init__(
        self,
        contract: Contract,
        target: Target,
        call: RequestBuilder,
        client: Client,
        bounds: Bounds | None = None,
        pace: Pace | None = None,
        spending: Spending | None = None,
        kept: Callable[[Exchange], None] = lambda exchange: None,
    ) -> None:
        self.bounds = bounds or Bounds(target.limits)
        self._contract, self._call = contract, call
        self._sender = Sender(target, call, client, self.bounds, pace or Pace(target.limits), spending or Spending())
        self._exchanges: dict[str, list[Exchange]] = {}
        self._under_way: dict[str, PlannedRequest] = {}
        self._ended: set[str] = set()
        self._kept = kept

    @property
    def requests(self) -> int:
        """How many were sent, each try counted."""
        return self._sender.requests

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
            exchange = await self._sender.send(probe.name, len(exchanges), ask)
            self._record(probe, exchange)
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
            made = Exchange(probe.name, len(exchanges), None, Request("", ""), None, fault, time.time())
            self._record(probe, made)
            return None

    def _note_unsent(self, probe: Probe) -> None:
        """Say of a probe that was cut off which request it got no reply to, and why."""
        if probe.name in self._ended:
            return
        exchanges = self._exchanges.setdefault(probe.name, [])
        ask = self._under_way.get(probe.name) or self._next(probe, probe.start(self._call), exchanges)
        if ask is not None:
            fault = Fault("stopped", self.bounds.cause)
            self._record(probe, Exchange(probe.name, len(exchanges), ask.role, ask.request, None, fault))

    def _record(self, probe: Probe, exchange: Exchange) -> None:
        if isinstance(probe, GeneratedProbe):
            exchange = replace(exchange, origin=probe.origin, requirement=probe.requirement)
        self._exchanges[exchange.probe].append(exchange)
        self._kept(exchange)


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
