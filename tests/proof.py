"""What only `tox -e proof` runs, for it takes minutes."""

from __future__ import annotations

import os

import pytest

proof = pytest.mark.skipif(
    "INFERPROOF_PROOF" not in os.environ, reason="a whole gate against another server: `tox -e proof` runs it"
)
