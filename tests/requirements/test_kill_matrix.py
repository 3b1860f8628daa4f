"""The kill matrix: on a good transcript every requirement passes; each of its mutants makes it fail, no legal one."""

from __future__ import annotations

import pytest

from inferproof.certify.certify import Certification
from inferproof.document import Contract
from inferproof.judge.judge import Outcome, judge
from inferproof.judge.subject import Subject
from inferproof.requirements import CATALOGUE
from tests.mutants import SPARED, Draft, Mutant, load_all

MUTANTS = load_all()
ALL = [mutant for mutants in MUTANTS.values() for mutant in mutants]
LEGAL = [change for changes in SPARED.values() for change in changes]


@pytest.fixture(scope="module")
def answers(certification: Certification, contract: Contract) -> list[Subject]:
    """The base, with what was found out about its requests, which no mutant changes."""
    return [Subject(exchange, contract) for exchange in certification.transcript.exchanges]


@pytest.mark.parametrize("id", sorted(CATALOGUE))
def test_the_requirement_passes_on_the_base_and_has_a_mutant(id: str, certification: Certification) -> None:
    judgement = next(each for each in certification.result.judgements if each.requirement.id == id)
    shown = [f"{each.exchange.name}: {each.finding}" for each in judgement.failures]
    assert judgement.outcome is Outcome.PASS, f"{judgement.reason} {shown}"
    assert MUTANTS.get(id), f"{id} has no mutant in tests/mutants: nobody knows whether it can fail"


@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: f"{mutant.id}-{mutant.name}")
def test_the_mutant_is_caught_by_its_requirement(mutant: Mutant, answers: list[Subject], contract: Contract) -> None:
    assert mutant.id in CATALOGUE, f"a mutant without a requirement: {mutant.id}"
    judged = mutant.looks_at(answers)
    exchanges = [mutant.exchange(answer) for answer in judged]
    assert exchanges != [answer.exchange for answer in judged], "the mutant changed nothing"
    [judgement] = judge([CATALOGUE[mutant.id]], exchanges, contract)
    assert judgement.outcome is Outcome.FAIL, f"{judgement.outcome}: {judgement.reason}"


@pytest.mark.parametrize("change", LEGAL, ids=lambda change: f"{change.id}-{change.name}")
def test_a_legal_change_is_not_held_against_the_server(
    change: Mutant, answers: list[Subject], contract: Contract
) -> None:
    assert change.id in CATALOGUE, f"a change without a requirement: {change.id}"
    asked = change.looks_at(answers)
    assert any(change.where(Draft(answer)) for answer in asked if answer.exchange.reply), "nothing is changed"
    exchanges = [change.exchange(answer) for answer in asked]
    [judgement] = judge([CATALOGUE[change.id]], exchanges, contract)
    assert judgement.outcome in (Outcome.PASS, Outcome.NOT_VERIFIED), f"{judgement.outcome}: {judgement.failures}"
