"""No target makes the command take more than 500 MB, end with a traceback, or never end."""

from __future__ import annotations

import datetime
import json
import ssl
from pathlib import Path

import pytest
import trustme

from inferproof_mock.server import DEFAULT_KEY
from tests.hostile.behaviours import HOSTILITIES, as_the_mock
from tests.hostile.command import PROOF, inferproof
from tests.hostile.server import PREFLIGHT, hostile

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

LIMITS = "[limits]\npatience = 0.5\ntotal_seconds = 20\n"


@pytest.mark.parametrize("name", sorted(HOSTILITIES) if PROOF else HEAVY)
def test_a_run_stays_within_its_memory(name: str, mock_url: str, tmp_path: Path) -> None:
    (tmp_path / "inferproof.toml").write_text(LIMITS)
    with hostile(HOSTILITIES[name].behave, mock_url, good=PREFLIGHT) as url:
        ended = inferproof(
            "certify", url, "--quick", "--report", "out", folder=tmp_path, env={"INFERPROOF_API_KEY": DEFAULT_KEY}
        )
    assert "Traceback" not in ended.output
    assert ended.code in (1, 3), ended.output
    assert json.loads((tmp_path / "out" / "result.json").read_text())["counts"]["harness error"] == 0
    assert ended.peak_mib < MOST_MIB


def certificate(names: list[str], *, expired: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    until = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC) if expired else None
    trustme.CA().issue_cert(*names, not_after=until).configure_cert(context)
    return context


@pytest.mark.parametrize("names", [["127.0.0.1"], ["inference.example"]], ids=["unknown authority", "another host"])
def test_a_bad_certificate_is_no_target(names: list[str], mock_url: str, tmp_path: Path) -> None:
    with hostile(as_the_mock, mock_url, tls=certificate(names)) as url:
        ended = inferproof("certify", url, folder=tmp_path)
    assert ended.code == 2, ended.output
    assert "TLS certificate cannot be verified" in ended.output
    assert "--ca-file" in ended.output
    assert "Traceback" not in ended.output
