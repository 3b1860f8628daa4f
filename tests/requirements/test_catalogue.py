"""The catalogue keeps its own rules: every citation resolves, and ids read alike."""

from __future__ import annotations

import copy
import re

import pytest

from inferproof.certify.dry_run import dry_run, rehearsed
from inferproof.document import Contract
from inferproof.document.citations import NotThere
from inferproof.judge.requirement import CONVENTION, MUST, Requirement
from inferproof.probes import PROBES
from inferproof.probes.probe import RequestBuilder
from inferproof.requirements import CATALOGUE
from tests.conftest import EVERY, contract_of, holding

ALL = list(CATALOGUE.values())


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.id)
def test_every_citation_resolves_in_a_contract_in_which_it_is_all_that_it_says(each: Requirement) -> None:
    contracts = holding(each)
    assert any((held.level, held.basis) == (each.level, each.basis) for held in map(each.within, contracts))
    for cite in (*each.cites, *each.covers):
        assert any(_has(contract, cite) for contract in contracts), cite
    firsts = [contract.places(each.cites[0])[0] for contract in contracts]
    assert each.level is not MUST or each.basis is CONVENTION or "published" in {first.layer for first in firsts}


def _has(contract: Contract, cite: str) -> bool:
    try:
        return bool(contract.places(cite))
    except NotThere:
        return False


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.id)
def test_ids_are_dotted_lower_case_words(each: Requirement) -> None:
    assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", each.id)
    assert each.sentence.endswith("."), each.sentence


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.id)
def test_a_convention_names_its_standard_and_nothing_else_does(each: Requirement) -> None:
    assert (each.basis is CONVENTION) == bool(each.standard)


def fitting(name: str) -> Contract:
    """The first contract that the probe is sent to; where an operation has no second header, one is added."""
    contracts = [contract for contract in map(contract_of, EVERY) if PROBES[name].fits(contract)]
    return next((each for each in contracts if sends(name, each)), None) or by_two_headers(contracts[0])


def by_two_headers(contract: Contract) -> Contract:
    """The contract with a header of its own for a key beside the one that it has."""
    published, corrected = copy.deepcopy(contract.published), copy.deepcopy(contract.corrected)
    for document in (published, corrected):
        document["components"]["securitySchemes"]["other"] = {"type": "apiKey", "in": "header", "name": "x-key"}
        for operation in (node for item in document["paths"].values() for node in item.values()):
            if "security" in operation:
                operation["security"].append({"other": []})
    return Contract(contract.name, published, corrected)


def sends(name: str, contract: Contract) -> bool:
    call = RequestBuilder(contract, "chat-model", "embedding-model", 1)
    return PROBES[name].fits(contract) and bool(dry_run(PROBES[name], contract, call))


@pytest.mark.parametrize("name", sorted(PROBES))
def test_every_probe_can_be_rehearsed_and_follows_from_the_seed(name: str) -> None:
    probe, fits = PROBES[name], fitting(name)
    first = dry_run(probe, fits, RequestBuilder(fits, "chat-model", "embedding-model", 1))
    again = dry_run(probe, fits, RequestBuilder(fits, "chat-model", "embedding-model", 1))
    assert first, "it sends nothing"
    assert first == again


@pytest.mark.parametrize("name", sorted(PROBES))
def test_every_probe_ends_of_itself_where_a_server_answers_as_documented(name: str) -> None:
    fits = fitting(name)
    call = RequestBuilder(fits, "chat-model", "embedding-model", 1)
    assert len(list(rehearsed(PROBES[name], fits, call))) == len(dry_run(PROBES[name], fits, call))


def test_every_probe_named_by_a_requirement_exists() -> None:
    names = {name.partition(":")[0] for name in PROBES}
    for each in ALL:
        assert set(each.needs) <= names, each.id
