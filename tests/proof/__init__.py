"""What only `tox -e proof` runs, for it takes minutes."""

from __future__ import annotations

import os

import pytest

PROOF = bool(os.environ.get("INFERPROOF_PROOF"))
"""The whole self-proof is wanted, which takes minutes."""

proof = pytest.mark.skipif(not PROOF, reason="a whole gate against another server: `tox -e proof` runs it")
