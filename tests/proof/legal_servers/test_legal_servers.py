"""No variant raises an alarm: a whole certification of each finds what it finds of the mock itself."""

from __future__ import annotations

import pytest

from inferproof.certify.certify import Certification, certify
from inferproof.certify.target import Target
from inferproof.document import Contract, load
from inferproof.judge.judge import Judgement, Outcome
from inferproof.judge.requirement import MAY
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.proof import proof
from tests.proof.legal_servers import Variant, of_contract, refusing
from tests.proof.legal_servers.server import Mock, serving

VARIANTS = of_contract(load("inflection"))


@pytest.fixture(scope="module")
def the_mock(contract: Contract) -> Mock:
    return Mock(mock(contract, keys=(DEFAULT_KEY,)))


@pytest.fixture(scope="module")
def open_on_the_mock(certification: Certification) -> set[str]:
    """What the mock itself leaves not verified, by id."""
    return {each.requirement.id for each in certification.result.having(Outcome.NOT_VERIFIED)}


def test_the_mock_behind_this_server_is_the_mock(
    contract: Contract, the_mock: Mock, certification: Certification
) -> None:
    with serving(the_mock, None) as server:
        found = certify(contract, Target(server.url, key=DEFAULT_KEY)).result
    outcomes = {each.requirement.id: each.outcome for each in found.judgements}
    assert outcomes == {each.requirement.id: each.outcome for each in certification.result.judgements}


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=list(VARIANTS))
def test_nothing_is_held_against(
    variant: Variant, contract: Contract, the_mock: Mock, open_on_the_mock: set[str]
) -> None:
    assert _certified(variant, contract, the_mock, open_on_the_mock) == ""


@proof
@pytest.mark.parametrize("variant", refusing().values(), ids=list(refusing()))
def test_nothing_that_is_generated_is_held_against(
    variant: Variant, contract: Contract, the_mock: Mock, open_on_the_mock: set[str]
) -> None:
    assert _certified(variant, contract, the_mock, open_on_the_mock, generated=True) == ""


def _certified(
    variant: Variant, contract: Contract, the_mock: Mock, open_on_the_mock: set[str], *, generated: bool = False
) -> str:
    """What is held against the variant; nothing is an empty text."""
    with serving(the_mock, variant) as server:
        found = certify(contract, Target(server.url, key=DEFAULT_KEY), generated=generated).result
    assert server.edited > 0, "the variant changed nothing"
    alarms = [each for each in found.judgements if _alarms(each, open_on_the_mock)]
    return "\n".join([variant.sentence, *map(_shown, alarms)]) if alarms else ""


def _alarms(judgement: Judgement, open_on_the_mock: set[str]) -> bool:
    if judgement.requirement.level is MAY:
        return judgement.outcome is Outcome.HARNESS_ERROR
    if judgement.outcome is Outcome.NOT_VERIFIED:
        return judgement.requirement.id not in open_on_the_mock
    return judgement.outcome in (Outcome.FAIL, Outcome.HARNESS_ERROR)


def _shown(judgement: Judgement) -> str:
    requirement = judgement.requirement
    findings = [f"  {each.exchange.name} {each.finding}" for each in judgement.failures[:3]]
    return "\n".join([f"{requirement.level} {requirement.id}: {judgement.outcome} {judgement.reason}", *findings])
