"""How fast the simulated model answers, and how long a request may take."""

from __future__ import annotations

import asyncio

from inferproof.front.backend import Refusal

_ROUNDS_BETWEEN_YIELDS = 4


class Pace:
    """Call `wait` before each round of tokens: it sleeps as the model would, and lets other requests run.

    All times are in seconds. `timeout` counts from construction; None waits for ever.
    """

    def __init__(self, ttft: float, inter_token: float, timeout: float | None) -> None:
        self._ttft = ttft
        self._inter_token = inter_token
        self._timeout = timeout
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._rounds = 0

    async def wait(self) -> None:
        """Raises a 504 Refusal when the request's time is over."""
        delay = self._inter_token if self._rounds else self._ttft
        self._rounds += 1
        if self._timeout is not None:
            left = self._began + self._timeout - self._clock()
            if left < delay or left <= 0:
                await asyncio.sleep(max(0.0, left))
                message = f"the reply was not ready within the {self._timeout:g} seconds of `timeout_sec`"
                raise Refusal(504, message, loc=("body", "timeout_sec"), type="timeout_error", code="timeout")
        if delay > 0:
            await asyncio.sleep(delay)
        elif self._rounds % _ROUNDS_BETWEEN_YIELDS == 0:
            await asyncio.sleep(0)
