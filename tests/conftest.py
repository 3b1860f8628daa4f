"""What several parts of the tests share: the contract, a running mock, and one recorded certification of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from inferproof.certify.certify import Certification, certify
from inferproof.certify.target import Target
from inferproof.document import Contract, load
from inferproof.front.serve import running
from inferproof_mock.server import DEFAULT_KEY, mock

# A busy machine is no fault: no example has a deadline.
settings.register_profile("inferproof", deadline=None)
settings.load_profile("inferproof")


@pytest.fixture(scope="session")
def contract() -> Contract:
    return load("inflection")


@pytest.fixture(scope="session")
def mock_url(contract: Contract) -> Iterator[str]:
    with running(mock(contract, keys=(DEFAULT_KEY,))) as address:
        yield address


@pytest.fixture(scope="session")
def certification(contract: Contract, mock_url: str) -> Certification:
    """A whole certification of the mock over loopback: the base of the mutants and the variants."""
    return certify(contract, Target(mock_url, key=DEFAULT_KEY))
