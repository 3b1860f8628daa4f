"""Lists of models and the ping, in every contract that has them: what is wrong is caught, what is legal is let be."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from inferproof.certify.certify import certify
from inferproof.certify.target import Target
from inferproof.document import Contract, load
from inferproof.document.files import home
from inferproof.front.serve import running
from inferproof.judge.judge import Outcome, judge
from inferproof.judge.requirement import Requirement, held
from inferproof.judge.subject import Subject
from inferproof.requirements import CATALOGUE
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.mutants import SPARED, Draft, Mutant, load_all
from tests.packs import LISTS, SMALL

FOLDERS = (SMALL, LISTS, *(folder for folder in sorted(home().iterdir()) if folder.is_dir()))
GLOBS = ("models.*", "ping.*")


@cache
def contract_of(folder: Path) -> Contract:
    return load(str(folder))


@cache
def holding(folder: Path) -> dict[str, Requirement]:
    """The requirements of lists and the ping that hold in a contract."""
    return {each.id: each for each in held(contract_of(folder))[0] if each.id.startswith(("models.", "ping."))}


@cache
def answers_of(folder: Path) -> tuple[Subject, ...]:
    contract = contract_of(folder)
    with running(mock(contract)) as url:
        run = certify(contract, Target(url, key=DEFAULT_KEY), only=[glob for glob in GLOBS if _any(folder, glob)])
    bad = [each for each in run.result.judgements if each.outcome is not Outcome.PASS]
    assert not bad, bad
    return tuple(Subject(exchange, contract) for exchange in run.transcript.exchanges)


def _any(folder: Path, glob: str) -> bool:
    return any(id.startswith(glob.rstrip("*")) for id in holding(folder))


def pairs(registered: dict[str, list[Mutant]]) -> Iterator[object]:
    """Each change in each contract in which its requirement holds."""
    load_all()
    for folder in FOLDERS:
        for id in holding(folder):
            for change in registered.get(id, ()):
                yield pytest.param(folder, change, id=f"{folder.name}-{id}-{change.name}")


def judged(folder: Path, change: Mutant) -> tuple[Outcome, str]:
    """What comes of the change, in words too; skips where it is none of this form of list."""
    answers = change.looks_at(answers_of(folder))
    if not any(change.where(Draft(answer)) for answer in answers):
        pytest.skip("the list has the other form")
    exchanges = [change.exchange(answer) for answer in answers]
    [found] = judge([holding(folder)[change.id]], exchanges, contract_of(folder))
    return found.outcome, f"{found.outcome}: {found.reason} {found.failures}"


@pytest.mark.parametrize(("folder", "mutant"), list(pairs(load_all())))
def test_a_mutant_is_caught_by_its_requirement(folder: Path, mutant: Mutant) -> None:
    outcome, words = judged(folder, mutant)
    assert outcome is Outcome.FAIL, words


@pytest.mark.parametrize(("folder", "change"), list(pairs(SPARED)))
def test_a_legal_change_is_not_held_against_the_server(folder: Path, change: Mutant) -> None:
    outcome, words = judged(folder, change)
    assert outcome in (Outcome.PASS, Outcome.NOT_VERIFIED), words


def test_every_requirement_holds_somewhere_and_has_a_mutant() -> None:
    mine = {id for id in CATALOGUE if id.startswith(("models.", "ping."))}
    somewhere = {id for folder in FOLDERS for id in holding(folder)}
    assert mine == somewhere
    assert mine <= load_all().keys()
