"""A certification of the mock: what it sends, what it keeps, and that judging again says the same."""

from __future__ import annotations

import json
from pathlib import Path

from inferproof.certify.certify import Certification, certify, judged
from inferproof.certify.result import Verdict
from inferproof.certify.target import Target
from inferproof.document import Contract
from inferproof.judge.judge import Outcome
from inferproof.judge.requirement import MAY
from inferproof.reports.files import write_report
from inferproof.wire.transcript import read
from inferproof_mock.server import DEFAULT_KEY


def requests(certification: Certification) -> list[tuple[str, bytes]]:
    return [(exchange.name, repr(exchange.request).encode()) for exchange in certification.transcript.exchanges]


def test_the_mock_is_conformant_with_nothing_failed_and_nothing_left_open(certification: Certification) -> None:
    bad = [
        f"{each.requirement.id}: {each.outcome} {each.reason} {[failure.finding for failure in each.failures]}"
        for each in certification.result.judgements
        if each.outcome is not Outcome.PASS and each.requirement.level is not MAY
    ]
    assert bad == []
    assert certification.result.verdict is Verdict.CONFORMANT


def test_two_runs_with_one_seed_send_the_same_bytes_and_find_the_same(
    certification: Certification, contract: Contract, mock_url: str
) -> None:
    again = certify(contract, Target(mock_url, key=DEFAULT_KEY))
    assert requests(again) == requests(certification)
    assert _outcomes(again) == _outcomes(certification)


def test_one_request_at_a_time_finds_the_same_as_eight(
    certification: Certification, contract: Contract, mock_url: str
) -> None:
    from inferproof.certify.target import Limits

    alone = certify(contract, Target(mock_url, key=DEFAULT_KEY, limits=Limits(concurrency=1)))
    assert _outcomes(alone) == _outcomes(certification)


def test_judging_the_written_transcript_again_gives_identical_verdicts(
    certification: Certification, contract: Contract, tmp_path: Path
) -> None:
    write_report(certification, tmp_path)
    again = judged(contract, read(tmp_path / "transcript.jsonl"))
    assert again.to_json() == json.loads((tmp_path / "result.json").read_text())


def test_no_key_is_written(certification: Certification, tmp_path: Path) -> None:
    write_report(certification, tmp_path)
    for path in tmp_path.iterdir():
        assert DEFAULT_KEY not in path.read_text(encoding="utf-8")


def test_only_sends_what_one_requirement_needs(contract: Contract, mock_url: str, certification: Certification) -> None:
    one = certify(contract, Target(mock_url, key=DEFAULT_KEY), only=["chat.usage.prompt.grows"])
    assert [each.requirement.id for each in one.result.judgements] == ["chat.usage.prompt.grows"]
    assert one.result.verdict is not Verdict.NOT_CONFORMANT
    assert 0 < one.result.requests < certification.result.requests / 10


def test_what_is_not_claimed_is_not_sent_and_not_applicable(contract: Contract, mock_url: str) -> None:
    target = Target(mock_url, key=DEFAULT_KEY, declined={"tools": "this server has none"})
    found = certify(contract, target).result
    tools = [each for each in found.judgements if each.requirement.profile == "tools"]
    assert tools
    assert {each.outcome for each in tools} == {Outcome.NOT_APPLICABLE}
    assert all("this server has none" in each.reason for each in tools)


def _outcomes(certification: Certification) -> dict[str, str]:
    return {each.requirement.id: each.outcome.value for each in certification.result.judgements}
