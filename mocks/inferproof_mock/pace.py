"""How fast the simulated model answers."""

from __future__ import annotations

import asyncio

_ROUNDS_BETWEEN_YIELDS = 4


class Pace:
    """Call `wait` before each round of tokens: it sleeps as the model would, and lets other requests run.

    Times are in seconds. How long a request may take at most is the front's business.
    """

    def __init__(self, ttft: float, inter_token: float) -> None:
        self._ttft = ttft
        self._inter_token = inter_token
        self._rounds = 0

    async def wait(self) -> None:
        delay = self._inter_token if self._rounds else self._ttft
        self._rounds += 1
        if delay > 0:
            await asyncio.sleep(delay)
        elif self._rounds % _ROUNDS_BETWEEN_YIELDS == 0:
            await asyncio.sleep(0)
