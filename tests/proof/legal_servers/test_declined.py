"""What a target does not claim is neither asked for nor held against it, be it refused."""

from __future__ import annotations

import random
from functools import cache

import pytest

from inferproof.certify.certify import certify
from inferproof.certify.result import Verdict
from inferproof.document import Contract
from inferproof.judge.capabilities import OF_ROLE, known, not_claimed
from inferproof.judge.judge import Outcome
from inferproof.judge.requirement import MUST
from tests.conftest import PACKS, contract_of
from tests.keys import holding_keys, with_keys
from tests.proof import PROOF
from tests.proof.legal_servers import Variant
from tests.proof.legal_servers.limits import refuse
from tests.proof.legal_servers.reply import Reply
from tests.proof.legal_servers.server import Mock, serving

SAMPLE = 8
"""How many are tried where not the whole proof is wanted; which, is the same on every machine."""


def _pairs() -> list[tuple[str, str]]:
    """Each contract with each capability in it; `core` by itself leaves nothing to certify."""
    every = [(pack, name) for pack in PACKS for name in known(contract_of(pack)) if name != "core"]
    return every if PROOF else sorted(random.Random(0).sample(every, SAMPLE))


@cache
def _mock_of(pack: str) -> Mock:
    return Mock(holding_keys(contract_of(pack)))


def _refuses(contract: Contract, declined: str) -> Variant:
    """A server that answers 404 for the operations that rest on it, and 400 for each member that does."""

    def lacks(role: str, member: str | None) -> bool:
        on = OF_ROLE.get(role, "core") if member is None else contract.member_facts(role, member).capability
        return on is not None and not_claimed(on, {declined: "not there"}) is not None

    def status(reply: Reply) -> int | None:
        operation = contract.match(reply.request.method, reply.path)
        if operation is None:
            return None
        if lacks(operation.role, None):
            return 404
        return 400 if any(lacks(operation.role, name) for name in reply.asked) else None

    def edit(reply: Reply) -> None:
        refuse(reply, status(reply) or 0, "No", f"There is no {declined} here.")

    return Variant(f"without-{declined}", f"It has no {declined}.", edit, lambda reply: status(reply) is not None)


@pytest.mark.parametrize(("pack", "declined"), _pairs())
def test_what_is_declined_may_be_refused(pack: str, declined: str) -> None:
    contract = contract_of(pack)
    with serving(_mock_of(pack), _refuses(contract, declined)) as server:
        target = with_keys(contract, server.url, declined={declined: "not there"})
        found = certify(contract, target).result
    alarms = [
        f"{each.requirement.id}: {each.outcome} {each.reason} {[str(one.finding) for one in each.failures[:2]]}"
        for each in found.judgements
        if each.outcome in (Outcome.FAIL, Outcome.HARNESS_ERROR)
        or (each.outcome is Outcome.NOT_VERIFIED and each.requirement.level is MUST)
    ]
    assert alarms == []
    assert server.edited == 0, "it was asked for what it does not claim"
    assert found.verdict is Verdict.CONFORMANT
