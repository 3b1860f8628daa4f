"""The mock server: the front with the simulated model behind it."""

from __future__ import annotations

from collections.abc import Sequence

from inferproof.document import Contract
from inferproof.front.app import Front
from inferproof_mock.model import MockModel

DEFAULT_KEY = "sk-local-mock-000000000000"
"""The key that opens a mock unless others are given: long and unlike any word, so that a leak is seen."""


def mock(contract: Contract, *, keys: Sequence[str] = (DEFAULT_KEY,), seed: int = 0) -> Front:
    """A mock of the contract as an ASGI app. `keys` open it; what it says follows from `seed` and the request."""
    return Front(contract, MockModel(contract, seed=seed), keys=keys)
