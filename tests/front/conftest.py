from __future__ import annotations

import pytest

from inferproof.document import load
from inferproof.document.contract import Contract
from inferproof.front.app import Front
from tests.front.scripted import Scripted


@pytest.fixture(scope="session")
def contract() -> Contract:
    return load()


@pytest.fixture
def backend() -> Scripted:
    return Scripted()


@pytest.fixture
def front(contract: Contract, backend: Scripted) -> Front:
    return Front(contract, backend)
