"""Reasoning, where a contract has it: the mock passes, wrong servers are caught, and odd ones are not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from inferproof.certify.certify import Certification, certify
from inferproof.certify.result import Verdict
from inferproof.certify.target import Target
from inferproof.document import Contract, load
from inferproof.front.serve import running
from inferproof.judge.judge import Outcome, judge
from inferproof.judge.requirement import MAY, held
from inferproof.judge.subject import Subject
from inferproof.requirements import CATALOGUE
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.mutants import MUTANTS, SPARED, Draft, Mutant, load_all
from tests.packs import thoughtful

load_all()
IDS = sorted(id for id in CATALOGUE if id.startswith("reasoning."))
BROKEN = [each for id in IDS for each in MUTANTS[id]]
LEGAL = [each for id in IDS for each in SPARED[id]]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    return load(str(thoughtful.write(tmp_path_factory.mktemp("packs") / "thoughtful")))


@pytest.fixture(scope="module")
def certified(pack: Contract) -> Iterator[Certification]:
    with running(mock(pack)) as url:
        yield certify(pack, Target(url, key=DEFAULT_KEY), generated=True)


@pytest.fixture(scope="module")
def answers(certified: Certification, pack: Contract) -> list[Subject]:
    return [Subject(exchange, pack) for exchange in certified.transcript.exchanges]


def test_all_of_them_hold_here_and_none_in_the_first_contract(pack: Contract, contract: Contract) -> None:
    assert {each.id for each in held(pack)[0]} >= set(IDS)
    assert {each.id for each in held(contract)[0]}.isdisjoint(IDS)


def test_the_mock_is_conformant(certified: Certification) -> None:
    bad = [
        f"{each.requirement.id}: {each.outcome} {each.reason} {[failure.finding for failure in each.failures]}"
        for each in certified.result.judgements
        if each.outcome is not Outcome.PASS and each.requirement.level is not MAY
    ]
    assert bad == []
    assert certified.result.verdict is Verdict.CONFORMANT


def test_an_unknown_effort_is_asked_for_by_what_is_generated(certified: Certification) -> None:
    asked = [exchange.request.json for exchange in certified.transcript.exchanges if "refuses" in exchange.probe]
    assert {"effort": "AAA"} in [body.get("reasoning") for body in asked if isinstance(body, dict)]
    assert "AAA" in [body.get("reasoning_effort") for body in asked if isinstance(body, dict)]


@pytest.mark.parametrize("id", IDS)
def test_each_has_a_mutant(id: str) -> None:
    assert MUTANTS.get(id)


@pytest.mark.parametrize("mutant", BROKEN, ids=lambda mutant: f"{mutant.id}-{mutant.name}")
def test_the_mutant_is_caught_by_its_requirement(mutant: Mutant, answers: list[Subject], pack: Contract) -> None:
    judged = mutant.looks_at(answers)
    exchanges = [mutant.exchange(answer) for answer in judged]
    assert exchanges != [answer.exchange for answer in judged], "the mutant changed nothing"
    [judgement] = judge([CATALOGUE[mutant.id]], exchanges, pack)
    assert judgement.outcome is Outcome.FAIL, f"{judgement.outcome}: {judgement.reason}"


@pytest.mark.parametrize("change", LEGAL, ids=lambda change: f"{change.id}-{change.name}")
def test_a_legal_change_is_not_held_against_the_server(change: Mutant, answers: list[Subject], pack: Contract) -> None:
    asked = change.looks_at(answers)
    assert any(change.where(Draft(answer)) for answer in asked if answer.exchange.reply), "nothing is changed"
    exchanges = [change.exchange(answer) for answer in asked]
    [judgement] = judge([CATALOGUE[change.id]], exchanges, pack)
    assert judgement.outcome in (Outcome.PASS, Outcome.NOT_VERIFIED), f"{judgement.outcome}: {judgement.failures}"
