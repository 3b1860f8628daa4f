from __future__ import annotations

import os
import pytest
from inferproof.document.contract import Contract
from inferproof.document.load import load
from inferproof.front.app import Front

from tests.front.scripted import Scripted


@pytest.fixture(scope="session")
def contract() -> Contract:
    return load(os.environ.get("FAKE", "inflection"))


@pytest.fixture
def backend() -> Scripted:
    return Scripted()


@pytest.fixture
def front(contract: Contract, backend: Scripted) -> Front:
    return Front(contract, backend)
