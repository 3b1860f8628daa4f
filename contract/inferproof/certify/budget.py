"""What a run will cost at most, told before it starts: requests, completion tokens, and about how long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from inferproof.certify.target import Limits
from inferproof.probes.probe import PlannedRequest
from inferproof.wire.exchange import NotJson

UNCAPPED = 256
"""Tokens to reckon for a request without a cap of its own: the default in the documented configs."""

OURS_S = 0.002
"""Seconds for a request beside its server: to send, record and judge it, on two cores (`benchmarks.certify_cost`)."""


@dataclass(frozen=True)
class Budget:
    """`tokens` are completion tokens at most.

    `seconds` is an estimate from one measured request, and no less than our own work takes; None without one.
    """

    requests: int
    tokens: int
    seconds: float | None

    def __str__(self) -> str:
        about = "" if self.seconds is None else f", about {max(1, round(self.seconds))} s"
        requests = f"{self.requests} request" + "s" * (self.requests != 1)
        return f"{requests}, at most {self.tokens:,} completion tokens{about}"


def budget(
    shared: Iterable[PlannedRequest], exclusive: Iterable[PlannedRequest], limits: Limits, latency: float | None = None
) -> Budget:
    """The budget of a plan. `latency` is the seconds that one short request took before the run."""
    together, alone = list(shared), list(exclusive)
    requests = len(together) + len(alone)
    seconds = None
    if latency is not None:
        seconds = max(OURS_S * requests, latency * (len(together) / limits.concurrency + len(alone)))
        if limits.requests_per_minute:
            seconds = max(seconds, 60.0 * requests / limits.requests_per_minute)
    return Budget(requests, sum(_tokens(ask) for ask in (*together, *alone)), seconds)


def _tokens(ask: PlannedRequest) -> int:
    """The completion tokens that a request allows; none where it asks for no completion."""
    try:
        body = ask.request.json
    except NotJson:
        return 0
    if not isinstance(body, dict) or not ({"messages", "context"} & body.keys()) or ask.role == "embeddings":
        return 0
    cap = body.get("max_completion_tokens") or body.get("max_tokens")
    return _count(cap, UNCAPPED) * _count(body.get("n"), 1)


def _count(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else otherwise
