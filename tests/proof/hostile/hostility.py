"""What a hostile server does with a request, and how a run against it must end: the table that the tests share.

A hostility is a function of a Peer, of which the docstring says what the server does:

    @hostility("no byte of a reply came")
    async def never_answers(peer: Peer) -> None:
        \"\"\"Takes the request, and never answers.\"\"\"
        await peer.gone()
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import ClassVar

from inferproof.certify.target import Limits
from tests.proof.hostile.server import PREFLIGHT, Behaviour, hostile

JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
MIB = 1024 * 1024


@dataclass(frozen=True)
class Hostility:
    """A behaviour, in one sentence; the words of the cause that a run must give, at its first request and later.

    None where the run must not even notice, or cannot tell it from an API with other replies.
    """

    name: str
    sentence: str
    behave: Behaviour
    at_first: str | None
    later: str | None
    total: float
    """Seconds that a run may take, and wait for nothing."""
    silent: bool
    """It takes patience to tell, so the tests have little; else they have enough for a busy machine."""

    codes: ClassVar[tuple[int, ...]] = (1, 3)
    """The exit codes that a run may end with."""

    @property
    def limits(self) -> Limits:
        return Limits(patience=0.6 if self.silent else 10.0, total_seconds=self.total)

    @property
    def says(self) -> str:
        return self.later or ""

    def serving(self, upstream: str) -> AbstractContextManager[str]:
        """A server that is good for the preflight only."""
        return hostile(self.behave, upstream, good=PREFLIGHT)


HOSTILITIES: dict[str, Hostility] = {}


def hostility(
    says: str | None = None,
    *,
    at_first: str | None = None,
    later: str | None = None,
    total: float = 20.0,
    silent: bool = False,
) -> Callable[[Behaviour], Behaviour]:
    """Register a behaviour. `says`: what a run says of it both at its first request and after the preflight."""

    def register(behave: Behaviour) -> Behaviour:
        name = behave.__name__
        HOSTILITIES[name] = Hostility(name, sentence_of(behave), behave, at_first or says, later or says, total, silent)
        return behave

    return register


def sentence_of(behave: Callable[..., object]) -> str:
    """Its docstring on one line. Raises ValueError where it has none."""
    sentence = " ".join((inspect.getdoc(behave) or "").split())
    if not sentence:
        raise ValueError(f"{behave!r} has no docstring that says what the server does")
    return sentence


def whole(body: bytes, head: bytes = JSON) -> bytes:
    """A reply with its length."""
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body
