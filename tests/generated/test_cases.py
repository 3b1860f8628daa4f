"""The generated cases: the same for the same seed, each what it claims to be, each with one owner."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter

import pytest

from inferproof.document import Contract
from inferproof.generated.baselines import ABSENT, base, varied_member, with_member
from inferproof.generated.cases import Case, cases, kind_of
from inferproof.generated.exemptions import exempt
from inferproof.generated.gate import gate
from inferproof.generated.members import members, roles
from inferproof.generated.requirements import owners
from inferproof.judge.oracle import must_accept
from inferproof.judge.subject import Subject
from inferproof.probes.probe import RequestBuilder
from inferproof.wire.exchange import Exchange

LISTING = """
from inferproof.document import load
from inferproof.generated.coverage import values
import hashlib, json
found = values(load("inflection"), 0)
print(hashlib.sha256(json.dumps(found, default=repr).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def generated(contract: Contract) -> tuple[Case, ...]:
    return cases(contract, 0)


@pytest.fixture
def call(contract: Contract) -> RequestBuilder:
    return RequestBuilder(contract, "chat-model", "embedding-model")


def test_two_processes_generate_the_same_values() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", LISTING],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_what_was_kept_on_disk_is_what_was_made(contract: Contract, generated: tuple[Case, ...]) -> None:
    assert cases(contract, 0) == generated


def test_every_case_is_what_it_claims_and_varies_its_member_only(
    contract: Contract, generated: tuple[Case, ...]
) -> None:
    for case in generated:
        body = case.body(contract, "any-model")
        assert varied_member(contract, case.role, body) == case.name, case
        assert kind_of(contract, case.role, case.name, body) == case.kind, case


def test_a_streamed_case_is_what_the_plain_one_is_and_half_of_them_stream(
    contract: Contract, call: RequestBuilder
) -> None:
    streamed = Counter[bool]()
    for probe in gate(contract, 0, {}):
        for ask in probe.start(call):
            role, body = ask.role or "", ask.request.json
            if contract.facts.operation(role).streams and isinstance(body, dict):
                streamed[body.get("stream") is True] += 1
                name, kind = varied_member(contract, role, body), probe.name.rpartition(".")[2]
                assert name is not None, body
                assert kind_of(contract, role, name, body) == kind, body
    assert 0.8 < streamed[True] / streamed[False] < 1.25


def test_no_case_comes_twice(contract: Contract, generated: tuple[Case, ...]) -> None:
    seen = Counter((case.role, json.dumps(case.body(contract, "m"), sort_keys=True)) for case in generated)
    assert [each for each, count in seen.items() if count > 1] == []


def test_every_owner_has_cases_and_every_case_an_owner(contract: Contract, generated: tuple[Case, ...]) -> None:
    known = {(member.role, member.name): member for member in members(contract)}
    owned = {known[case.role, case.name].id(case.kind) for case in generated if case.kind != "lax"}
    assert owned == {each.id for each in owners(contract)}


def test_the_known_good_body_of_each_role_is_accepted(contract: Contract, call: RequestBuilder) -> None:
    for role in roles(contract):
        for name in ("temperature", "tools", "messages", "input"):
            body = {contract.facts.operation(role).model: "m", **base(contract, role, name)}
            ask = call.to(role, body)
            assert must_accept(Subject(Exchange("base", 0, role, ask.request), contract)), (role, name)


def test_a_body_that_varies_nothing_or_two_members_belongs_to_nobody(contract: Contract) -> None:
    plain = with_member(contract, "chat", "temperature", ABSENT, "m")
    assert varied_member(contract, "chat", plain) is None
    assert varied_member(contract, "chat", {**plain, "stream": True}) == "stream"
    assert varied_member(contract, "chat", {**plain, "stream": True, "temperature": 1}) == "temperature"
    assert varied_member(contract, "chat", {**plain, "top_p": 1, "temperature": 1}) is None
    assert varied_member(contract, "chat", {**plain, "max_tokens": 4.0}) == "max_tokens"
    assert varied_member(contract, "embeddings", {"model": "m", "input": "Hello!"}) is None
    assert varied_member(contract, "status", plain) is None


@pytest.mark.parametrize(
    ("role", "name", "value"),
    [
        ("chat", "top_p", 5e-324),
        ("chat", "messages", [{"role": "tool", "content": "x"}]),
        ("chat", "tool_choice", "required"),
        ("chat", "model", "m"),
        ("chat.openai-path", "user", "me"),
    ],
)
def test_what_a_sane_server_may_refuse_is_no_positive_case(
    contract: Contract, role: str, name: str, value: object
) -> None:
    assert exempt(contract, role, name, value)


def test_a_declined_capability_is_not_asked_for(contract: Contract) -> None:
    names = [probe.name for probe in gate(contract, 0, {"logprobs": "no", "embeddings": "no", "streaming": "no"})]
    assert names
    assert not [
        name for name in names if "logprobs" in name or "embeddings" in name or name.startswith("gate.chat.stream")
    ]


def test_the_gate_is_small(contract: Contract, call: RequestBuilder) -> None:
    sizes = [len(ask.request.body) for probe in gate(contract, 0, {}) for ask in probe.start(call)]
    assert 2_500 < len(sizes) < 5_000
    assert sum(sizes) / len(sizes) < 250
