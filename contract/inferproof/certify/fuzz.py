"""After the plan: exploring further requests for a while, and making what failed small enough to be read."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count, cycle
from typing import Any

from inferproof.certify.causes import Cause, best, key_of
from inferproof.certify.known import settled
from inferproof.certify.pace import Pace
from inferproof.certify.result import Result
from inferproof.certify.run import Recorder
from inferproof.certify.spending import Spending
from inferproof.certify.target import Target
from inferproof.certify.watchdog import Bounds
from inferproof.document import Contract
from inferproof.generated.baselines import base, model_member
from inferproof.generated.exemptions import may_be_refused
from inferproof.generated.generator import Generator
from inferproof.generated.members import roles
from inferproof.generated.probe import GeneratedProbe
from inferproof.generated.shrink import MOST, reduced
from inferproof.judge.claims import BODY, is_claimed
from inferproof.judge.judge import Failure, Judgement, Outcome, judge
from inferproof.judge.requirement import Requirement
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip
from inferproof.probes.probe import PlannedRequest, Probe, RequestBuilder, Steps
from inferproof.wire.client import Client
from inferproof.wire.exchange import Exchange, NotJson, Origin

SHRINKS = (Origin.GENERATED, Origin.KEPT)
"""Whose requests may be made smaller: no request of theirs depends on another."""

ROUND = 64
"""Requests that are sent before they are judged, while exploring."""

REDUCING_SECONDS = 120
"""How long evidence is made small at most: a server may hang at every second request."""

MOST_REDUCED = 20
"""Causes whose examples are made small in one run; a server that has more has larger worries."""


@dataclass(frozen=True)
class Found:
    """`reduced` are exchanges named `reduced.<requirement>`; `explored` counts the requests sent beyond the plan."""

    reduced: tuple[Exchange, ...] = ()
    explored: int = 0
    from_exploring: frozenset[str] = frozenset()
    """Names of those exchanges that exploring found, not the plan."""
    requests: int = 0
    """All that was sent beyond the plan: to explore, and to make smaller what failed."""


class Pursuit:
    """Sends further requests to one target. `result` is what the plan brought; the rest is the run's."""

    def __init__(
        self,
        contract: Contract,
        target: Target,
        call: RequestBuilder,
        client: Client,
        result: Result,
        pace: Pace | None = None,
        spending: Spending | None = None,
        kept: Callable[[Exchange], None] = lambda exchange: None,
    ) -> None:
        self._contract, self._target, self._call, self._client = contract, target, call, client
        self._result = result
        self._pace, self._spending = pace or Pace(target.limits), spending or Spending()
        self._broken = {each.requirement.id for each in result.judgements if each.outcome is Outcome.FAIL}
        self._kept = kept
        self._reduced: list[Exchange] = []
        self._new: set[str] = set()
        self._explored = self._requests = 0
        self._stopped = False
        self._bounds = Bounds(target.limits)
        self._until = time.monotonic() + REDUCING_SECONDS

    def stop(self) -> None:
        """Send nothing further; what was found stands."""
        self._stopped = True

    @property
    def found(self) -> Found:
        return Found(tuple(self._reduced), self._explored, frozenset(self._new), self._requests)

    async def shrink(self, begins: Callable[[int, int], None] = lambda causes, most: None) -> None:
        """Make an example small of each cause that only generated requests show, and that is not plain already.

        `begins` is told for how many causes, and how many requests that takes at most, before the first is sent.
        """
        shrunk = [(each.requirements[0], each.example) for each in self._result.causes if self._shrinks(each)]
        shrunk = shrunk[:MOST_REDUCED]
        if shrunk and not self._stopped:
            begins(len(shrunk), MOST * len(shrunk))
        for requirement, failure in shrunk:
            if not self._stopped:
                await self._keep_reduced(requirement, failure)

    def _shrinks(self, cause: Cause) -> bool:
        if cause.requirements[0].of is None:
            return False
        exchanges = [failure.exchange for failure in cause.failures]
        return all(exchange.origin in SHRINKS for exchange in exchanges)  # others are short, and show it

    async def explore(self, seconds: float, seed: int, requirements: Sequence[Requirement]) -> None:
        """Random requests until the time is up; the first that breaks a requirement which held is kept, reduced."""
        judged = [each for each in requirements if each.of is not None]
        until = time.monotonic() + seconds
        self._until = until + REDUCING_SECONDS
        asks = self._asks(seed)
        numbers = count()
        while time.monotonic() < until and not self._stopped:
            batch = [_probe(f"explore.{next(numbers)}", next(asks), Origin.FUZZED) for _ in range(ROUND)]
            exchanges = await self._sent(batch)
            self._explored += len(exchanges)
            for judgement in self._judge(judged, exchanges):
                if judgement.outcome in (Outcome.FAIL, Outcome.HARNESS_ERROR):
                    await self._note(judgement, exchanges)

    async def _note(self, judgement: Judgement, exchanges: Sequence[Exchange]) -> None:
        requirement = judgement.requirement
        if requirement.id in self._broken:
            return
        self._broken.add(requirement.id)
        if judgement.outcome is Outcome.HARNESS_ERROR:
            exchange = next(each for each in exchanges if each.name in judgement.judged)
            self._keep(_shrunk(exchange, requirement))
        else:
            await self._keep_reduced(requirement, best(judgement.failures, self._result.plain))
        self._new.add(self._reduced[-1].name)

    async def _keep_reduced(self, requirement: Requirement, failure: Failure) -> None:
        """Reduce the body of a failing request as long as it fails for the same cause and stays what it claims to be.

        The cause is requirement, status, the server's words and the place; any text would do as a model, by the
        schema, but the server has this one.
        """
        exchange, cause = failure.exchange, key_of(failure)
        claim, refusable = self._claim(exchange), self._may_be_refused(exchange)
        smallest = _shrunk(exchange, requirement)
        name = smallest.probe

        async def holds(body: object) -> bool:
            nonlocal smallest
            ask = self._call.to(exchange.role or "", body)
            if self._stopped or time.monotonic() > self._until:
                return False
            planned = Exchange(name, 0, exchange.role, ask.request)
            if self._claim(planned) != claim or (self._may_be_refused(planned) and not refusable):
                return False
            for answered in await self._sent([_probe(name, ask, Origin.SHRUNK, requirement.id)]):
                [judgement] = self._judge([requirement], [answered])
                if judgement.outcome is Outcome.FAIL and key_of(judgement.failures[0]) == cause:
                    smallest = answered
                    return True
            return False

        with suppress(NotJson):
            sent = exchange.request.json
            await reduced(sent, holds, plain=_plain_around(self._contract, exchange.role or "", sent))
        self._keep(smallest)

    def _keep(self, exchange: Exchange) -> None:
        self._reduced.append(exchange)
        self._kept(exchange)

    async def _sent(self, probes: Sequence[Probe]) -> list[Exchange]:
        self._bounds.another_round()
        recorder = Recorder(
            self._contract, self._target, self._call, self._client, self._bounds, self._pace, self._spending
        )
        await recorder.send_all(probes)
        self._requests += recorder.requests
        if self._bounds.cause:
            self.stop()
        return [exchange for exchange in recorder.exchanges(probes) if exchange.reply is not None]

    def _claim(self, exchange: Exchange) -> tuple[str, str]:
        """What the contract expects of the request, and how a lax reader would see it."""
        answer = Subject(exchange, self._contract, self._target.declined)
        try:
            return answer.expectation, answer.allowed_if_lax
        except Skip:
            return "", ""

    def _may_be_refused(self, exchange: Exchange) -> bool:
        try:
            return may_be_refused(Subject(exchange, self._contract, self._target.declined))
        except Skip:
            return True

    def _judge(self, requirements: Sequence[Requirement], exchanges: Sequence[Exchange]) -> list[Judgement]:
        return judge(requirements, exchanges, self._contract, self._target.declined)

    def _asks(self, seed: int) -> Iterator[PlannedRequest]:
        """Random requests to each operation in turn."""
        call, declined = self._call, self._target.declined
        offered = [role for role in roles(self._contract) if is_claimed(self._contract, role, BODY, declined)]
        makers = {role: Generator(self._contract, role, declined, random.Random(f"{seed}/{role}")) for role in offered}
        for role in cycle(offered):
            model = call.embedding_model if role == "embeddings" else call.chat_model
            yield call.to(role, makers[role].body(model))


