"""Servers over HTTP with other lists of models, and other pings: the wrong ones are caught, the odd ones are let be."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from inferproof.certify.certify import certify
from inferproof.certify.result import Result
from inferproof.certify.target import Target
from inferproof.document import Contract
from inferproof.judge.judge import Outcome
from inferproof_mock.server import DEFAULT_KEY, mock
from tests import conftest
from tests.packs import LISTS, SMALL
from tests.proof.broken_servers import LiveMutant
from tests.proof.broken_servers import of_contract as broken
from tests.proof.legal_servers import Variant
from tests.proof.legal_servers import of_contract as legal
from tests.proof.legal_servers.server import Mock, serving

MODULE = "model_lists"
"""Of either kind, the servers of lists and pings."""


def contract_of(folder: Path) -> Contract:
    return conftest.contract_of(str(folder))


@cache
def mock_of(folder: Path) -> Mock:
    return Mock(mock(contract_of(folder), keys=(DEFAULT_KEY,)))


def certified(folder: Path, variant: Variant | None) -> tuple[Result, int]:
    """A whole run but for what is generated, and how many replies the variant changed."""
    with serving(mock_of(folder), variant) as server:
        return certify(contract_of(folder), Target(server.url, key=DEFAULT_KEY)).result, server.edited


@cache
def of_the_mock(folder: Path) -> dict[str, Outcome]:
    return {each.requirement.id: each.outcome for each in certified(folder, None)[0].judgements}


@pytest.mark.parametrize(
    "wrong",
    [each for each in broken(contract_of(LISTS)).values() if each.module.endswith(MODULE)],
    ids=lambda each: each.name,
)
def test_a_broken_server_is_caught_by_its_own_requirements(wrong: LiveMutant) -> None:
    found, edited = certified(LISTS, wrong)
    failed = {each.requirement.id for each in found.having(Outcome.FAIL)}
    assert edited
    assert failed >= set(wrong.caught_by), failed
    others = {each for each in failed if not each.startswith(("models.", "ping."))}
    assert others <= {"chat.offered", "embeddings.offered"}, "a model that is not there is answered 404"


@pytest.mark.parametrize("folder", [SMALL, LISTS], ids=lambda folder: folder.name)
@pytest.mark.parametrize(
    "odd",
    [each for each in legal(contract_of(LISTS)).values() if each.edit.__module__.endswith(MODULE)],
    ids=lambda each: each.name,
)
def test_an_odd_server_is_not_accused(odd: Variant, folder: Path) -> None:
    if not contract_of(folder).roles.keys() >= set(odd.roles):
        pytest.skip("it has not the operations")
    found, edited = certified(folder, odd)
    if not edited:
        pytest.skip("its lists have the other form")
    before = of_the_mock(folder)
    outcomes = {
        each.requirement.id: (each.outcome, [str(one.finding) for one in each.failures]) for each in found.judgements
    }
    alarms = {id: said for id, said in outcomes.items() if said[0] not in (Outcome.PASS, before[id])}
    skipped = {
        id for id, said in alarms.items() if said[0] is Outcome.NOT_VERIFIED and id.endswith((".stable", ".usable"))
    }
    assert not {id: alarms[id] for id in alarms.keys() - skipped}
