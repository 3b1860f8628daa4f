"""What a run will cost at most, told before it starts: requests, tokens, and about how long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from inferproof.certify.target import Budget, Limits, UsageError
from inferproof.document import Contract
from inferproof.judge.subject import Subject
from inferproof.judge.value import Missing
from inferproof.probes.probe import PlannedRequest
from inferproof.wire.exchange import Exchange, NotJson

UNCAPPED = 256
"""Tokens to reckon for a request without a cap of its own: the default in the documented configs."""

TYPICAL = 32
"""Tokens after which a reply that may be longer has ended by itself: calls and JSON are short (6 to 40 on the mock)."""

OPEN_ENDED = 96
"""The same of a reply without a cap: scores of all attributes took 62 to 131."""

BYTES_PER_TOKEN = 4
"""Bytes of a body in one token of a prompt, roughly: what English takes, and JSON around it is no prompt."""

OURS_S = 0.002
"""Seconds for a request beside its server: to send, record and judge it, on two cores (`benchmarks.certify_cost`)."""


@dataclass(frozen=True)
class Speed:
    """Seconds that a server takes for a request with its first token, and for each further token, measured."""

    first: float
    token: float = 0.0


@dataclass(frozen=True)
class Estimate:
    """`tokens` are completion tokens at most, `prompt` about those of all prompts.

    `seconds` is an estimate from measured requests, and no less than our own work takes; None without one.
    """

    requests: int
    tokens: int
    seconds: float | None
    prompt: int = 0

    def __str__(self) -> str:
        about = "" if self.seconds is None else f", about {span(self.seconds)}"
        requests = f"{self.requests} request" + "s" * (self.requests != 1)
        return f"{requests}, at most {self.tokens:,} completion tokens{about}"

    def refuse_beyond(self, budget: Budget) -> None:
        """Raises UsageError where the run would take more than the budget allows."""
        minutes = None if self.seconds is None else self.seconds / 60
        planned = {
            "requests": (self.requests, budget.requests),
            "tokens": (self.tokens + self.prompt, budget.tokens),
            "minutes": (minutes, budget.minutes),
        }
        over = [
            f"about {takes:,.0f} {name}, where the budget allows {allowed:,.10g}"
            for name, (takes, allowed) in planned.items()
            if takes is not None and allowed is not None and takes > allowed
        ]
        if over:
            raise UsageError(
                f"the run would take {'; '.join(over)}. --quick leaves the generated requests out, --only GLOB judges "
                "a part; or allow more by --budget NAME=NUMBER, or in [budget] of the target file"
            )


def span(seconds: float) -> str:
    """As a person says it: `8 s`, `5 minutes`, `26 hours`."""
    if seconds < 120:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:,.0f} hours"


def estimate(
    shared: Iterable[PlannedRequest],
    exclusive: Iterable[PlannedRequest],
    limits: Limits,
    speed: Speed | None = None,
    contract: Contract | None = None,
) -> Estimate:
    """The estimate of a plan. What the contract refuses takes no tokens."""
    together, alone = list(shared), list(exclusive)
    everything = [*together, *alone]
    seconds = None
    if speed is not None:
        of = partial(_seconds, speed=speed, contract=contract, room=limits.room)
        seconds = sum(map(of, together)) / limits.concurrency + sum(map(of, alone))
        seconds = max(OURS_S * len(everything), seconds)
        if limits.requests_per_minute:
            seconds = max(seconds, 60.0 * len(everything) / limits.requests_per_minute)
    tokens = sum(_cap(ask) * _choices(ask) for ask in everything)
    return Estimate(len(everything), tokens, seconds, sum(map(_prompt, everything)))


def tokens_of(ask: PlannedRequest) -> int:
    """The tokens of its prompt, about, and of its completion, at most."""
    return _prompt(ask) + _cap(ask) * _choices(ask)


def _seconds(ask: PlannedRequest, speed: Speed, contract: Contract | None, room: int) -> float:
    """Choices are decoded side by side; a model that reasons does so in all of its room."""
    if not _body(ask) or (contract is not None and _is_refused(ask, contract)):
        return speed.first
    cap = _own_cap(ask)
    return speed.first + speed.token * ((OPEN_ENDED if cap is None else min(cap, TYPICAL + room)) - 1)


def _is_refused(ask: PlannedRequest, contract: Contract) -> bool:
    try:
        return Subject(Exchange("", 0, ask.role, ask.request), contract).expectation == "refuse"
    except (Missing, KeyError):
        return False


def _prompt(ask: PlannedRequest) -> int:
    return len(ask.request.body) // BYTES_PER_TOKEN


def _body(ask: PlannedRequest) -> dict[str, Any]:
    """The body of a request for a completion; empty where it asks for none."""
    try:
        body = ask.request.json
    except NotJson:
        return {}
    if not isinstance(body, dict) or not ({"messages", "context"} & body.keys()) or ask.role == "embeddings":
        return {}
    return body


def _cap(ask: PlannedRequest) -> int:
    """The completion tokens that each choice of a request may have; none where it asks for no completion."""
    return (_own_cap(ask) or UNCAPPED) if _body(ask) else 0


def _own_cap(ask: PlannedRequest) -> int | None:
    body = _body(ask)
    return _count(body.get("max_completion_tokens")) or _count(body.get("max_tokens"))


def _choices(ask: PlannedRequest) -> int:
    return _count(_body(ask).get("n")) or 1


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
