"""The gate against servers: silent on the mock, telling on one with bugs, one deviation on a lax one."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import replace

import pytest

from inferproof.certify.certify import Certification, certify, judged
from inferproof.certify.result import Verdict
from inferproof.certify.target import Target
from inferproof.document import Contract
from inferproof.front.serve import running
from inferproof.generated.requirements import owners
from inferproof.judge.judge import Outcome, judge
from inferproof.judge.requirement import MAY, Requirement
from inferproof.wire import transcript as transcripts
from inferproof.wire.exchange import Exchange, Reply
from inferproof_mock.server import DEFAULT_KEY
from tests.generated.lax import lax
from tests.generated.planted import BUGS, buggy
from tests.proof import proof


def failed(found: Certification) -> dict[str, Exchange]:
    """The smallest exchange that broke each requirement."""
    return {
        each.requirement.id: min((failure.exchange for failure in each.failures), key=lambda one: len(one.request.body))
        for each in found.result.judgements
        if each.outcome is Outcome.FAIL
    }


def test_the_mock_passes_the_gate(gated: Certification) -> None:
    bad = [
        (each.requirement.id, each.outcome, each.reason)
        for each in gated.result.judgements
        if each.outcome is not Outcome.PASS and each.requirement.level is not MAY
    ]
    assert bad == []
    assert gated.result.verdict is Verdict.CONFORMANT
    assert gated.result.generated


def test_a_second_run_sends_the_same_bytes_and_comes_to_the_same_verdict(
    gated: Certification, contract: Contract, mock_url: str
) -> None:
    only = ["embeddings.*", "chat.legacy.*"]
    runs = [certify(contract, Target(mock_url, key=DEFAULT_KEY), generated=True, only=only) for _ in range(2)]
    first, second = ([(each.name, each.request) for each in run.transcript.exchanges] for run in runs)
    assert first == second
    whole = {each.name: each.request for each in gated.transcript.exchanges}
    assert all(whole[name] == request for name, request in first)
    outcomes = [[(each.requirement.id, each.outcome) for each in run.result.judgements] for run in runs]
    assert outcomes[0] == outcomes[1]


def test_the_transcript_is_small_and_judged_again_the_same(
    gated: Certification, contract: Contract, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("gate") / "transcript.jsonl"
    found = gated.transcript
    transcripts.write(path, found.header, found.exchanges, found.footer)
    assert len(gzip.compress(path.read_bytes(), 1)) < 20_000_000
    again = judged(contract, transcripts.read(path))
    assert [each.outcome for each in again.judgements] == [each.outcome for each in gated.result.judgements]


def _with_status(
    exchanges: Sequence[Exchange], requirement: Requirement, status: int, contract: Contract
) -> list[Exchange]:
    [judgement] = judge([requirement], exchanges, contract)
    return [replace(each, reply=Reply(status)) if each.name == judgement.judged[0] else each for each in exchanges]


def test_every_owner_can_fail(gated: Certification, contract: Contract) -> None:
    by_role = {
        role: [each for each in gated.transcript.exchanges if each.role == role]
        for role in {role for each in owners(contract) if each.of for role in each.of.roles}
    }
    for each in owners(contract):
        assert each.of is not None
        exchanges = by_role[each.of.roles[0]]
        wrong = 422 if each.id.endswith(".accepts") else 200
        [judgement] = judge([each], _with_status(exchanges, each, wrong, contract), contract)
        assert judgement.outcome is Outcome.FAIL, each.id
        assert len(judgement.failures) == 1


@proof
def test_planted_bugs_are_found_by_their_owners_alone_and_made_small(contract: Contract) -> None:
    with running(buggy(contract)) as url:
        found = failed(certify(contract, Target(url, key=DEFAULT_KEY), generated=True))
    assert {name for name, bug in BUGS.items() if bug.owner not in found} == set()
    assert {name for name, bug in BUGS.items() if len(found[bug.owner].request.body) >= 300} == set()
    generated = {each.id for each in owners(contract)}
    assert found.keys() & generated == {bug.owner for bug in BUGS.values()} & generated
    user = found["chat.user.refuses"]
    assert (user.probe, user.request.json["user"] is None) == ("reduced.chat.user.refuses", False)


@proof
def test_a_lax_server_is_one_deviation(contract: Contract) -> None:
    with running(lax(contract)) as url:
        found = certify(contract, Target(url, key=DEFAULT_KEY), generated=True)
    assert list(failed(found)) == ["errors.invalid.coerced"], failed(found)
    assert found.result.verdict is Verdict.CONFORMANT
