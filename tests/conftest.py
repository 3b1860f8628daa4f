"""What several parts of the tests share: the contract, a running mock, and one recorded certification of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from hypothesis import settings

from inferproof.certify.certify import Certification, certify
from inferproof.document import Contract, load
from inferproof.document.files import BASE, home
from inferproof.front.serve import running
from inferproof.judge.requirement import NotHeld, Requirement
from tests.keys import holding_keys, with_keys
from tests.packs import LISTS, SMALL

# A busy machine is no fault: no example has a deadline.
settings.register_profile("inferproof", deadline=None)
settings.load_profile("inferproof")


FIRST = "inflection"
"""The contract that most tests speak of."""

PACKS = sorted(path.parent.name for path in home().glob(f"*/{BASE}"))
"""The contracts that Inferproof holds; what is said of each contract is tested with each of them."""


EVERY = [FIRST, *(pack for pack in PACKS if pack != FIRST), str(SMALL), str(LISTS)]
"""Those, the first of them first, and the tests' own, for what none of them documents."""


@cache
def contract_of(name: str) -> Contract:
    return load(name)


def holding(requirement: Requirement) -> list[Contract]:
    """The contracts in which it holds."""
    return [contract for contract in map(contract_of, EVERY) if _holds(requirement, contract)]


def _holds(requirement: Requirement, contract: Contract) -> bool:
    try:
        requirement.within(contract)
    except NotHeld:
        return False
    return True


@pytest.fixture(scope="session")
def contract() -> Contract:
    return contract_of(FIRST)


@pytest.fixture(scope="session")
def mock_of() -> Iterator[Callable[[str], str]]:
    """The URL of a mock of the contract of this name, started once."""
    with contextlib.ExitStack() as open_ones:

        @cache
        def url(name: str) -> str:
            return open_ones.enter_context(running(holding_keys(contract_of(name))))

        yield url


@pytest.fixture(scope="session")
def mock_url(mock_of: Callable[[str], str]) -> str:
    return mock_of(FIRST)


@pytest.fixture(scope="session")
def certified(mock_of: Callable[[str], str]) -> Callable[[str], Certification]:
    """A whole certification of the mock over loopback, once for each contract: the base of the mutants."""

    @cache
    def certification_of(name: str) -> Certification:
        return certify(contract_of(name), with_keys(contract_of(name), mock_of(name)))

    return certification_of


@pytest.fixture(scope="session")
def certification(certified: Callable[[str], Certification]) -> Certification:
    return certified(FIRST)
