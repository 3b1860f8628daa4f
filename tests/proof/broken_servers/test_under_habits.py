"""A live mutant is caught on a host with legal habits, too: five sets each, of those that leave its evidence alone.

`tox -e proof` tries all of them, the default run a few. What a set hides is listed, with the reason.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence
from itertools import islice
from typing import Any

import pytest

from inferproof.certify.certify import certify
from inferproof.document import Contract, load
from inferproof.front.serve import running
from inferproof.judge.capabilities import not_claimed
from inferproof.judge.judge import Outcome
from inferproof.requirements import CATALOGUE
from inferproof_mock.habits import habits_of
from inferproof_mock.habits.habit import Habit
from inferproof_mock.habits.layer import Habits
from tests.conftest import FIRST
from tests.proof import PROOF
from tests.proof.broken_servers import LiveMutant, of_contract
from tests.proof.habits.cover import cover
from tests.proof.habits.held import Replayed, request_of, send_pieces, target_with, with_those_beside
from tests.proof.legal_servers.reply import Reply
from tests.proof.legal_servers.server import Server

HABITS = habits_of(load(FIRST))
MUTANTS = of_contract(load(FIRST))
SETS = 5
SEED = 12
ENOUGH = 0.95
CONNECTION = (
    "pause",
    "version",
    "reason",
    "before",
    "framing",
    "cut",
    "trailers",
    "keep_alive",
    "drop",
    "spell_header",
)
"""What a reply has of its connection, and not of what it says."""

CHOSEN = sorted(MUTANTS) if PROOF else sorted(random.Random(SEED).sample(sorted(MUTANTS), 2))


@pytest.fixture(scope="module")
def the_mock(contract: Contract) -> Replayed:
    return Replayed(contract)


def test_a_mutant_is_caught_whatever_habits_its_host_has(contract: Contract, the_mock: Replayed) -> None:
    pairs = [(MUTANTS[name], names) for name in CHOSEN for names in _sets(MUTANTS[name])]
    missed, untried = [], []
    for mutant, names in pairs:
        try:
            missed += _missed(mutant, names, contract, the_mock)
        except Untold:
            untried.append(mutant.name)
    tried = len(pairs) - len(untried)
    print(f"{tried - len(missed)} of {tried} pairs of a mutant and a set of habits are caught; missed:", *missed)
    print(f"{len(untried)} pairs tell nothing:", *sorted(set(untried)))
    assert tried > 0, "no pair tells anything"
    assert len(missed) <= (1 - ENOUGH) * tried


class Untold(Exception):
    """Nothing can be told of the pair.

    The mutant breaks the connection, or the framing of a reply: a host in front of it has its own. The host cannot read
    what the mutant says, and so breaks itself. Or it declines what it takes to tell.
    """


class Host:
    """The habits as an ASGI app that notes whether it broke."""

    def __init__(self, habits: Habits) -> None:
        self.broke = False
        self._habits = habits

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await self._habits(scope, receive, send)
        except Exception:
            self.broke = True
            await send_pieces(send, 502, [], [])


class Behind:
    """The mutant as an ASGI app, for a host in front of it. `below` tells that it breaks the connection."""

    def __init__(self, mock: Replayed, mutant: LiveMutant) -> None:
        self.below = False
        self._server = Server(mock, mutant)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = await request_of(scope, receive)
        reply = await self._server.reply(request)
        usual = Reply(request, reply.status, reply.headers, reply.body)
        self.below |= any(getattr(reply, name) != getattr(usual, name) for name in CONNECTION)
        await send_pieces(send, reply.status, reply.headers, reply.writes)


def _sets(mutant: LiveMutant) -> list[tuple[str, ...]]:
    """Sets of habits that touch nothing of the mutant's, the same on every machine."""
    names = [name for name, habit in HABITS.items() if not _touches(habit, mutant)]
    return list(islice(cover(names, SEED + zlib.crc32(mutant.name.encode())), SETS))


def _touches(habit: Habit, mutant: LiveMutant) -> bool:
    """The habit fails or leaves open what catches the mutant, or its host declines what that is about."""
    for id in mutant.caught_by:
        requirement = CATALOGUE[id]
        declined = [not_claimed(each, habit.declines) for each in (requirement.claims, *requirement.besides)]
        if id in (*habit.fails, *habit.open) or any(declined):
            return True
    return False


def _missed(mutant: LiveMutant, names: Sequence[str], contract: Contract, mock: Replayed) -> list[str]:
    """What the requirements of the mutant came to, where they did not fail. Raises Untold."""
    chosen = with_those_beside([HABITS[name] for name in names])
    behind = Behind(mock, mutant)
    host = Host(Habits(behind, contract, chosen, seed=SEED))
    with running(host) as url:
        found = certify(contract, target_with(contract, url, chosen), only=mutant.caught_by).result
    own = [each for each in found.judgements if each.requirement.id in mutant.caught_by]
    if behind.below or host.broke or any(each.outcome is Outcome.NOT_APPLICABLE for each in own):
        raise Untold
    left = [f"{each.requirement.id} {each.outcome} {each.reason}" for each in own if each.outcome is not Outcome.FAIL]
    return [f"\n{mutant.name} with {' + '.join(names)}: {'; '.join(left)}"] if left else []
