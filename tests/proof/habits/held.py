"""A certification of the mock with habits, and what is held against it that the habits do not say themselves."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from inferproof.certify.certify import certify
from inferproof.certify.target import Limits, Target
from inferproof.document import Contract
from inferproof.front.serve import running
from inferproof.judge.judge import Judgement, Outcome
from inferproof.judge.requirement import MAY
from inferproof_mock.habits import Habit, Habits, habits
from tests.keys import holding_keys, with_keys
from tests.proof.legal_servers.reply import Request
from tests.proof.legal_servers.server import Answered, Mock


class Replayed:
    """A mock as an ASGI app whose answers are computed once for all servers: habits change what is said of them."""

    def __init__(self, contract: Contract) -> None:
        self._known = Mock(holding_keys(contract))
        self._asked: dict[Request, int] = {}

    def again(self) -> Replayed:
        """A server that has just been started, and knows the answers of the others."""
        other = object.__new__(Replayed)
        other._known, other._asked = self._known, {}
        return other

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = await request_of(scope, receive)
        nth = self._asked[request] = self._asked.get(request, -1) + 1
        status, answered, body = await self._known.answer(request, nth)
        streamed = any(value.startswith("text/event-stream") for _, value in answered)
        pieces = [event + b"\n\n" for event in body.split(b"\n\n")[:-1]] if streamed else [body]
        await send_pieces(send, status, answered, pieces)

    async def answer(self, request: Request, nth: int) -> Answered:
        return await self._known.answer(request, nth)


async def request_of(scope: Any, receive: Any) -> Request:
    """The whole request, without the host, in which the server's port is."""
    pieces = []
    more = True
    while more:
        message = await receive()
        pieces.append(message.get("body", b""))
        more = message.get("more_body", False)
    query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
    target = scope["raw_path"].decode("latin-1") + query
    headers = tuple((bytes(name), bytes(value)) for name, value in scope["headers"] if name != b"host")
    return Request(scope["method"], target, headers, b"".join(pieces))


async def send_pieces(send: Any, status: int, headers: Sequence[tuple[str, str]], pieces: Sequence[bytes]) -> None:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    for piece in pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


@dataclass(frozen=True)
class Found:
    """What is wrongly said, and how often each habit acted."""

    wrong: tuple[Judgement, ...]
    acted: dict[str, int]

    def __str__(self) -> str:
        return "\n".join(map(shown, self.wrong))


def shown(judgement: Judgement) -> str:
    requirement = judgement.requirement
    findings = [f"  {each.exchange.name} {each.finding}" for each in judgement.failures[:3]]
    return "\n".join([f"{requirement.level} {requirement.id}: {judgement.outcome} {judgement.reason}", *findings])


def with_those_beside(chosen: Sequence[Habit]) -> list[Habit]:
    """The habits, and those without which some of them do not come."""
    return list(
        {each.name: each for one in chosen for each in (one, *(habits()[name] for name in one.beside))}.values()
    )


def target_with(contract: Contract, url: str, chosen: Sequence[Habit]) -> Target:
    """A host with these habits as its target file tells of it: what it declines, and the room that its model needs."""
    declined = {name: reason for each in chosen for name, reason in each.declines.items()}
    limits = Limits(room=max((each.room for each in chosen), default=0))
    return with_keys(contract, url, declined=declined, limits=limits)


@contextlib.contextmanager
def served(mock: Replayed, contract: Contract, chosen: Sequence[Habit], seed: int = 0) -> Iterator[tuple[str, Habits]]:
    """The URL of the mock with these habits and those beside them, and what plays them."""
    layer = Habits(mock.again(), contract, with_those_beside(chosen), seed=seed)
    with running(layer) as url:
        yield url, layer


def held_against(
    contract: Contract, mock: Replayed, chosen: Sequence[Habit], *, generated: bool = False, seed: int = 0
) -> Found:
    """Every failure but of a MAY, and whatever is not verified, that no habit names; and what broke in the house."""
    expected = {id for each in chosen for id in each.fails}
    left = {id for each in chosen for id in (*each.open, *each.fails)}
    with served(mock, contract, chosen, seed) as (url, layer):
        result = certify(contract, target_with(contract, url, chosen), generated=generated).result
    wrong = [each for each in result.judgements if _is_wrong(each, expected, left)]
    return Found(tuple(wrong), dict(layer.acted))


def _is_wrong(judgement: Judgement, expected: set[str], left: set[str]) -> bool:
    requirement = judgement.requirement
    if judgement.outcome is Outcome.FAIL:
        return requirement.level is not MAY and requirement.id not in expected
    if judgement.outcome is Outcome.NOT_VERIFIED:
        return requirement.level is not MAY and requirement.id not in left
    return judgement.outcome is Outcome.HARNESS_ERROR


def fewest(contract: Contract, mock: Replayed, chosen: Sequence[Habit], **how: Any) -> list[Habit]:
    """A set that is accused, without the habits that have no part in it: each is dropped in turn."""
    kept = list(chosen)
    for each in chosen:
        fewer = [one for one in kept if one is not each]
        if fewer and held_against(contract, mock, fewer, **how).wrong:
            kept = fewer
    return kept
