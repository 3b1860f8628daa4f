"""After the plan: exploring further requests for a while, and making what failed small enough to be read."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count, cycle

from inferproof.certify.pace import Pace
from inferproof.certify.result import Result
from inferproof.certify.run import Recorder
from inferproof.certify.spending import Spending
from inferproof.certify.target import Target
from inferproof.certify.watchdog import Bounds
from inferproof.document import Contract
from inferproof.generated.baselines import model_member
from inferproof.generated.generator import Generator
from inferproof.generated.members import roles
from inferproof.generated.shrink import reduced
from inferproof.judge.claims import BODY, is_claimed
from inferproof.judge.judge import Judgement, Outcome, judge
from inferproof.judge.requirement import Requirement
from inferproof.judge.subject import Subject
from inferproof.judge.value import Missing
from inferproof.probes.probe import PlannedRequest, Probe, RequestBuilder, Steps
from inferproof.wire.client import Client
from inferproof.wire.exchange import Exchange, NotJson

GENERATED = ("gate.", "kept.")
"""How the names of probes begin whose requests may be made smaller: no request of theirs depends on another."""

ROUND = 64
"""Requests that are sent before they are judged, while exploring."""

REDUCING_SECONDS = 120
"""How long evidence is made small at most: a server may hang at every second request."""

MOST_REDUCED = 20
"""Requirements whose evidence is made small in one run; a server that fails more has larger worries."""


@dataclass(frozen=True)
class Found:
    """`reduced` are exchanges named `reduced.<requirement>`; `explored` counts the requests sent beyond the plan."""

    reduced: tuple[Exchange, ...] = ()
    explored: int = 0
    from_exploring: frozenset[str] = frozenset()
    """Names of those exchanges that exploring found, not the plan."""


class Pursuit:
    """Sends further requests to one target. `result` is what the plan brought; `pace` and `spending` are the run's."""

    def __init__(
        self,
        contract: Contract,
        target: Target,
        call: RequestBuilder,
        client: Client,
        result: Result,
        pace: Pace | None = None,
        spending: Spending | None = None,
    ) -> None:
        self._contract, self._target, self._call, self._client = contract, target, call, client
        self._result = result
        self._pace, self._spending = pace or Pace(target.limits), spending or Spending()
        self._broken = {each.requirement.id for each in result.judgements if each.outcome is Outcome.FAIL}
        self._reduced: list[Exchange] = []
        self._new: set[str] = set()
        self._explored = 0
        self._stopped = False
        self._bounds = Bounds(target.limits)
        self._until = time.monotonic() + REDUCING_SECONDS

    def stop(self) -> None:
        """Send nothing further; what was found stands."""
        self._stopped = True

    @property
    def found(self) -> Found:
        return Found(tuple(self._reduced), self._explored, frozenset(self._new))

    async def shrink(self) -> None:
        """Make the evidence small of each requirement that a generated request broke."""
        for judgement in self._result.judgements:
            exchange = _smallest(judgement)
            if exchange is not None and not self._stopped and len(self._reduced) < MOST_REDUCED:
                await self._keep_reduced(judgement.requirement, exchange)

    async def explore(self, seconds: float, seed: int, requirements: Sequence[Requirement]) -> None:
        """Random requests until the time is up; the first that breaks a requirement which held is kept, reduced."""
        judged = [each for each in requirements if each.of is not None]
        until = time.monotonic() + seconds
        self._until = until + REDUCING_SECONDS
        asks = self._asks(seed)
        numbers = count()
        while time.monotonic() < until and not self._stopped:
            batch = [_probe(f"explore.{next(numbers)}", next(asks)) for _ in range(ROUND)]
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
            self._reduced.append(replace(exchange, probe=f"reduced.{requirement.id}"))
        else:
            await self._keep_reduced(requirement, judgement.failures[0].exchange)
        self._new.add(self._reduced[-1].name)

    async def _keep_reduced(self, requirement: Requirement, exchange: Exchange) -> None:
        """Reduce the body of `exchange` as long as the requirement fails and the body stays what it claims to be.

        Any text would do as a model, by the schema; the server has this one.
        """
        member = model_member(self._contract, exchange.role or "")
        name, claim = f"reduced.{requirement.id}", _claim(exchange, self._contract)
        smallest = replace(exchange, probe=name, step=0)

        async def holds(body: object) -> bool:
            nonlocal smallest
            if isinstance(body, dict) and body.get(member, model) != model:
                return False
            ask = self._call.to(exchange.role or "", body)
            if self._stopped or time.monotonic() > self._until:
                return False
            if _claim(Exchange(name, 0, exchange.role, ask.request), self._contract) != claim:
                return False
            for answered in await self._sent([_probe(name, ask)]):
                [judgement] = self._judge([requirement], [answered])
                if judgement.outcome is Outcome.FAIL:
                    smallest = answered
                    return True
            return False

        with suppress(NotJson):
            sent = exchange.request.json
            model = sent.get(member) if isinstance(sent, dict) else None
            await reduced(sent, holds)
        self._reduced.append(smallest)

    async def _sent(self, probes: Sequence[Probe]) -> list[Exchange]:
        self._bounds.another_round()
        recorder = Recorder(
            self._contract, self._target, self._call, self._client, self._bounds, self._pace, self._spending
        )
        await recorder.send_all(probes)
        if self._bounds.cause:
            self.stop()
        return [exchange for exchange in recorder.exchanges(probes) if exchange.reply is not None]

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
    ids = {exchange.probe.removeprefix("reduced.") for exchange in found.reduced}
    declined: Mapping[str, str] = result.target.get("declined", {})
    again = judge(
        [each.requirement for each in result.judgements if each.requirement.id in ids], exchanges, contract, declined
    )
    by_id = {judgement.requirement.id: judgement for judgement in again}
    judgements = tuple(by_id.get(each.requirement.id, each) for each in result.judgements)
    return replace(result, judgements=judgements)


def _smallest(judgement: Judgement) -> Exchange | None:
    """The generated exchange with the smallest body among those that broke it."""
    if judgement.outcome is not Outcome.FAIL or judgement.requirement.of is None:
        return None
    exchanges = [failure.exchange for failure in judgement.failures]
    generated = [exchange for exchange in exchanges if exchange.probe.startswith(GENERATED)]
    if len(generated) < len(exchanges):  # a hand-written request shows it already, and is short
        return None
    return min(generated, key=lambda exchange: len(exchange.request.body), default=None)


def _claim(exchange: Exchange, contract: Contract) -> tuple[str, str]:
    """What the contract expects of the request, and how a lax reader would see it."""
    answer = Subject(exchange, contract)
    try:
        return answer.expectation, answer.allowed_if_lax
    except Missing:
        return "", ""


def _probe(name: str, ask: PlannedRequest) -> Probe:
    def steps(call: RequestBuilder) -> Steps:
        yield ask

    return Probe(name, steps, "One generated request.")
