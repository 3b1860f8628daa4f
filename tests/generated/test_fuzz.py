"""Exploring: bounded bodies that follow from the seed, silence on a good server, cases kept for a bad one."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from inferproof.certify.certify import certify
from inferproof.certify.replay import from_case, from_transcript, replayed
from inferproof.certify.target import Target, UsageError
from inferproof.document import Contract, load
from inferproof.front.serve import running
from inferproof.generated.generator import Generator
from inferproof.generated.members import roles
from inferproof.generated.regressions import CaseError, Kept, keep, kept, kept_probes
from inferproof.judge.judge import Outcome
from inferproof.probes.probe import RequestBuilder
from inferproof.wire import transcript as transcripts
from inferproof.wire.exchange import Exchange, Request
from inferproof.wire.transcript import TranscriptError
from inferproof_mock.server import DEFAULT_KEY, mock
from tests.generated.fuzzing import explored
from tests.generated.planted import App, once, whole

PLAIN = Exchange("chat.plain", 0, "chat", Request("POST", "/v1/chat/completions", body=b"{}"))


@pytest.mark.parametrize("role", roles(load("inflection")))
def test_bodies_are_small_follow_from_the_seed_and_are_of_every_kind(role: str, contract: Contract) -> None:
    first, again = (Generator(contract, role, {}, random.Random(7)) for _ in range(2))
    bodies = [first.body("m") for _ in range(400)]
    assert bodies == [again.body("m") for _ in range(400)]
    sizes = sorted(len(json.dumps(body)) for body in bodies)
    assert sizes[200] < 400
    assert sizes[-1] < 4_000
    schema = contract.operation(role).request_schema or ""
    assert {contract.expects(schema, body) for body in bodies} == {"accept", "refuse", "either"}


def test_every_member_is_varied(contract: Contract) -> None:
    generator = Generator(contract, "chat", {}, random.Random(1))
    seen = set().union(*(generator.body("m").keys() for _ in range(2_000)))
    known = contract.at("/components/schemas/ChatCompletionRequest")["properties"].keys()
    assert known <= seen


def test_nothing_is_generated_for_what_is_declined(contract: Contract) -> None:
    generator = Generator(contract, "chat", {"logprobs": "no", "streaming": "no"}, random.Random(1))
    bodies = [generator.body("m") for _ in range(500)]
    assert not [body for body in bodies if {"logprobs", "top_logprobs", "stream", "stream_options"} & body.keys()]


def test_twenty_nights_on_the_mock_bring_no_alarm(contract: Contract, mock_url: str) -> None:
    for seed in range(20):
        found = explored(contract, mock_url, seed, seconds=0.1)
        shown = [(each.probe, each.request.body, each.reply and each.reply.body[:200]) for each in found.reduced]
        assert shown == [], f"seed {seed}"
        assert found.explored


def test_what_exploring_finds_is_reduced_kept_and_then_part_of_the_gate(contract: Contract, tmp_path: Path) -> None:
    folder, report = tmp_path / "cases", tmp_path / "transcript.jsonl"
    with running(falls_over_two_members(contract)) as url:
        target = Target(url, key=DEFAULT_KEY)
        how = {"only": ["errors.no-crash"], "cases": folder}
        first = certify(contract, target, explore=6.0, **how)
        [case] = kept(contract, folder)
        [broken] = first.result.judgements
        assert broken.outcome is Outcome.FAIL
        assert "server_target" in case.body
        assert {"response_format", "schemas", "tools"} & case.body.keys()
        assert len(json.dumps(case.body)) < 160  # the plain body is 110
        again = certify(contract, target, generated=True, **how)
        transcripts.write(report, again.transcript.header, again.transcript.exchanges, again.transcript.footer)
        assert next(iter(again.result.judgements[0].failures)).exchange.probe == f"kept.{case.name}"
        _, judgements = replayed(from_transcript(report, f"kept.{case.name}/0", load), target)
    assert "errors.no-crash" in {each.requirement.id for each in judgements if each.outcome is Outcome.FAIL}


def falls_over_two_members(contract: Contract) -> App:
    """The mock, were it not that it answers 500 to `server_target` beside one of three other members."""
    good = mock(contract, keys=(DEFAULT_KEY,))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await good(scope, receive, send)
        body = await whole(receive)
        if b'"server_target"' in body and any(
            name in body for name in (b'"response_format"', b'"schemas"', b'"tools"')
        ):
            await send({"type": "http.response.start", "status": 500, "headers": []})
            return await send({"type": "http.response.body", "body": b"oops"})
        return await good(scope, once(body, receive), send)

    return app


def test_a_case_is_written_and_read_back(contract: Contract, tmp_path: Path) -> None:
    case = Kept("chat.user.refuses.1", "chat", {"model": "model", "messages": [], "user": 0}, "chat.user.refuses")
    path = keep(case, tmp_path)
    assert kept(contract, tmp_path) == [case]
    call = RequestBuilder(contract, "their-model", "their-embedding-model")
    [probe] = kept_probes(contract, tmp_path)
    [ask] = list(probe.start(call))
    assert ask.request.json == {"model": "their-model", "messages": [], "user": 0}
    assert from_case(path, contract).ask.role == "chat"


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("a.json", "{", "cannot be read"),
        ("a.json", "[]", "takes an object"),
        ("a.json", '{"role": "chats", "body": {}}', "is not one of"),
        ("A b.json", '{"role": "chat", "body": {}}', "lower-case"),
    ],
)
def test_a_case_that_cannot_be_used_names_its_file_and_the_cure(
    name: str, content: str, cause: str, contract: Contract, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(CaseError, match=cause) as caught:
        kept(contract, tmp_path)
    assert name in str(caught.value)


def test_an_exchange_that_is_not_there_is_named_with_the_nearest(contract: Contract, tmp_path: Path) -> None:
    path = tmp_path / "transcript.jsonl"
    header = {"contract": {"name": "inflection"}, "target": {"url": "http://x", "models": {}}}
    transcripts.write(path, header, (), {})
    with pytest.raises(UsageError, match="has no exchange"):
        from_transcript(path, "chat.plain/0", load)


def test_a_transcript_that_names_no_models_is_replayed_with_the_documented_ones(tmp_path: Path) -> None:
    path = tmp_path / "transcript.jsonl"
    transcripts.write(path, {"contract": {"name": "inflection"}, "target": {"url": "http://x"}}, [PLAIN], {})
    recorded = from_transcript(path, "chat.plain/0", load)
    assert recorded.url == "http://x"
    assert recorded.call.chat_model == recorded.contract.request_example("chat")["model"]


@pytest.mark.parametrize("odd", [{"target": {"url": "http://x", "models": "tiny"}}, {"seed": "seven"}])
def test_a_header_that_no_run_wrote_is_an_error_that_says_so(odd: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "transcript.jsonl"
    transcripts.write(path, {"contract": {"name": "inflection"}, "target": {"url": "http://x"}} | odd, [PLAIN], {})
    with pytest.raises(TranscriptError, match=r"transcript\.jsonl:1: .* record it again"):
        from_transcript(path, "chat.plain/0", load)
