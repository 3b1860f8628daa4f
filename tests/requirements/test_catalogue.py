"""The catalogue keeps its own rules: every citation resolves, and ids read alike."""

from __future__ import annotations

import copy
import re

import pytest

from inferproof.certify.dry_run import dry_run, rehearsed
from inferproof.document import Contract, load
from inferproof.judge.requirement import CONVENTION, MUST, Requirement
from inferproof.probes import PROBES
from inferproof.probes.probe import RequestBuilder
from inferproof.requirements import CATALOGUE
from tests.conftest import FIRST, home_of
from tests.packs import SMALL

ALL = list(CATALOGUE.values())


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.id)
def test_every_citation_resolves(each: Requirement) -> None:
    contract = home_of(each)
    held = each.within(contract)
    for cite in (*each.cites, *each.covers):
        assert contract.places(cite)
    if contract.name == FIRST:
        first = contract.places(each.cites[0])[0]
        assert (held.level, held.basis) == (each.level, each.basis)
        assert each.level is not MUST or each.basis is CONVENTION or first.layer == "published"


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.id)
def test_ids_are_dotted_lower_case_words(each: Requirement) -> None:
    assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", each.id)
    assert each.sentence.endswith("."), each.sentence


def fitting(name: str, contract: Contract) -> Contract:
    """A contract that has the operations which the probe is sent to: the first, else that of the tests, by bearer.

    What is for several headers gets one more in each operation.
    """
    fits = contract if PROBES[name].fits(contract) else by_bearer(load(str(SMALL)))
    return by_two_headers(fits) if PROBES[name].claims == "auth" else fits


def by_two_headers(contract: Contract) -> Contract:
    """The contract with a header of its own for a key beside the one that it has."""
    published, corrected = copy.deepcopy(contract.published), copy.deepcopy(contract.corrected)
    for document in (published, corrected):
        document["components"]["securitySchemes"]["other"] = {"type": "apiKey", "in": "header", "name": "x-key"}
        for operation in (node for item in document["paths"].values() for node in item.values()):
            if "security" in operation:
                operation["security"].append({"other": []})
    return Contract(contract.name, published, corrected)


def by_bearer(contract: Contract) -> Contract:
    """The contract with a bearer key in place of its own header."""
    published, corrected = copy.deepcopy(contract.published), copy.deepcopy(contract.corrected)
    for document in (published, corrected):
        for scheme in document["components"]["securitySchemes"].values():
            scheme.clear()
            scheme.update({"type": "http", "scheme": "bearer"})
    return Contract(contract.name, published, corrected)


@pytest.mark.parametrize("name", sorted(PROBES))
def test_every_probe_can_be_rehearsed_and_follows_from_the_seed(name: str, contract: Contract) -> None:
    probe, fits = PROBES[name], fitting(name, contract)
    first = dry_run(probe, fits, RequestBuilder(fits, "chat-model", "embedding-model", 1))
    again = dry_run(probe, fits, RequestBuilder(fits, "chat-model", "embedding-model", 1))
    assert first, "it sends nothing"
    assert first == again


@pytest.mark.parametrize("name", sorted(PROBES))
def test_every_probe_ends_of_itself_where_a_server_answers_as_documented(name: str, contract: Contract) -> None:
    fits = fitting(name, contract)
    call = RequestBuilder(fits, "chat-model", "embedding-model", 1)
    assert len(list(rehearsed(PROBES[name], fits, call))) == len(dry_run(PROBES[name], fits, call))


def test_every_probe_named_by_a_requirement_exists() -> None:
    names = {name.partition(":")[0] for name in PROBES}
    for each in ALL:
        assert set(each.needs) <= names, each.id
