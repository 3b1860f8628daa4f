"""Coverage: everything that a document says is cited or left out for a reason, and no reason is idle."""

from __future__ import annotations

import pytest

from inferproof.catalogue.coverage import KINDS, Coverage, Exclusion, coverage, read_exclusions, sentences
from inferproof.document import Contract
from inferproof.generated.requirements import requirements_of
from inferproof.requirements import CATALOGUE

USAGE = "/components/schemas/UsageInfo"


@pytest.fixture(scope="module")
def found(contract: Contract) -> Coverage:
    return coverage(contract, requirements_of(contract), read_exclusions(contract.name))


def test_everything_is_cited_or_left_out_for_a_reason(found: Coverage) -> None:
    assert [node.pointer for node in found.open] == []
    assert all(cited + excluded > 0 == open_ for cited, excluded, open_ in map(found.count, KINDS))


def test_no_exclusion_is_idle(found: Coverage) -> None:
    assert found.idle == ()
    assert found.whole


def test_a_citation_covers_its_node_and_nothing_below(contract: Contract) -> None:
    total = CATALOGUE["chat.usage.total"]
    assert contract.places(total.cites[0])[0].pointer == USAGE
    assert not [node for node in coverage(contract, [total], ()).cited if node.pointer.startswith(f"{USAGE}/")]


def test_a_star_covers_each_child(contract: Contract) -> None:
    cited = {node.pointer for node in coverage(contract, [CATALOGUE["chat.reply.schema"]], ()).cited}
    assert {f"{USAGE}/properties/{name}" for name in ("prompt_tokens", "total_tokens")} <= cited


def test_an_exclusion_of_something_cited_is_idle(contract: Contract) -> None:
    needless = Exclusion(f"{USAGE}/properties/*", "none")
    assert coverage(contract, requirements_of(contract), [needless]).idle == (needless,)


@pytest.mark.parametrize(
    ("text", "count"), [("One.", 1), ("One. Two!\n\nThree", 2), ("no stop", 1), ("vLLM 0.9 is.", 1)]
)
def test_sentences_are_counted_by_their_ends(text: str, count: int) -> None:
    assert sentences(text) == count
