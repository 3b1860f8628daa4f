"""No target makes the command take more than 500 MB, end with a traceback, or never end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proof import PROOF
from tests.proof.hostile import load_all
from tests.proof.hostile.throughout import THROUGHOUT
from tests.proof.hostile.trial import trial

HOSTILITIES = load_all()
MOST_MIB = 500

HEAVY = [
    "a_decompression_bomb",
    "a_long_text",
    "a_million_containers",
    "an_endless_body",
    "four_hundred_thousand_events",
    "half_a_million_wrong_items",
]
"""The ones that would take most memory; the whole self-proof runs all."""


@pytest.mark.parametrize("name", sorted(HOSTILITIES) if PROOF else HEAVY)
def test_a_run_stays_within_its_memory(name: str, mock_url: str, tmp_path: Path) -> None:
    found = trial(HOSTILITIES[name], mock_url, tmp_path)
    assert found.is_in_order(HOSTILITIES[name]), found.ended.output
    assert found.ended.peak_mib < MOST_MIB


@pytest.mark.parametrize("name", THROUGHOUT)
def test_what_spoils_connections_and_not_replies_makes_nothing_fail(name: str, mock_url: str, tmp_path: Path) -> None:
    found = trial(THROUGHOUT[name], mock_url, tmp_path)
    assert found.is_in_order(THROUGHOUT[name]), found.ended.output
    if THROUGHOUT[name].certificate:
        assert "TLS certificate cannot be verified" in found.ended.output
    else:
        assert found.result
        assert found.result["counts"]["fail"] == 0
