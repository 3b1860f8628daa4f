"""The lock: it is up to date, and names what to look at again when a document moves."""

from __future__ import annotations

import copy
from typing import Any

from inferproof.catalogue import lock
from inferproof.document import Contract
from inferproof.generated.requirements import requirements_of
from inferproof.requirements import CATALOGUE

TOTAL = [CATALOGUE["chat.usage.total"]]
USAGE = "/components/schemas/UsageInfo"


def moved(contract: Contract, published: dict[str, Any], corrected: dict[str, Any]) -> list[str]:
    pinned = dict(line.split(" ")[::-1] for line in lock.written(contract, TOTAL).splitlines() if line[0] != "#")
    other = Contract(contract.name, published, corrected)
    return [str(each) for each in lock.moved(other, TOTAL, pinned)]


def test_the_lock_is_up_to_date(contract: Contract) -> None:
    pinned = lock.read_lock(lock.lock_file(contract.name))
    assert [str(each) for each in lock.moved(contract, requirements_of(contract), pinned)] == []


def test_a_fragment_that_changes_names_its_requirements(contract: Contract) -> None:
    published = copy.deepcopy(contract.published)
    published["components"]["schemas"]["UsageInfo"]["additionalProperties"] = False
    assert moved(contract, published, contract.corrected) == [
        f"published#{USAGE} has changed; look again at chat.usage.total"
    ]


def test_what_lies_below_a_cited_node_is_none_of_its_business(contract: Contract) -> None:
    published = copy.deepcopy(contract.published)
    published["components"]["schemas"]["UsageInfo"]["properties"]["total_tokens"]["minimum"] = 1
    assert moved(contract, published, contract.corrected) == []


def test_a_fragment_that_is_gone_is_told_without_a_crash(contract: Contract) -> None:
    published, corrected = copy.deepcopy(contract.published), copy.deepcopy(contract.corrected)
    for document in (published, corrected):
        del document["components"]["schemas"]["UsageInfo"]
    assert moved(contract, published, corrected) == [
        f"corrected#{USAGE} is pinned, and no requirement that holds cites it",
        f"published#{USAGE} is pinned, and no requirement that holds cites it",
    ]


def test_what_is_no_longer_cited_is_told(contract: Contract) -> None:
    [one] = lock.moved(contract, [], {"published#/nowhere": "0"})
    assert str(one) == "published#/nowhere is pinned, and no requirement that holds cites it"
