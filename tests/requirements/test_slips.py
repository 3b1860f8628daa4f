"""No slip of ours in a rule goes unnoticed: it breaks the judge, or a mutant survives, or a legal change is accused."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from inferproof.certify.certify import Certification
from inferproof.requirements import CATALOGUE
from tests.conftest import EVERY, contract_of
from tests.proof import PROOF
from tests.slips import Bench, Rules, Slip

SEEDS = range(1, 6)
COUNT = 100
"""Changes for each seed; all that there are, more than three thousand, where the whole proof is wanted."""

BARE = {"chat.request.extra-members", "errors.invalid.refused"}
"""Rules in one line, of names alone that stand elsewhere: there is nothing in them to slip over."""

FILE = Path(__file__).parent / "unseen_slips.toml"
"""The changes that alter nothing a test can see, and why."""


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules()


@pytest.fixture(scope="module")
def shows(rules: Rules, certified: Callable[[str], Certification]) -> Callable[[Slip], str]:
    """How a change shows under the contracts, the first of them first; empty where it shows under none."""

    @cache
    def bench(pack: str) -> Bench:
        return Bench(rules, certified(pack).transcript.exchanges, contract_of(pack))

    def shows(slip: Slip) -> str:
        return next((found for pack in EVERY if (found := bench(pack).shows(slip))), "")

    return shows


@pytest.fixture(scope="module")
def explained() -> set[str]:
    return {
        change for entry in tomllib.loads(FILE.read_text(encoding="utf-8"))["unseen"] for change in entry["changes"]
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_every_slip_shows_but_those_that_change_nothing(
    seed: int, rules: Rules, shows: Callable[[Slip], str], explained: set[str]
) -> None:
    tried = rules.slips[seed % len(SEEDS) :: len(SEEDS)] if PROOF else rules.sample(seed, COUNT)
    unseen = [str(slip) for slip in tried if str(slip) not in explained and shows(slip) == ""]
    cure = "Nothing notices these. Write a mutant or a legal change that does, or say why in unseen_slips.toml:"
    assert not unseen, "\n".join([cure, *unseen])


def test_no_explanation_is_idle(rules: Rules, shows: Callable[[Slip], str], explained: set[str]) -> None:
    by_name = {str(slip): slip for slip in rules.slips}
    idle = [change for change in sorted(explained) if change not in by_name or shows(by_name[change]) != ""]
    assert not idle, "\n".join(["These changes show, or cannot be made any more:", *idle])


def test_the_slips_are_of_every_kind_and_reach_every_requirement(rules: Rules) -> None:
    kinds = Counter(slip.what.partition(" ")[0] for slip in rules.slips)
    assert kinds.keys() == {"rename", "None", "turn"}
    assert len({str(slip) for slip in rules.slips}) == len(rules.slips) > 3_000
    reached = {id for slip in rules.slips for id in rules.ids(rules.reached(slip))}
    assert CATALOGUE.keys() - reached == BARE
    assert len({slip.module for slip in rules.sample(SEEDS[0], COUNT)}) > 25


def test_a_rule_that_is_executed_apart_leaves_the_catalogue_alone(rules: Rules) -> None:
    before = dict(CATALOGUE)
    slip = next(each for each in rules.slips if each.where == "total_is_the_sum")
    names = rules.reached(slip)
    made = rules.executed(slip, {module for module, _ in names})
    assert before == CATALOGUE
    assert made.keys() < CATALOGUE.keys()
    assert all(made[id] is not CATALOGUE[id] for id in made)


def test_what_is_not_changed_judges_as_ever(rules: Rules) -> None:
    everything = {slip.module for slip in rules.slips}
    made = rules.executed(None, everything)
    assert {id: each.sentence for id, each in made.items()} == {id: each.sentence for id, each in CATALOGUE.items()}
