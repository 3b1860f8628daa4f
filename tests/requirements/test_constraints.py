"""What of a constraint can be judged from its text alone, and what of an answer that was cut short."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inferproof.document import Contract
from inferproof.judge.judge import Outcome, judge
from inferproof.requirements import CATALOGUE
from inferproof.requirements.constraints import alternatives, atoms, is_plain
from inferproof.wire.exchange import Exchange, Reply, Request

KEY = ("Authorization", "Bearer {{secret:key}}")
JSON = ("Content-Type", "application/json")
PATTERN = {"guided_regex": "[A-F]{3}-[0-9]{4}"}


def outcome(contract: Contract, id: str, asked: dict[str, Any], content: str, finish_reason: str = "stop") -> Outcome:
    """The judgement of one answer to a request with these members."""
    body = {"model": "m", "messages": [{"role": "user", "content": "Hello!"}], **asked}
    said = {"choices": [{"message": {"content": content}, "finish_reason": finish_reason}]}
    request = Request("POST", "/v1/chat/completions", (KEY, JSON), json.dumps(body).encode())
    reply = Reply(200, headers=(JSON,), body=json.dumps(said).encode())
    [judgement] = judge([CATALOGUE[id]], [Exchange("live", 0, "chat", request, reply)], contract)
    return judgement.outcome


def test_a_simple_pattern_is_a_pattern_for_each_character() -> None:
    assert atoms("[A-F]{2}-x") == ["[A-F]", "[A-F]", "-", "x"]


@pytest.mark.parametrize("pattern", ["a+", "a|b", "(ab)", "[a-z]{1,3}", "a.", r"\d", "[^\\]]", "a?"])
def test_any_other_pattern_is_not_simple(pattern: str) -> None:
    assert atoms(pattern) is None


def test_a_grammar_of_one_rule_has_alternatives() -> None:
    assert alternatives('root ::= "a b" | "c"') == ["a b", "c"]
    assert alternatives('root ::= "a" rest\nrest ::= "b"') is None


def test_a_schema_is_plain_as_deep_as_it_goes() -> None:
    assert is_plain({"type": "object", "properties": {"a": {"type": "array", "items": {"enum": [1]}}}})
    assert not is_plain({"type": "object", "properties": {"a": {"minContains": 2}}})


@pytest.mark.parametrize(
    ("content", "finish_reason", "expected"),
    [
        ("ABC-0123", "stop", Outcome.PASS),
        ("ABC-012", "stop", Outcome.FAIL),
        ("ABC-012", "length", Outcome.NOT_VERIFIED),
        ("", "length", Outcome.NOT_VERIFIED),
        ("ABC 012", "length", Outcome.FAIL),
        ("ABC-0123 and so on", "length", Outcome.FAIL),
    ],
)
def test_an_answer_that_was_cut_must_begin_well(
    contract: Contract, content: str, finish_reason: str, expected: Outcome
) -> None:
    assert outcome(contract, "structured-output.guided-regex", PATTERN, content, finish_reason) is expected


@pytest.mark.parametrize(
    ("content", "finish_reason", "expected"),
    [
        ('Ye"ja"! w"nein"!', "stop", Outcome.FAIL),
        ('Ye"ja"! it is', "stop", Outcome.PASS),
        ('Ye "ja" ! it is', "stop", Outcome.PASS),
        ('Ye"doch"! it is', "stop", Outcome.FAIL),
        ('Ye"ja"', "length", Outcome.PASS),
        ('Ye"j', "length", Outcome.PASS),
        ('Ye"j', "stop", Outcome.FAIL),
        ("No.", "stop", Outcome.PASS),
    ],
)
def test_a_tag_is_followed_by_its_instance_and_its_end(
    contract: Contract, content: str, finish_reason: str, expected: Outcome
) -> None:
    tag = {"begin": "e", "schema": {"enum": ["ja", "nein"]}, "end": "!"}
    asked = {"structural_tag": json.dumps({"type": "structural_tag", "structures": [tag], "triggers": ["e"]})}
    assert outcome(contract, "structured-output.structural-tag", asked, content, finish_reason) is expected


def test_a_special_schema_may_be_refused(contract: Contract) -> None:
    body = {"messages": [{"role": "user", "content": "Hello!"}], "guided_json": {"minContains": 2}}
    request = Request("POST", "/v1/chat/completions", (KEY, JSON), json.dumps(body).encode())
    exchange = Exchange("live", 0, "chat", request, Reply(400, headers=(JSON,), body=b"{}"))
    [judgement] = judge([CATALOGUE["structured-output.guided-json"]], [exchange], contract)
    assert judgement.outcome is Outcome.NOT_VERIFIED
