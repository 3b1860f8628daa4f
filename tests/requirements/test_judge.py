"""The judge's five outcomes, and the reasons it gives."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from inferproof.document import Contract
from inferproof.judge.check import Check
from inferproof.judge.judge import Judgement, Outcome, judge
from inferproof.judge.requirement import (
    CORRECTION,
    EXAMPLE,
    MUST,
    PROJECT,
    PROSE,
    SHOULD,
    NotHeld,
    Requirement,
    requirement,
)
from inferproof.judge.select import replies
from inferproof.judge.subject import Subject
from inferproof.requirements import CATALOGUE
from inferproof.wire.exchange import Exchange, Fault, Reply, Request

CITE = ("chat.reply#/usage",)

ASKED = b'{"model": "m", "messages": [{"role": "user", "content": "Hi."}]}'
"""What both documents allow: the answer to anything else proves nothing."""


def rule(**changes: Any) -> Requirement:
    """A requirement that the reply's `n` is 1."""

    def is_one(reply: Subject, check: Check) -> None:
        check.equal(reply.body.value("/n"), 1)

    members = {
        "id": "test.rule",
        "level": MUST,
        "basis": EXAMPLE,
        "cites": CITE,
        "sentence": "`n` is 1.",
        "judge": is_one,
        "of": replies("chat"),
    }
    return Requirement(**(members | changes))


def exchange(body: Any, status: int = 200, probe: str = "a", step: int = 0) -> Exchange:
    raw = json.dumps(body).encode()
    reply = Reply(status, headers=(("Content-Type", "application/json"),), body=raw, wire_length=len(raw))
    return Exchange(probe, step, "chat", Request("POST", "/v1/chat/completions", body=ASKED), reply)


def judged(contract: Contract, exchanges: list[Exchange], **changes: Any) -> Judgement:
    [found] = judge([rule(**changes)], exchanges, contract)
    return found


def test_all_right_is_a_pass(contract: Contract) -> None:
    found = judged(contract, [exchange({"n": 1}), exchange({"n": 1}, step=1)])
    assert (found.outcome, found.judged) == (Outcome.PASS, ("a/0", "a/1"))


def test_one_wrong_among_many_is_a_fail_with_its_evidence(contract: Contract) -> None:
    found = judged(contract, [exchange({"n": 1}), exchange({"n": 2}, step=1)])
    assert found.outcome is Outcome.FAIL
    [failure] = found.failures
    assert (failure.exchange.name, failure.finding.at) == ("a/1", "/n")
    assert (failure.finding.expected, failure.finding.found) == ("1", "2")


def test_true_is_not_one(contract: Contract) -> None:
    assert judged(contract, [exchange({"n": True})]).outcome is Outcome.FAIL


def test_a_reply_without_the_member_is_skipped_and_nothing_left_is_not_verified(contract: Contract) -> None:
    assert judged(contract, [exchange({}), exchange({"n": 1})]).outcome is Outcome.PASS
    found = judged(contract, [exchange({})])
    assert found.outcome is Outcome.NOT_VERIFIED
    assert found.reason == "a/0: no value at /n"


def test_the_reason_is_the_most_frequent_of_those_why_nothing_could_be_judged(contract: Contract) -> None:
    found = judged(contract, [exchange({}, 422), *(exchange({}, step=step) for step in (1, 2, 3))])
    assert found.reason == "a/1 (and 2 more): no value at /n"


def test_who_has_nothing_to_be_judged_is_told_what_to_decline(contract: Contract) -> None:
    [found] = judge([rule(claims="tools.named")], [exchange({})], contract)
    assert found.reason == "a/0: no value at /n; a server without it declines `tools.named`"


def test_a_refused_request_is_not_verified_and_names_the_status(contract: Contract) -> None:
    found = judged(contract, [exchange({"n": 1}, status=422)])
    assert found.outcome is Outcome.NOT_VERIFIED
    assert "answered 422" in found.reason


def test_a_fault_is_not_verified_and_names_the_cause(contract: Contract) -> None:
    silent = Exchange(
        "a", 0, "chat", Request("POST", "/", body=ASKED), None, Fault("timeout", "no byte came within 60 s")
    )
    found = judged(contract, [silent])
    assert found.outcome is Outcome.NOT_VERIFIED
    assert "no byte came within 60 s" in found.reason


def test_nothing_sent_is_not_verified(contract: Contract) -> None:
    assert judged(contract, []).outcome is Outcome.NOT_VERIFIED


def test_a_capability_that_is_not_claimed_is_not_applicable_with_its_reason(contract: Contract) -> None:
    [found] = judge([rule(claims="tools.named")], [exchange({"n": 1})], contract, {"tools": "there are none"})
    assert found.outcome is Outcome.NOT_APPLICABLE
    assert "there are none" in found.reason


