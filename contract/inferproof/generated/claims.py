"""Which capability a member of a request rests on: what a target does not claim, it is not asked for."""

from __future__ import annotations

from collections.abc import Mapping

from inferproof.document import Contract
from inferproof.generated.members import BODY, member_facts, operation_facts
from inferproof.judge.capabilities import OF_ROLE, STREAMED, not_claimed, profile_of


def claim(contract: Contract, role: str, name: str) -> str:
    """The capability that the member rests on, or that of the operation."""
    return member_facts(contract, role, name).capability or OF_ROLE.get(role, "core")


def is_claimed(contract: Contract, role: str, name: str, declined: Mapping[str, str]) -> bool:
    """The target offers the operation and what the member rests on."""
    needed = (OF_ROLE.get(role, "core"), claim(contract, role, name))
    return all(not_claimed(capability, declined) is None for capability in needed)


def is_streamed(contract: Contract, role: str, name: str, declined: Mapping[str, str]) -> bool:
    """The target may be asked for the member in a stream, and the answer is then the same in another form."""
    known = member_facts(contract, role, name).streamed
    if not operation_facts(contract, role).streams or name == BODY or known is False:
        return False
    by_profile = STREAMED.get(profile_of(claim(contract, role, name)), "streaming")
    return not_claimed(known if isinstance(known, str) else by_profile, declined) is None
