"""Failures of one cause are told together, with the server's own words and the value that was sent."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inferproof.certify.causes import Cause, Plain, across_operations, causes, key_of
from inferproof.certify.certify import Certification, certify
from inferproof.certify.said import LONGEST, normal, said
from inferproof.certify.target import Target
from inferproof.document import Contract
from inferproof.front.serve import running
from inferproof.judge.check import Finding
from inferproof.judge.judge import Failure, Judgement, Outcome
from inferproof.judge.requirement import MUST, SHOULD
from inferproof.reports.files import write_report
from inferproof.reports.summary import summary
from inferproof.requirements import CATALOGUE
from inferproof.wire.exchange import Exchange, Reply, Request
from inferproof_mock.server import DEFAULT_KEY
from tests.command.refusing import Refusing
from tests.command.running import inferproof
from tests.reports.careless import careless

JSON = (("Content-Type", "application/json"),)
ALL_BUT_CHAT = (
    "attributes",
    "embeddings",
    "legacy",
    "discovery",
    "tools",
    "structured-output",
    "logprobs",
    "sampling",
    "keys",
    "streaming",
)
SCREEN, WIDTH = 48, 120


def answered(body: Any, status: int = 400, asked: Any = None, media: str = "application/json") -> Exchange:
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    request = Request("POST", "/v1/chat/completions", body=json.dumps(asked or {}).encode())
    return Exchange("p", 0, "chat", request, Reply(status, headers=(("Content-Type", media),), body=raw))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "n is capped", "type": "t", "param": "n", "code": None}}, "n is capped"),
        ({"error": {"message": "too many", "type": "t", "param": "n", "code": None}}, "n: too many"),
        ({"error": "no such model"}, "no such model"),
        ({"detail": "no such model"}, "no such model"),
        ({"detail": [{"loc": ["body", "n"], "msg": "too large"}, {"loc": ["x"], "msg": "y"}]}, "body.n: too large"),
        ({"type": "about:blank", "title": "Bad", "detail": "n is capped"}, "n is capped"),
        ({"error": {"error": {"message": "deep"}}}, "deep"),
        ({"code": 17}, '{"code": 17}'),
        ("<html><style>b{}</style><h1>502</h1> Bad   Gateway\n</html>", "502 Bad Gateway"),
        ("", ""),
        ([], ""),
    ],
)
def test_a_server_is_quoted_whichever_form_its_errors_have(body: Any, words: str) -> None:
    exchange = answered(body, media="text/html" if isinstance(body, str) else "application/json")
    assert str(said(exchange)).startswith(words)
    assert str(said(exchange)).removeprefix(words) in ("", " (and 1 more)")


def test_an_error_in_an_answer_is_quoted_and_an_answer_is_not() -> None:
    stream = 'data: {"choices": []}\n\ndata: {"error": {"message": "it broke"}}\n\n'
    assert said(answered(stream, 200, media="text/event-stream")).text == "it broke"
    assert said(answered({"error": "it broke"}, 200)).text == "it broke"
    assert said(answered({"text": "an error"}, 200)).text == ""
    assert said(replace(answered(""), reply=None)).text == ""


def test_words_without_end_are_cut() -> None:
    for body in ({"error": "a" * 1_000_000}, "b" * 1_000_000, {"detail": ["c" * 99] * 100_000}):
        exchange = answered(body)
        assert len(str(said(exchange))) <= LONGEST
        assert len(normal(str(said(exchange)))) <= LONGEST


def test_what_changes_from_request_to_request_is_no_part_of_a_cause() -> None:
    one = "request 7f3a-99bc01d2e4: n must be at most 16, found 'twenty'"
    assert normal(one) == "request #: n must be at most #, found …"
    assert normal(one.replace("16", "1.5e3").replace("twenty", "x")) == normal(one)
    assert normal("unknown 'n' and 'seven'", ["n"]) == "unknown 'n' and …"
    assert normal("don't, can't") == "don't, can't"
    for text in (one, "x" * 500, "'a' 12 \"b\"", "…#"):
        assert normal(normal(text)) == normal(text)


def failed(id: str, *failures: Failure) -> Judgement:
    return Judgement(CATALOGUE[id], Outcome.FAIL, "", tuple(each.exchange.name for each in failures), failures)


def refusal(words: str, asked: Any, name: str = "p", status: int = 400) -> Failure:
    exchange = replace(answered({"error": {"message": words}}, status, asked), probe=name)
    return Failure(exchange, Finding("status", "200", str(status)))


PLAIN = Plain({"chat": {"model": "", "messages": [], "max_tokens": 4}}, frozenset({"m"}))
ASKED = {"model": "m", "messages": [], "max_tokens": 4}


def test_one_cause_is_told_once_by_its_best_example() -> None:
    many = refusal("n must be at most 16", ASKED | {"n": 99, "user": "u"}, "a")
    plain = refusal("n must be at most 16", ASKED | {"n": 20, "messages": []}, "b")
    other = refusal("no", ASKED | {"user": "u"}, "c")
    found = causes([failed("chat.request.accepted", many, plain, other), failed("sampling.n", many)], PLAIN)
    assert [len(each.judgements) for each in found] == [2, 1]
    first: Cause = found[0]
    assert first.words == "n must be at most 16"
    assert first.sent in ("n: 99", "n: 20")
    assert first.exchanges == 2
    assert (first.key.operation, first.key.status, first.key.cause) == ("chat", 400, "n must be at most #")
    alone = causes([failed("chat.request.accepted", many, plain, other)], PLAIN)
    assert [each.sent for each in alone] == ["n: 20", 'user: "u"']


def test_what_two_operations_answer_in_the_same_way_is_read_once() -> None:
    one, other = (refusal("no", ASKED, name) for name in ("a", "b"))
    other = replace(other, exchange=replace(other.exchange, role="chat.openai-path"))
    found = causes([failed("chat.request.accepted", one, other), failed("sampling.n", other)], PLAIN)
    assert [each.key.operation for each in found] == ["chat.openai-path", "chat"]
    [together] = across_operations(found)
    assert (together.key.operation, together.also, together.exchanges) == ("chat.openai-path", ("chat",), 2)
    assert sorted(each.id for each in together.requirements) == ["chat.request.accepted", "sampling.n"]


def test_a_server_that_breaks_over_many_bodies_makes_one_mistake() -> None:
    """llama.cpp has words of its own for each of twenty malformed messages, and a 500 for them all."""
    wrong = Finding("status", "a 4xx", "500")
    broke = [Failure(refusal(words, ASKED, status=500).exchange, wrong) for words in ("Missing role", "Unknown part")]
    found = causes([failed("chat.messages.role.required", *broke), failed("errors.no-crash", *broke[1:])], PLAIN)
    assert len(found) == 2
    [together] = across_operations(found)
    assert together.mistake.startswith("the server fails")
    assert together.also == ()


def test_operations_that_are_missing_are_one_cause_with_each_status() -> None:
    gone = [refusal("File Not Found", ASKED, status=404), refusal("No embeddings here", ASKED, status=501)]
    roles = ("attributes", "embeddings")
    failures = [
        Failure(replace(each.exchange, role=role), Finding("status", "an operation", "404"))
        for each, role in zip(gone, roles, strict=True)
    ]
    found = causes(failed(f"{role}.offered", each) for role, each in zip(roles, failures, strict=True))
    [together] = across_operations(found)
    assert (together.statuses, together.mistake) == ([404, 501], "operations that are not there")
    assert {together.key.operation, *together.also} == set(roles)


def test_members_that_are_ignored_are_named_in_one_cause() -> None:
    asked = {"guided_json": {}, "guided_choice": ["a"], "echo": True}
    ignored = [("guided-json", "JSON"), ("guided-choice", "one of a"), ("guided-choice", "a")]
    found = causes(
        failed(f"structured-output.{id}", Failure(answered({}, 200, asked), Finding("content", expected, "words")))
        for id, expected in ignored
    )
    [together] = across_operations(found)
    assert sorted(together.members) == ["guided_choice", "guided_json"]
    assert together.mistake.startswith("members that are ignored")


def test_an_open_door_and_a_body_that_is_not_looked_at_are_two_causes() -> None:
    served = answered({}, 200, ASKED)
    body, door = Finding("status", "a 4xx", "200"), Finding("status", "nobody to be let in", "200")
    model = Finding("status", "one of 400, 403, 404, 422", "200")
    pairs = [("errors.invalid.refused", body), ("errors.model.unknown", model), ("auth.missing.refused", door)]
    found = across_operations(causes(failed(id, Failure(served, finding)) for id, finding in pairs))
    assert [len(each.judgements) for each in found] == [2, 1]


def test_a_must_stands_before_any_should() -> None:
    warned = [failed(id, refusal("w", ASKED)) for id in ("auth.challenge", "errors.no-crash", "chat.reply.id")]
    found = causes([*warned, failed("chat.request.accepted", refusal("m", ASKED))], PLAIN)
    assert [each.level for each in found] == [MUST, SHOULD]


def test_a_refusal_that_was_right_has_no_cause_in_its_words() -> None:
    right = Finding("status", "422", "400")
    one, two = (Failure(refusal(words, ASKED).exchange, right) for words in ("type must be x", "field missing"))
    assert key_of(one) == key_of(two)
    assert key_of(one).cause == "expected 422 at status"
    crashed = Failure(refusal("it broke", ASKED, status=500).exchange, Finding("status", "a 4xx", "500"))
    assert key_of(crashed).cause == "it broke"


@pytest.fixture(scope="module")
def red(contract: Contract) -> Certification:
    """A server with some forty failures, of which it claims chat only."""
    declined = dict.fromkeys(ALL_BUT_CHAT, "there is none")
    with running(careless(contract)) as url:
        return certify(contract, Target(url, key=DEFAULT_KEY, declined=declined), generated=True)


def test_forty_failures_are_read_as_ten_causes_on_a_screen_and_a_half(red: Certification, tmp_path: Path) -> None:
    assert len(red.result.having(Outcome.FAIL)) > 30
    told = list(summary(red.result, "INFERPROOF_API_KEY", "inferproof certify", str(tmp_path / "transcript.jsonl")))
    assert len(across_operations(red.result.causes)) <= 10
    rows = sum(1 + len(line) // WIDTH + line.count("\n") for line in told)
    assert rows <= 1.5 * SCREEN, "\n".join(told)


def test_each_cause_shows_a_request_that_is_plain_but_for_one_fault(red: Certification) -> None:
    first = red.result.causes[0]
    assert first.key.cause == "expected a refusal at status"
    assert len(first.judgements) > 20
    for cause in red.result.causes:
        body = cause.example.exchange.request.json
        if isinstance(body, dict) and cause.example.finding.at == "status":
            assert len(first.plain.different(cause.example.exchange)) <= 1, cause
    crash = next(each for each in red.result.causes if each.key.status == 500 and each.told)
    assert crash.words.startswith("[json.exception.type_error.302] type must be array")


def test_result_json_has_the_causes_with_whole_curl_lines(red: Certification, tmp_path: Path) -> None:
    result = replace(red.result, target=red.result.target | {"key_variable": "MY_KEY"})
    write_report(replace(red, result=result), tmp_path)
    content = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert [each["cause"] for each in content["causes"]] == [each.key.cause for each in red.result.causes]
    ids = {id for each in content["causes"] for id in each["requirements"]}
    assert ids == {row["id"] for row in content["requirements"] if row["outcome"] == "fail"}
    for each in content["causes"]:
        assert each["example"]["curl"].startswith(("curl ", "printf "))
        assert '"$MY_KEY"' in each["example"]["curl"]
        assert each["exchanges"] >= 1


HOSTILE = (
    "\x1b[31mred\x1b]0;title\x07 [bold red]loud[/] [/] \\[x \u202ereversed\n::error::planted\n##[error]planted"
    "\r\x00 :key: "
)


def test_hostile_words_are_quoted_and_do_nothing(contract: Contract, tmp_path: Path) -> None:
    words = f"{DEFAULT_KEY} {HOSTILE}{'A' * 1_000_000}"
    with running(Refusing(contract, "user", words)) as url:
        once = ("certify", url, "--only", "chat.user.accepts", "--report", "out", "--write-known")
        done = inferproof(*once, folder=tmp_path, env={"INFERPROOF_API_KEY": DEFAULT_KEY})
        again = inferproof(*once, folder=tmp_path, env={"INFERPROOF_API_KEY": DEFAULT_KEY})
    assert (done.returncode, again.returncode) == (1, 0), again.stdout + again.stderr
    written = (tmp_path / "inferproof.toml").read_text(encoding="utf-8")
    result = (tmp_path / "out" / "result.json").read_text(encoding="utf-8")
    for text in (done.stdout, done.stderr, again.stdout, again.stderr):
        assert "Traceback" not in text
        assert not [char for char in text if not char.isprintable() and char != "\n"]
        assert not [line for line in text.splitlines() if line.strip().startswith("::")]
        assert "##[" not in text
        assert "A" * LONGEST not in text
    assert "[bold red]loud[/]" in done.stdout
    for text in (done.stdout, done.stderr, written, result):
        assert DEFAULT_KEY not in text
        assert "{{secret" in text or text is done.stderr
    assert len(written) < 2_000
