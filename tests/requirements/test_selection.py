"""What is sent, and what is judged: nothing goes to an operation that is declined, and no odd request breaks a run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inferproof.certify.dry_run import dry_run
from inferproof.certify.plan import plan
from inferproof.document import Contract, pointers
from inferproof.generated.exemptions import may_be_refused
from inferproof.judge.capabilities import OF_ROLE
from inferproof.judge.oracle import must_accept, must_refuse
from inferproof.judge.subject import Subject
from inferproof.probes.probe import RequestBuilder, turn
from inferproof.requirements import CATALOGUE
from inferproof.wire.exchange import Exchange, Reply
from tests.front.made import made

ODD_VALUES: tuple[Any, ...] = (None, 7, "text", [7], {"role": 7}, [{"role": {}}], [[{}]])


@pytest.fixture
def call(contract: Contract) -> RequestBuilder:
    return RequestBuilder(contract, "chat-model", "embedding-model")


@pytest.mark.parametrize(("role", "capability"), OF_ROLE.items())
def test_an_operation_that_is_declined_gets_no_request(
    role: str, capability: str, contract: Contract, call: RequestBuilder
) -> None:
    declined = {capability: "not built"}
    probes = plan(contract, call, declined).probes
    assert probes
    assert not [probe.name for probe in probes for ask in dry_run(probe, contract, call) if ask.role == role]


@pytest.mark.parametrize("value", ODD_VALUES, ids=json.dumps)
def test_no_selection_breaks_on_an_odd_request(value: Any, contract: Contract, call: RequestBuilder) -> None:
    for operation in contract.operations:
        if operation.request_schema is None:
            continue
        schema = contract.at(pointers.follow(contract.corrected, operation.request_schema))
        members = schema.get("properties", {"input": {}, "messages": {}})
        for body in (value, *({"context": [], "messages": [], member: value} for member in members)):
            answer = _answered(call, operation.role, body)
            for requirement in CATALOGUE.values():
                assert requirement.of is None or requirement.of.matches_request(answer) in (True, False)


@pytest.mark.parametrize(
    ("documented", "asks"), [({"default": True}, True), ({"default": False}, False), ({}, False)], ids=str
)
def test_options_of_a_stream_ask_for_usage_only_where_that_is_the_default(
    documented: dict[str, Any], asks: bool
) -> None:
    options = {"type": "object", "properties": {"include_usage": {"type": "boolean", **documented}}}
    contract = made(request={"type": "object", "properties": {"messages": {}, "stream_options": options}})
    ask = RequestBuilder(contract, "m", "m").to("chat", {"messages": [], "stream": True, "stream_options": {}})
    selection = CATALOGUE["stream.usage.default"].of
    assert selection is not None
    assert selection.where is not None
    assert selection.where(Subject(Exchange("probe", 0, "chat", ask.request), contract)) is asks


@pytest.mark.parametrize("levels", [1, 600])
def test_no_selection_breaks_on_a_body_that_validators_cannot_read(
    levels: int, contract: Contract, call: RequestBuilder
) -> None:
    value: Any = "\ud800"
    for _ in range(levels):
        value = [value]
    for operation in contract.operations:
        for member in ("max_tokens", "context", "messages", "\ud800", "a/b~c"):
            raw = json.dumps({"model": "m", member: value}).encode()
            ask = call.to(operation.role).with_body(raw)
            answer = Subject(Exchange("odd", 0, operation.role, ask.request, Reply(500)), contract)
            for requirement in CATALOGUE.values():
                assert requirement.of is None or requirement.of.matches_request(answer) in (True, False)
            assert answer.doubtful in (True, False)


def test_a_role_of_another_contract_is_none(contract: Contract, call: RequestBuilder) -> None:
    ask = call.to("chat", {"model": "m"})
    answer = Subject(Exchange("odd", 0, "chat.of-another", ask.request, Reply(500)), contract)
    assert (answer.role, answer.doubtful, must_refuse(answer)) == ("", False, False)


def test_a_format_alone_need_not_be_enforced(call: RequestBuilder) -> None:
    asks = [call.legacy(turn("Human", "hi", ts=ts)) for ts in ("yesterday", {})]
    bodies = [ask.request.json for ask in asks]
    assert [must_refuse(_answered(call, "chat.legacy", body)) for body in bodies] == [False, True]


def _answered(call: RequestBuilder, role: str, body: Any) -> Subject:
    ask = call.to(role, body)
    return Subject(Exchange("odd", 0, role, ask.request, Reply(422)), call.contract)


@pytest.mark.parametrize(("text", "must"), [("\ud800", False), ("\U0001f600", True), ("\\ud800", True)])
def test_a_text_with_half_of_a_surrogate_pair_need_not_be_accepted(
    text: str, must: bool, contract: Contract, call: RequestBuilder
) -> None:
    """No UTF-8 can say it, and what a reader makes of it is its own choice (RFC 8259 §8.2)."""
    answer = _answered(call, "chat", {"model": "m", "messages": [{"role": "user", "content": text}]})
    assert must_accept(answer) is must
    assert may_be_refused(answer) is not must
