"""The judge's five outcomes, and the reasons it gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from inferproof.document import Contract
from inferproof.judge import requirement as catalogue_of_all
from inferproof.judge.check import Check
from inferproof.judge.judge import Judgement, Outcome, judge
from inferproof.judge.requirement import (
    CONVENTION,
    CORRECTION,
    EXAMPLE,
    MUST,
    PROJECT,
    PROSE,
    SCHEMA,
    SHOULD,
    NotHeld,
    Requirement,
    openai,
)
from inferproof.judge.rules import Rules
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


def one(reply: Subject, check: Check) -> None:
    """A sentence."""


def unsaid(reply: Subject, check: Check) -> None:
    pass


RULES = Rules("test", of=replies("chat"), cites="chat.reply")


@pytest.mark.parametrize(
    ("declare", "why"),
    [
        (lambda: RULES.must("new", PROJECT)(one), "at most SHOULD"),
        (lambda: RULES.should("new", EXAMPLE, claims="no-such")(one), "there is no capability"),
        (lambda: RULES.should("new", CONVENTION)(one), "names its `standard`"),
        (lambda: RULES.should("new", EXAMPLE, of=replies("chat"), needs="x")(one), "either"),
        (lambda: Rules("test", cites="chat.reply").should("new", EXAMPLE)(one), "either"),
        (lambda: RULES.should("new", EXAMPLE, needs="x", where=bool)(one), "a selection to choose from"),
        (lambda: RULES.should("new", EXAMPLE)(unsaid), "sentence"),
        (lambda: Rules("chat.usage", of=replies("chat"), cites="chat.reply").must("total", EXAMPLE)(one), "taken"),
    ],
)
def test_a_declaration_that_breaks_the_house_rules_is_refused(declare: Callable[[], object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        declare()


def test_a_rule_says_what_its_group_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[str, Requirement] = {}
    monkeypatch.setattr(catalogue_of_all, "CATALOGUE", made)
    group = Rules("test", of=replies("chat"), cites="chat.reply", claims="tools").with_notes(breaks="b", reference="r")
    part = group.part("part", cites="chat.request", claims=".named")
    group.must("plain", openai("stop"), "#/usage", ".prose", "chat.event", covers="#/id paths")(one)
    group.should("narrow", EXAMPLE, where=bool, claims="logprobs", besides=".auto", breaks="own")(one)
    part.may("related", PROJECT, "#/n", whatever="probe")(one)
    part.must("refused", SCHEMA, "#/n", of=replies("chat"), wrong_at="n").refuse("An `n` is refused.")
    plain, narrow, related, refused = made.values()
    assert (plain.id, plain.level, plain.basis) == ("test.plain", MUST, CONVENTION)
    assert plain.standard == "OpenAI's API reference, chat completions: stop"
    assert plain.cites == ("chat.reply#/usage", "chat.reply.prose", "chat.event")
    assert plain.covers == ("chat.reply#/id", "paths")
    assert (plain.sentence, plain.of, plain.claims) == ("A sentence.", replies("chat"), "tools")
    assert (narrow.of, narrow.cites) == (replies("chat", where=bool), ("chat.reply",))
    assert (narrow.claims, narrow.besides, narrow.breaks, narrow.reference) == ("logprobs", ("tools.auto",), "own", "r")
    assert (related.id, related.of, related.needs, related.whatever) == ("test.part.related", None, ("probe",), True)
    assert (related.cites, related.claims, related.breaks) == (("chat.request#/n",), "tools.named", "b")
    assert (refused.id, refused.sentence) == ("test.part.refused", "An `n` is refused.")
    assert refused.of is not None
    assert refused.of.where is not None
    assert refused.declared[0] == __name__


def test_a_rule_narrows_the_selection_of_its_group(contract: Contract) -> None:
    group = replies("chat", where=lambda answer: bool(answer.request.get("/stream")))
    narrower = group.narrowed(lambda answer: answer.request.get("/n") == 2)
    found = []
    for body in ({"stream": True, "n": 2}, {"stream": True}, {"n": 2}):
        asked = exchange({})
        request = replace(asked.request, body=json.dumps({"model": "m", "messages": [], **body}).encode())
        found.append(narrower.where is not None and narrower.where(Subject(replace(asked, request=request), contract)))
    assert found == [True, False, False]


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