def with_found(result: Result, found: Found, exchanges: Sequence[Exchange], contract: Contract) -> Result:
    """The result with the requirements judged again that the new exchanges broke."""
    ids = {exchange.requirement for exchange in found.reduced}
    declined: Mapping[str, str] = result.target.get("declined", {})
    again = judge(
        [each.requirement for each in result.judgements if each.requirement.id in ids], exchanges, contract, declined
    )
    about = [each.known for each in result.known if each.known.requirement in ids]
    told, entries = settled(again, about, exchanges, contract, result.scope)
    by_id = {judgement.requirement.id: judgement for judgement in told}
    by_entry = {each.known: each for each in entries}
    return replace(
        result,
        judgements=tuple(by_id.get(each.requirement.id, each) for each in result.judgements),
        known=tuple(by_entry.get(each.known, each) for each in result.known),
        requests=result.requests + found.requests,
    )


def _plain_around(contract: Contract, role: str, body: object) -> dict[str, Any]:
    """The known-good body that `body` has most in common with, and its own model: what stays when it is made small."""
    if not isinstance(body, dict) or role not in roles(contract):
        return {}
    member = model_member(contract, role)
    around = max(
        (base(contract, role, name) for name in (BODY, *body)),
        key=lambda each: sum(body.get(name) == value for name, value in each.items()),
    )
    return {**around, **({member: body[member]} if member in body else {})}


def _shrunk(exchange: Exchange, requirement: Requirement) -> Exchange:
    """The exchange as the smallest that breaks the requirement, so far."""
    return replace(
        exchange, probe=f"reduced.{requirement.id}", step=0, origin=Origin.SHRUNK, requirement=requirement.id
    )


def _probe(name: str, ask: PlannedRequest, origin: Origin, requirement: str = "") -> Probe:
    def steps(call: RequestBuilder) -> Steps:
        yield ask

    return GeneratedProbe(name, steps, "One generated request.", origin=origin, requirement=requirement)
