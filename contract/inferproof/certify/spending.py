"""What a run has spent of its budget: asked before each request, told after each reply."""

from __future__ import annotations

from dataclasses import dataclass, field

from inferproof.certify.budget import tokens_of
from inferproof.certify.target import Budget
from inferproof.probes.probe import PlannedRequest
from inferproof.wire.exchange import NotJson, Reply

CURE = "allow more by --budget, or send fewer requests by --quick or --only"


@dataclass
class Spending:
    """Counts each request that leaves, and the tokens that it may take, or those that its reply names once it is there.

    What the preflight sends, four or five requests, is not counted.
    """

    budget: Budget = field(default_factory=Budget)
    requests: int = 0
    tokens: int = 0

    def why_not(self, ask: PlannedRequest) -> str:
        """Why the request may not be sent any more; empty, and the request counted, where it may."""
        requests, tokens = self.budget.requests, self.budget.tokens
        if requests is not None and self.requests + 1 > requests:
            return f"the budget of {requests:,.10g} requests is spent: {CURE}"
        if tokens is not None and self.tokens + tokens_of(ask) > tokens:
            return f"the budget of {tokens:,.10g} tokens is spent, but for {tokens - self.tokens:,.10g}: {CURE}"
        self.requests += 1
        self.tokens += tokens_of(ask)
        return ""

    def note(self, ask: PlannedRequest, reply: Reply | None) -> None:
        """What came of a request that was counted. A refusal costs nothing."""
        said = _usage(reply) if reply is None or reply.status < 300 else 0
        if said is not None:
            self.tokens += said - tokens_of(ask)


def _usage(reply: Reply | None) -> int | None:
    """`usage.total_tokens`; None where the reply has no such number."""
    try:
        body = reply.json if reply is not None else None
    except NotJson:
        return None
    usage = body.get("usage") if isinstance(body, dict) else None
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None
