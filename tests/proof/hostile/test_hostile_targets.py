"""Whatever the target does, a run ends within its limits, blames nobody wrongly, and says what happened."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from inferproof.certify.budget import Estimate
from inferproof.certify.certify import Certification, Progress, certify
from inferproof.certify.plan import Plan
from inferproof.certify.result import Verdict
from inferproof.certify.target import Limits, Target, UsageError
from inferproof.document import Contract
from inferproof.judge.judge import Outcome
from inferproof.probes.probe import Probe
from inferproof.reports.files import write_report
from inferproof.reports.summary import summary
from inferproof.reports.words import printable
from inferproof_mock.server import DEFAULT_KEY
from tests.proof.hostile import load_all
from tests.proof.hostile.command import HANGS
from tests.proof.hostile.hostility import Hostility
from tests.proof.hostile.server import PREFLIGHT, Peer, hostile
from tests.proof.hostile.throughout import THROUGHOUT

SILENT = Limits(patience=0.6, total_seconds=20)

ONLY = ["chat.*", "stream.*", "reply.*", "errors.*", "embeddings.*"]

HOSTILITIES = load_all()
AT_FIRST = {name: each for name, each in HOSTILITIES.items() if each.at_first}


def target(url: str, limits: Limits = SILENT) -> Target:
    return Target(url, key=DEFAULT_KEY, limits=limits)


@pytest.mark.parametrize("hostility", AT_FIRST.values(), ids=AT_FIRST.keys())
def test_hostile_from_the_first_request_is_no_target(hostility: Hostility, contract: Contract, mock_url: str) -> None:
    began = time.monotonic()
    with hostile(hostility.behave, mock_url) as url, pytest.raises(UsageError) as raised:
        certify(contract, target(url, hostility.limits))
    assert hostility.at_first
    assert hostility.at_first in str(raised.value)
    assert url in str(raised.value)
    assert time.monotonic() - began < HANGS


@pytest.mark.parametrize("hostility", HOSTILITIES.values(), ids=HOSTILITIES.keys())
def test_hostile_after_the_preflight_ends_the_run_with_its_cause(
    hostility: Hostility, contract: Contract, mock_url: str, tmp_path: Path
) -> None:
    began = time.monotonic()
    with hostility.serving(mock_url) as url:
        found = certify(contract, target(url, hostility.limits), only=ONLY)
    assert time.monotonic() - began < HANGS
    assert found.result.verdict is not Verdict.CONFORMANT
    assert found.result.having(Outcome.HARNESS_ERROR) == []
    words = said(found, tmp_path)
    assert hostility.later is None or hostility.later in words
    assert "\x1b" not in words


def test_every_third_connection_is_refused(contract: Contract, mock_url: str) -> None:
    """What was refused is not verified; no other requirement suffers."""
    with THROUGHOUT["every_third_connection_is_refused"].serving(mock_url) as url:
        found = certify(contract, target(url, Limits()), only=ONLY)
    assert [each.requirement.id for each in found.result.having(Outcome.FAIL)] == []
    open_ = found.result.having(Outcome.NOT_VERIFIED)
    assert all("closed" in each.reason for each in open_), [each.reason for each in open_]


def test_a_server_that_never_falls_silent_is_bounded_by_the_whole_runs_time(contract: Contract, mock_url: str) -> None:
    """Every second request is answered, so that there are never sixteen failures in a row."""

    async def every_second(peer: object) -> None:
        await (peer.relay() if peer.number % 2 else peer.gone())  # type: ignore[attr-defined]

    limits = Limits(concurrency=2, patience=0.5, total_seconds=1)
    began = time.monotonic()
    with hostile(every_second, mock_url, good=PREFLIGHT) as url:
        found = certify(contract, target(url, limits), only=ONLY)
    assert time.monotonic() - began < HANGS
    assert "total_seconds" in found.result.interrupted
    assert found.result.verdict is Verdict.INCOMPLETE


def test_a_run_that_was_cut_off_judges_again_as_it_did(contract: Contract, mock_url: str, tmp_path: Path) -> None:
    from inferproof.certify.certify import judged
    from inferproof.wire.transcript import read

    with hostile(HOSTILITIES["never_answers"].behave, mock_url, good=20) as url:
        found = certify(contract, target(url), only=ONLY)
    write_report(found, tmp_path)
    again = judged(contract, read(tmp_path / "transcript.jsonl"))
    assert [(each.outcome, each.reason) for each in again.judgements] == [
        (each.outcome, each.reason) for each in found.result.judgements
    ]
    reasons = [each.reason for each in again.having(Outcome.NOT_VERIFIED)]
    assert [reason for reason in reasons if "in a row" not in reason and "no byte" not in reason] == []


def said(found: Certification, folder: Path) -> str:
    """What a person reads, of the summary and of the files."""
    write_report(found, folder)
    lines = printable("\n".join(summary(found.result, "INFERPROOF_API_KEY", "inferproof certify")))
    return lines + (folder / "result.json").read_text(encoding="utf-8")


def test_a_server_that_falls_silent_once_it_has_failed_does_not_hold_up_its_report(
    contract: Contract, mock_url: str
) -> None:
    """What failed is made small by sending it again; here nobody answers that any more."""
    silent = False
    probes = 0

    def planned(plan: Plan, cost: Estimate) -> None:
        nonlocal probes
        probes = len(plan.probes)

    def done(probe: Probe) -> None:
        nonlocal probes, silent
        probes -= 1
        silent = probes == 0

    async def failing_for_a_while(peer: Peer) -> None:
        if silent:
            await peer.gone()
        await peer.send(b"HTTP/1.1 500 Oops\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")

    began = time.monotonic()
    with hostile(failing_for_a_while, mock_url, good=PREFLIGHT) as url:
        found = certify(
            contract,
            target(url, Limits(patience=0.5)),
            generated=True,
            only=["embeddings.*"],
            progress=Progress(planned, done),
        )
    assert silent
    assert found.result.verdict is Verdict.NOT_CONFORMANT
    assert time.monotonic() - began < HANGS
