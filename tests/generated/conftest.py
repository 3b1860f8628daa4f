"""One certification of the mock with the gate, for all tests of this folder that look at it."""

from __future__ import annotations

import pytest

from inferproof.certify.certify import Certification, certify
from inferproof.certify.target import Target
from inferproof.document import Contract
from inferproof_mock.server import DEFAULT_KEY


@pytest.fixture(scope="session")
def gated(contract: Contract, mock_url: str) -> Certification:
    return certify(contract, Target(mock_url, key=DEFAULT_KEY), generated=True)
