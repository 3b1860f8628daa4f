"""The mock server: the front with the simulated model behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inferproof.document import Contract
from inferproof.front.app import Front
from inferproof_mock.keys import Keys
from inferproof_mock.model import MockModel

DEFAULT_KEY = "sk-local-mock-000000000000"
"""The key that opens a mock unless others are given: long and unlike any word, so that a leak is seen."""


def mock(
    contract: Contract,
    *,
    keys: Sequence[str] = (DEFAULT_KEY,),
    seed: int = 0,
    revoked: Sequence[str] = (),
    restricted: Mapping[str, str] | None = None,
    exhausted: Sequence[str] = (),
) -> Front:
    """A mock of the contract as an ASGI app. `keys` open it; what it says follows from `seed` and the request.

    `revoked` keys do no longer; each of the `restricted` is for the one model that it maps to; the `exhausted` have no
    credit left.
    """
    model = MockModel(contract, seed=seed, keys=Keys(contract, restricted, exhausted))
    known = (*keys, *(restricted or {}), *exhausted) if keys else ()
    return Front(contract, model, keys=known, revoked=revoked)
