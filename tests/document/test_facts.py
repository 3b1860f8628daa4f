"""Facts about members stand in the overlay, are no part of the document, and never answer for another operation."""

from __future__ import annotations

from typing import Any

import pytest

from inferproof.document import Contract, DocumentError
from inferproof.document.facts import Facts, split
from inferproof.generated.requirements import owners
from inferproof.judge.capabilities import known


def marked(fact: Any, *, operation: Any = None) -> dict[str, Any]:
    body = {"content": {}, **({"x-inferproof": operation} if operation else {})}
    return {
        "paths": {"/talk": {"post": {"requestBody": body}}},
        "components": {"schemas": {"Talk": {"properties": {"n": {"type": "integer", "x-inferproof": fact}}}}},
    }


N = "/components/schemas/Talk/properties/n"


def test_marks_are_taken_out_of_the_document() -> None:
    document, marks = split(marked({"capability": "sampling.n"}), "corrections.yaml")
    assert document["components"]["schemas"]["Talk"]["properties"] == {"n": {"type": "integer"}}
    assert marks["facts"] == {N: {"capability": "sampling.n"}}


def test_an_operation_s_own_fact_wins_over_that_of_a_shared_property() -> None:
    own = {"members": {"n": {"capability": "core", "gate": False, "because": "one answer is enough"}}}
    _, marks = split(marked({"capability": "sampling.n", "cheap": {"const": 1}}, operation=own), "corrections.yaml")
    facts = Facts(marks, {"chat": "/paths/~1talk/post", "other": "/paths/~1else/post"})
    assert facts.member("chat", "n", N).capability == "core"
    assert facts.member("chat", "n", N).cheap == {"const": 1}
    assert facts.member("other", "n", N).capability == "sampling.n"
    assert facts.member("other", "n", N).gate is True


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ({"capabilty": "tools"}, 'did you mean "capability"'),
        ("tools", "expected an object"),
        ({"needs": True}, "needs must be an object"),
    ],
)
def test_a_fact_that_is_none_is_refused_with_its_place(fact: Any, said: str) -> None:
    with pytest.raises(DocumentError, match=rf"^corrections\.yaml: x-inferproof at #{N}") as raised:
        split(marked(fact), "corrections.yaml")
    assert said in str(raised.value)


def test_a_fact_about_a_member_that_the_document_has_not_is_refused() -> None:
    document = {"components": {"schemas": {"Talk": {"properties": {"m": {"x-inferproof": {"capability": "tools"}}}}}}}
    with pytest.raises(DocumentError, match="has no such member"):
        split(document, "corrections.yaml")


def test_a_member_may_be_named_like_the_mark() -> None:
    document = {"components": {"schemas": {"Talk": {"properties": {"x-inferproof": {"type": "string"}}}}}}
    assert split(document, "corrections.yaml") == (document, {"facts": {}, "capabilities": {}})


def test_no_mark_is_left_in_the_contract(contract: Contract) -> None:
    assert '"x-inferproof"' not in str(contract.corrected).replace("'", '"')


PRIORITY = "/components/schemas/ChatCompletionRequest/properties/priority"


def with_facts(contract: Contract, capability: str, own: dict[str, str]) -> Contract:
    base = "/paths/~1v1~1chat~1completions/post/requestBody"
    facts = {base: {"base": {"messages": [], "max_tokens": 4}}, PRIORITY: {"capability": capability}}
    return Contract("mine", contract.published, contract.corrected, {"facts": facts, "capabilities": own})


def test_a_capability_that_there_is_none_of_is_refused_with_the_nearest(contract: Contract) -> None:
    with pytest.raises(DocumentError, match=r"`priority` rests on 'tool', no capability; did you mean \"tools\"\?"):
        owners(with_facts(contract, "tool", {}))


def test_a_contract_may_have_capabilities_of_its_own(contract: Contract) -> None:
    mine = with_facts(contract, "queues", {"queues": "requests wait by priority"})
    assert {each.claims for each in owners(mine) if each.id.startswith("chat.priority.")} == {"queues"}
    assert known(mine)["queues"] == "requests wait by priority"
