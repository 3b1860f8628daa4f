"""The kill matrix: on a good transcript every requirement passes; each of its mutants makes it fail, no legal one.

It is made for each contract, of the requirements that hold there. Contracts of the tests' own have lists of models in
the other form, so that it is made for them of these, and of the ping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from inferproof.certify.certify import Certification
from inferproof.judge.judge import Outcome, judge
from inferproof.judge.requirement import held
from inferproof.judge.subject import Subject
from inferproof.requirements import CATALOGUE
from tests.conftest import PACKS, contract_of
from tests.packs import LISTS, SMALL
from tests.proof.mutants import SPARED, Draft, Mutant, load_all

MUTANTS = load_all()
WRITTEN = {pack: [each.id for each in held(contract_of(pack))[0] if each.id in CATALOGUE] for pack in PACKS}
OF_LISTS = ("models.", "ping.")
WRITTEN |= {
    str(folder): [each.id for each in held(contract_of(str(folder)))[0] if each.id.startswith(OF_LISTS)]
    for folder in (SMALL, LISTS)
}


def of_packs(changes: Mapping[str, Sequence[Mutant]]) -> Iterator[object]:
    """Each change, with each contract in which its requirement holds."""
    for pack, ids in WRITTEN.items():
        for mutant in (each for id in ids for each in changes.get(id, ()) if each.has_a_place_in(contract_of(pack))):
            yield pytest.param(pack, mutant, id=f"{Path(pack).name}-{mutant.id}-{mutant.name}")


@pytest.fixture(scope="module")
def answers(certified: Callable[[str], Certification]) -> Callable[[str], list[Subject]]:
    """The base of a contract, with what was found out about its requests, which no mutant changes."""

    @cache
    def of_pack(pack: str) -> list[Subject]:
        return [Subject(exchange, contract_of(pack)) for exchange in certified(pack).transcript.exchanges]

    return of_pack


def unknown(changes: Iterable[str]) -> set[str]:
    return set(changes) - CATALOGUE.keys()


def test_each_change_is_of_a_requirement_and_each_requirement_holds_in_some_contract() -> None:
    assert unknown(MUTANTS) == unknown(SPARED) == set()
    assert {id for ids in WRITTEN.values() for id in ids} == CATALOGUE.keys()


@pytest.mark.parametrize(
    ("pack", "id"),
    [pytest.param(pack, id, id=f"{Path(pack).name}-{id}") for pack, ids in WRITTEN.items() for id in ids],
)
def test_the_requirement_passes_on_the_base_and_has_a_mutant(
    pack: str, id: str, certified: Callable[[str], Certification]
) -> None:
    judgement = next(each for each in certified(pack).result.judgements if each.requirement.id == id)
    shown = [f"{each.exchange.name}: {each.finding}" for each in judgement.failures]
    assert judgement.outcome is Outcome.PASS, f"{judgement.reason} {shown}"
    assert MUTANTS.get(id), f"{id} has no mutant in tests/proof/mutants: nobody knows whether it can fail"


@pytest.mark.parametrize(("pack", "mutant"), list(of_packs(MUTANTS)))
def test_the_mutant_is_caught_by_its_requirement(
    pack: str, mutant: Mutant, answers: Callable[[str], list[Subject]]
) -> None:
    judged = mutant.looks_at(answers(pack))
    exchanges = [mutant.exchange(answer) for answer in judged]
    assert exchanges != [answer.exchange for answer in judged], "the mutant changed nothing"
    [judgement] = judge([CATALOGUE[mutant.id]], exchanges, contract_of(pack))
    assert judgement.outcome is Outcome.FAIL, f"{judgement.outcome}: {judgement.reason}"


@pytest.mark.parametrize(("pack", "change"), list(of_packs(SPARED)))
def test_a_legal_change_is_not_held_against_the_server(
    pack: str, change: Mutant, answers: Callable[[str], list[Subject]]
) -> None:
    exchanges = [change.exchange(answer) for answer in change.looks_at(answers(pack))]
    [judgement] = judge([CATALOGUE[change.id]], exchanges, contract_of(pack))
    assert judgement.outcome in (Outcome.PASS, Outcome.NOT_VERIFIED), f"{judgement.outcome}: {judgement.failures}"


@pytest.mark.parametrize(
    "change",
    [change for changes in SPARED.values() for change in changes],
    ids=lambda change: f"{change.id}-{change.name}",
)
def test_a_legal_change_changes_something_in_some_contract(
    change: Mutant, answers: Callable[[str], list[Subject]]
) -> None:
    asked = (answer for pack, ids in WRITTEN.items() if change.id in ids for answer in change.looks_at(answers(pack)))
    assert any(change.where(Draft(answer)) for answer in asked if answer.exchange.reply)