def test_an_error_of_ours_is_a_harness_error_and_not_the_servers_fault(contract: Contract) -> None:
    def broken(reply: Subject, check: Check) -> None:
        raise AssertionError("ours")

    found = judged(contract, [exchange({"n": 1})], judge=broken)
    assert found.outcome is Outcome.HARNESS_ERROR
    assert "AssertionError" in found.reason


def test_a_requirement_holds_where_the_contract_has_all_that_it_cites(contract: Contract) -> None:
    assert rule(cites=("chat.reply#/usage", "chat.request#/n")).within(contract).level is MUST
    with pytest.raises(NotHeld, match=r"chat\.request#/nothing"):
        rule(cites=("chat.reply#/usage", "chat.request#/nothing")).within(contract)


def test_what_rests_on_a_correction_is_at_most_a_should(contract: Contract) -> None:
    held = rule(cites=("error.400#/error/message",)).within(contract)
    assert (held.level, held.basis) == (SHOULD, CORRECTION)


def test_prose_counts_only_where_the_lock_pins_it(contract: Contract) -> None:
    unread = Contract("copy", contract.published, contract.corrected)
    sentence = rule(cites=("chat.reply.prose",), basis=PROSE)
    assert sentence.within(contract).basis is PROSE
    with pytest.raises(NotHeld, match="is not in its lock"):
        sentence.within(unread)


def test_a_relation_needs_all_its_answers(contract: Contract) -> None:
    def equal(answers: list[Subject], check: Check) -> None:
        check.equal(answers[1].body.value("/n"), answers[0].body.integer("/n"))

    related = {"of": None, "needs": ("pair",), "judge": equal}
    first, same, other = (exchange({"n": n}, probe="pair", step=step) for n, step in ((1, 0), (1, 1), (2, 1)))
    assert judged(contract, [first, same], **related).outcome is Outcome.PASS
    assert judged(contract, [first, other], **related).outcome is Outcome.FAIL
    refused = exchange({}, 500, "pair", 1)
    blocked = judged(contract, [first, refused], **related)
    assert blocked.outcome is Outcome.NOT_VERIFIED
    assert "pair/1 was answered 500" in blocked.reason


@pytest.mark.parametrize(
    ("declared", "why"),
    [
        ({"level": MUST, "basis": PROJECT}, "at most SHOULD"),
        ({"claims": "no-such"}, "there is no capability"),
        ({"cites": ()}, "cites nothing"),
        ({"needs": "x"}, "either"),
        ({"id": "chat.usage.total"}, "taken"),
    ],
)
def test_a_declaration_that_breaks_the_house_rules_is_refused(declared: dict[str, Any], why: str) -> None:
    members = {"id": "test.new", "level": SHOULD, "basis": EXAMPLE, "cites": CITE, "of": replies("chat")} | declared

    def sentence(reply: Subject, check: Check) -> None:
        """A sentence."""

    with pytest.raises(ValueError, match=why):
        requirement(members.pop("id"), members.pop("level"), **members)(sentence)


def related(contract: Contract, exchanges: list[Exchange], seen: list[list[int]]) -> Judgement:
    """A relation of whatever two probes brought, which notes the statuses that it is given."""

    def note(answers: list[Subject], check: Check) -> None:
        seen.append([answer.status for answer in answers])

    return judged(contract, exchanges, of=None, needs=("a", "b"), whatever=True, judge=note)


def test_a_relation_of_whatever_was_answered_sees_all_probes_and_roles_together(contract: Contract) -> None:
    seen: list[list[int]] = []
    exchanges = [exchange({}, 401, "a:chat"), exchange({}, 200, "b:chat"), exchange({}, 403, "a:embeddings")]
    silent = replace(exchange({}, probe="a:chat", step=1), reply=None, fault=Fault("timeout", "no reply"))
    found = related(contract, [*exchanges, silent], seen)
    assert (found.outcome, seen) == (Outcome.PASS, [[401, 403, 200]])
    assert len(found.judged) == 3


def test_a_relation_of_whatever_says_why_nothing_was_answered(contract: Contract) -> None:
    withheld = replace(exchange({}, probe="a:chat"), reply=None, fault=Fault("withheld", "no key is given"))
    found = related(contract, [withheld], [])
    assert (found.outcome, found.reason) == (Outcome.NOT_VERIFIED, "a:chat/0: no key is given")


def test_what_takes_a_capability_that_is_not_claimed_to_tell_is_not_applicable(contract: Contract) -> None:
    body = {"choices": [{"message": {"content": "Sea."}, "finish_reason": "stop"}]}
    twice = [exchange(body, probe="sampling.defaults", step=step) for step in range(3)]
    [found] = judge([CATALOGUE["sampling.defaults"]], twice, contract, {"sampling.seed": "it is ignored"})
    assert found.outcome is Outcome.NOT_APPLICABLE
    assert found.reason == "sampling.seed: it is ignored"
