"""A folder of anybody's is a contract like ours: a copy under another name changes nothing but the name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from inferproof.catalogue import lock
from inferproof.catalogue.coverage import coverage, read_exclusions
from inferproof.certify.certify import call_with, certify
from inferproof.certify.dry_run import dry_run
from inferproof.certify.plan import plan
from inferproof.certify.result import Verdict
from inferproof.certify.target import Target
from inferproof.document import Contract, load
from inferproof.document.files import default, home
from inferproof.generated.requirements import requirements_of
from inferproof.judge.judge import judge
from inferproof.judge.requirement import held
from inferproof_mock.server import DEFAULT_KEY
from tests.packs import SMALL

Row = tuple[str, str, str, str, tuple[str, ...], str]


@pytest.fixture(scope="module", params=[home() / default(), SMALL], ids=lambda folder: folder.name)
def original(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.param
    return folder


@pytest.fixture(scope="module")
def copied(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(original, tmp_path_factory.mktemp("elsewhere") / "mine"))


def rows(contract: Contract) -> list[Row]:
    return [
        (each.id, each.level.value, each.basis.value, each.claims, each.cites, each.sentence)
        for each in requirements_of(contract)
    ]


def planned(contract: Contract) -> list[tuple[str, str]]:
    """Every request of a whole run, the generated ones too."""
    call = call_with(contract)
    probes = plan(contract, call, {}, generated=True).probes
    return [(probe.name, repr(ask)) for probe in probes for ask in dry_run(probe, contract, call)]


def test_the_catalogue_is_the_same(original: Path, copied: Path) -> None:
    ours, theirs = load(str(original)), load(str(copied))
    assert (ours.name, theirs.name) == (original.name, "mine")
    assert rows(theirs) == rows(ours)
    assert [(each.id, why) for each, why in held(theirs)[1]] == [(each.id, why) for each, why in held(ours)[1]]


def test_the_lock_and_the_coverage_are_the_same(original: Path, copied: Path) -> None:
    contract = load(str(copied))
    requirements = requirements_of(contract)
    assert lock.written(contract, requirements) == (original / "requirements.lock").read_text(encoding="utf-8")
    found, expected = (
        coverage(each, requirements, read_exclusions(str(folder)))
        for each, folder in ((contract, copied), (load(str(original)), original))
    )
    assert found == expected


def test_the_requests_are_the_same(original: Path, copied: Path) -> None:
    assert planned(load(str(copied))) == planned(load(str(original)))


def test_a_recorded_run_is_judged_the_same(contract: Contract, mock_url: str, tmp_path: Path) -> None:
    mine = load(str(shutil.copytree(home() / default(), tmp_path / "mine")))
    run = certify(mine, Target(mock_url, key=DEFAULT_KEY), only=["chat.usage.*", "auth.*", "discovery.*"])
    assert run.result.verdict is Verdict.CONFORMANT
    outcomes = [
        [
            (each.requirement.id, each.outcome, each.judged)
            for each in judge(held(one)[0], run.transcript.exchanges, one)
        ]
        for one in (mine, contract)
    ]
    assert outcomes[0] == outcomes[1]
