"""Mocks that hold every kind of key of which their contract speaks, and targets that give them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from inferproof.certify.target import GivenKey, Target
from inferproof.certify.ways import opening_all
from inferproof.document import Contract
from inferproof.front.app import Front
from inferproof_mock.server import DEFAULT_KEY, mock

REVOKED, RESTRICTED, EXHAUSTED = "sk-local-revoked-00000000", "sk-local-restricted-000000", "sk-local-exhausted-00000"
OTHER_MODEL = "a-model-for-restricted-keys"

GIVEN = {
    "revoked": GivenKey("REVOKED_KEY", REVOKED),
    "restricted": GivenKey("RESTRICTED_KEY", RESTRICTED, OTHER_MODEL),
    "exhausted": GivenKey("EXHAUSTED_KEY", EXHAUSTED),
}


def holding_keys(contract: Contract) -> Front:
    """A mock with `DEFAULT_KEY`, and one key of each kind that the contract speaks of."""
    if contract.status("keys.revoked") is None:
        return mock(contract, keys=(DEFAULT_KEY,))
    restricted = {RESTRICTED: OTHER_MODEL}
    return mock(contract, keys=(DEFAULT_KEY,), revoked=[REVOKED], restricted=restricted, exhausted=[EXHAUSTED])


def with_keys(contract: Contract, url: str, **members: Any) -> Target:
    """That mock as a target: `DEFAULT_KEY` opens every header."""
    given = GIVEN if contract.status("keys.revoked") is not None else {}
    return replace(opening_all(contract, Target(url), DEFAULT_KEY), **{"other_keys": given, **members})
