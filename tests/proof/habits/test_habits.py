"""Nothing is held against a server for a habit, or for a set of them, but the SHOULDs that the habits name.

A few are tried each time, all of them and three hundred sets by `tox -e proof`.
"""

from __future__ import annotations

import random
from itertools import islice

import pytest

from inferproof.document import Contract, load
from inferproof_mock.habits import habits_of
from tests.conftest import FIRST, PACKS, contract_of
from tests.proof import PROOF, proof
from tests.proof.habits.cover import cover
from tests.proof.habits.held import Replayed, fewest, held_against

HABITS = habits_of(load(FIRST))
SETS, GENERATED_SETS, SEED = 300, 100, 12
SAMPLE = 8

ALONE = sorted(HABITS) if PROOF else sorted(random.Random(SEED).sample(list(HABITS), SAMPLE))
DRAWN = list(islice(cover(list(HABITS), SEED), SETS))
TRIED = DRAWN if PROOF else [each for each in DRAWN if len(each) > 1][:2]
GENERATED = DRAWN[: GENERATED_SETS if PROOF else 1]


@pytest.fixture(scope="module")
def the_mock(contract: Contract) -> Replayed:
    return Replayed(contract)


def test_nothing_is_held_against_the_mock_itself(contract: Contract, the_mock: Replayed) -> None:
    assert str(held_against(contract, the_mock, [])) == ""


@pytest.mark.parametrize("name", ALONE)
def test_a_habit_alone_is_no_fault(name: str, contract: Contract, the_mock: Replayed) -> None:
    found = held_against(contract, the_mock, [HABITS[name]])
    assert str(found) == "", HABITS[name].sentence


@pytest.mark.parametrize("names", TRIED, ids="+".join)
def test_a_set_is_no_fault(names: tuple[str, ...], contract: Contract, the_mock: Replayed) -> None:
    _check(names, contract, the_mock)


@proof
@pytest.mark.parametrize("names", GENERATED, ids="+".join)
def test_a_set_is_no_fault_before_generated_requests(
    names: tuple[str, ...], contract: Contract, the_mock: Replayed
) -> None:
    _check(names, contract, the_mock, generated=True)


@proof
@pytest.mark.parametrize("pack", [name for name in PACKS if name != FIRST])
def test_habits_are_no_fault_under_another_contract(pack: str) -> None:
    contract = contract_of(pack)
    mock, found = Replayed(contract), habits_of(contract)
    wrong = {}
    for name in found:
        wrong[name] = str(held_against(contract, mock, [found[name]]))
    assert {name: why for name, why in wrong.items() if why} == {}


def _check(names: tuple[str, ...], contract: Contract, mock: Replayed, *, generated: bool = False) -> None:
    """The set is held nothing against; else the test fails with the smallest set that still is."""
    chosen = [HABITS[name] for name in names]
    found = held_against(contract, mock, chosen, generated=generated)
    if not found.wrong:
        return
    left = fewest(contract, mock, chosen, generated=generated)
    again = held_against(contract, mock, left, generated=generated)
    pytest.fail(f"{' + '.join(each.name for each in left)} (of {len(chosen)}):\n{again or found}")
