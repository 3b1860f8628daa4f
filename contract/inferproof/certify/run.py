"""The run: sends a plan's probes and records every exchange. It decides nothing."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from email.utils import parsedate_to_datetime

from inferproof.certify.target import Target
from inferproof.document import Contract
from inferproof.probes.probe import KEY, WRONG_KEY, Ask, Call, Probe
from inferproof.requirements.answer import Answer
from inferproof.requirements.select import UNREADABLE
from inferproof.wire.client import Client
from inferproof.wire.exchange import Exchange, Reply, Request
from inferproof.wire.redact import Redactor

LONGEST_WAIT = 60.0
"""Seconds that a 429 may make us wait before we take it for the answer."""

SHORTEST = 6
"""Characters that a secret must have to be told from ordinary text; a shorter key protects nothing."""

TRIES = 5
"""How often a request that is answered 429 is sent in all."""


class Recorder:
    """Sends probes to one target and keeps the exchanges, redacted. Safe to read at any moment, also after Ctrl-C."""

    def __init__(self, contract: Contract, target: Target, call: Call, client: Client) -> None:
        self._contract, self._target, self._call, self._client = contract, target, call, client
        named = {"wrong-key": wrong_key(call.seed)} | ({"key": target.key} if target.key else {})
        known = named | secret_headers(target)
        self._redactor = Redactor({name: value for name, value in known.items() if len(value) >= SHORTEST})
        self._slots = asyncio.Semaphore(target.limits.concurrency)
        self._pace = _Pace(target.limits.requests_per_minute)
        self._exchanges: dict[str, list[Exchange]] = {}
        self.requests = 0

    def exchanges(self, probes: Sequence[Probe]) -> list[Exchange]:
        """What has been recorded, in plan order."""
        return [exchange for probe in probes for exchange in self._exchanges.get(probe.name, ())]

    async def send_all(self, probes: Sequence[Probe], done: Callable[[Probe], None] = lambda probe: None) -> None:
        """The shared probes concurrently, then the exclusive ones one at a time."""

        async def one(probe: Probe) -> None:
            await self.send(probe)
            done(probe)

        async with asyncio.TaskGroup() as group:
            for probe in probes:
                if not probe.exclusive:
                    group.create_task(one(probe))
        for probe in probes:
            if probe.exclusive:
                await one(probe)

    async def send(self, probe: Probe) -> None:
        """The probe's requests in turn, until it ends or a reply lacks what its next request is made from."""
        exchanges = self._exchanges.setdefault(probe.name, [])
        steps = probe.start(self._call)
        try:
            ask = next(steps)
            while True:
                exchange = await self._exchange(probe, len(exchanges), ask)
                exchanges.append(exchange)
                if exchange.reply is None:
                    return
                ask = steps.send(Answer(exchange, self._contract))
        except (StopIteration, *UNREADABLE):
            return

    async def _exchange(self, probe: Probe, step: int, ask: Ask) -> Exchange:
        for attempt in range(TRIES):
            async with self._slots:
                await self._pace.wait()
                self.requests += 1
                request = authorized(ask.request, self._target, self._call.seed)
                sent = await self._client.send(
                    request,
                    raw=request.raw,
                    hang_up_after_events=ask.hang_up_after,
                    read_pause=ask.read_pause,
                )
            wait = _retry_after(sent.reply)
            if wait is None or wait > LONGEST_WAIT or attempt == TRIES - 1:
                break
            await asyncio.sleep(wait)
        exchange = Exchange(probe.name, step, ask.role, ask.request, sent.reply, sent.fault, sent.began)
        return self._redactor.exchange(exchange)


def authorized(request: Request, target: Target, seed: int = 0) -> Request:
    """The request with its key markers replaced; a target without a key gets no Authorization header for it."""
    key = target.key or ""
    headers = tuple(
        (name, value.replace(WRONG_KEY, wrong_key(seed)).replace(KEY, key))
        for name, value in request.headers
        if KEY not in value or key
    )
    return replace(request, headers=headers, raw=request.raw and request.raw.replace(KEY.encode(), key.encode()))


def wrong_key(seed: int) -> str:
    """A key that looks like one and that no server has issued; it follows from the seed."""
    return "sk-" + hashlib.sha256(f"inferproof wrong key {seed}".encode()).hexdigest()[:40]


def secret_headers(target: Target) -> dict[str, str]:
    """The values of the target's extra headers that look like credentials, by a name for their marker."""
    telling = ("auth", "key", "token", "secret", "cookie")
    return {
        f"header-{name.lower()}": value
        for name, value in target.headers
        if len(value) >= 6 and any(word in name.lower() for word in telling)
    }


def _retry_after(reply: Reply | None) -> float | None:
    """Seconds to wait before sending again (RFC 9110 §10.2.3); None where the reply is no 429."""
    if reply is None or reply.status != 429:
        return None
    value = reply.header("retry-after") or "1"
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return 1.0


class _Pace:
    """Spaces requests evenly, so that no minute sees more than `per_minute`; 0 means at once."""

    def __init__(self, per_minute: int) -> None:
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._next = 0.0

    async def wait(self) -> None:
        if not self._gap:
            return
        now = asyncio.get_running_loop().time()
        self._next = max(self._next, now)
        delay, self._next = self._next - now, self._next + self._gap
        await asyncio.sleep(delay)
